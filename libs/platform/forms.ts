import { Problem } from './problem.js';
import { RequestValidationPipe } from './validation.js';

/** What a browser sends: text, or several texts of one name. */
export type Form = Readonly<Record<string, unknown>>;

/** The text of a field without the space around it; empty when nothing was entered. */
export const textIn = (form: Form, name: string): string => {
  const value = form[name];
  return typeof value === 'string' ? value.trim() : '';
};

/** Every text of a field, e.g. of checkboxes. */
export const textsIn = (form: Form, name: string): string[] => {
  const value = form[name];
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one): one is string => typeof one === 'string' && one !== '');
};

const pipe = new RequestValidationPipe();

/** A body made of a form, held to the same rules as the API's; what was left empty is left out. @throws Problem 400, as the API would. */
export const heldTo = async <T extends object>(shape: new () => T, body: object): Promise<T> => {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== ''));
  const held = await pipe.transform(given, { type: 'body', metatype: shape });
  if (held instanceof shape) return held;
  throw Problem.invalidField('form', 'cannot be read');
};
