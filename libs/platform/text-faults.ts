import type { FieldError } from './problem.js';

const maxDepth = 40;

/**
 * What no text store can keep: NUL and halves of surrogate pairs; and nesting no honest sender needs.
 * Found before anything else looks at the value, so that it is a 400 and never a fault of the database.
 */
export const textFault = (value: unknown, field: string, depth = 0): FieldError | undefined => {
  if (typeof value === 'string')
    return isKeepable(value) ? undefined : { field, message: 'must not hold characters that are not text' };
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined;
  if (depth > maxDepth) return { field, message: 'is nested too deeply' };
  for (const [key, inner] of Object.entries(value)) {
    const name = shownName(key);
    const path = Array.isArray(value) ? `${field}[${key}]` : field ? `${field}.${name}` : name;
    if (!isKeepable(key)) return { field, message: 'must not have a field whose name is not text' };
    const fault = textFault(inner, path, depth + 1);
    if (fault) return fault;
  }
  return undefined;
};

/** As the fields of bodies are called; what else is sent as a name may be anything, and is not said back. */
const shownName = (key: string): string => (/^[A-Za-z_][\w-]{0,40}$/.test(key) ? key : '(unreadable name)');

const isKeepable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
