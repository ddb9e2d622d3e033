import { textIn, type Form } from '#libs/platform/forms.js';
import { Problem } from '#libs/platform/problem.js';
import { formErrorsOf, labelOf, type FormErrors } from '#libs/platform/templates.js';

/** What was entered; an empty field counts as left out. */
export const text = (form: Form, field: string): string | undefined => textIn(form, field) || undefined;

/** A number as typed; what is none stays as it is, for the rule of the field to refuse. */
export const number = (form: Form, field: string): unknown => {
  const value = text(form, field)?.replaceAll(/[£,\s]/g, '');
  return value === undefined || Number.isNaN(Number(value)) ? value : Number(value);
};

/** Entries separated by commas or lines. */
export const list = (form: Form, field: string): string[] | undefined =>
  text(form, field)
    ?.split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

/** What to show again after a refusal: which form, what was typed, and what is wrong with it. */
export interface Refused {
  readonly form: string;
  readonly typed: Form;
  readonly problem: Problem;
}

/** The faults with the ids of the fields of that form, as each form of a page has its own. */
export const errorsOf = ({ form, problem }: Refused): FormErrors => {
  const errors = problem.errors?.map(({ field, message }) => ({ field: `${form}-${field}`, message }));
  const labels = Object.fromEntries((errors ?? []).map(({ field }) => [field, labelOf(field.slice(form.length + 1))]));
  return formErrorsOf(new Problem(problem.status, problem.code, problem.message, errors ? { errors } : {}), labels);
};
