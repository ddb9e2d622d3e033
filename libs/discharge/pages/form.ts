import { parseLondonLocal } from '#libs/nhs/index.js';
import { textIn, type Form } from '#libs/platform/forms.js';
import { Problem } from '#libs/platform/problem.js';

/** A time as a browser gives it, without offset: London time. Undefined when it was left empty. */
export const londonTimeIn = (form: Form, name: string): string | undefined => {
  const text = textIn(form, name);
  if (text === '') return undefined;
  const read = parseLondonLocal(text);
  if (!read.ok) throw Problem.invalidField(name, 'must be a date and time that exist');
  return read.instant;
};

/** The problem to show beside the form; what is not the user's to mend is thrown on. */
export const problemToShow = (error: unknown): Problem => {
  if (error instanceof Problem && error.status < 500 && ![401, 403, 404].includes(error.status)) return error;
  throw error;
};

interface Askable {
  readonly name: string;
  readonly label: string;
  readonly kind: string;
  readonly optional?: boolean;
}

/** What has to be answered and was not, in the words of a form. Throws them all at once. */
export const mustBeAnswered = (fields: readonly Askable[], form: Form): void => {
  const missing = fields.filter(
    ({ name, kind, optional }) => optional !== true && kind !== 'checkbox' && textIn(form, name) === '',
  );
  if (missing.length === 0) return;
  const word = (kind: string): string => (kind === 'radios' || kind === 'select' ? 'choose one' : 'enter it');
  throw Problem.invalid(missing.map(({ name, kind }) => ({ field: name, message: word(kind) })));
};

/** How a fault of a field begins. */
export const labelsOf = (fields: readonly Askable[]): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.map(({ name, label }) => [name, `${label.replace(/\?$/, '')}:`]));
