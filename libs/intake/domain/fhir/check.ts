import { Ajv, type ErrorObject } from 'ajv';
import type { Static, TSchema } from 'typebox';
import type { Issue } from './issue.js';
import { pruned } from './prune.js';
import { Bundle, Encounter, Location, MessageHeader, Organization, Patient } from './resources.js';

export type Checked<T> =
  { readonly ok: true; readonly resource: T } | { readonly ok: false; readonly kept: unknown; readonly issue: Issue };

const ajv = new Ajv({ allErrors: false, strict: false });

/** `/location/0/period` of an Encounter is `Encounter.location[0].period`. */
const pathOf = (type: string, { instancePath, keyword, params }: ErrorObject): string => {
  const inside = instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('');
  const missing: unknown = keyword === 'required' ? Reflect.get(params, 'missingProperty') : undefined;
  return `${type}${inside}${typeof missing === 'string' ? `.${missing}` : ''}`;
};

const types: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

const sentenceOf = ({ keyword, params }: ErrorObject): string => {
  const limit: unknown = Reflect.get(params, 'limit');
  switch (keyword) {
    case 'required':
      return 'is missing';
    case 'type':
      return `must be ${types[String(Reflect.get(params, 'type'))] ?? 'of another type'}`;
    case 'minLength':
      return 'is empty';
    case 'maxLength':
      return `is longer than ${String(limit)} characters`;
    case 'maxItems':
      return `has more than ${String(limit)} entries`;
    default:
      return 'is not written as FHIR R4 says';
  }
};

/** A reader of one type of resource. What was read once is not read again: many stays of a bundle may share a ward. */
const reader = <T extends TSchema>(type: string, schema: T): ((value: unknown) => Checked<Static<T>>) => {
  const check = ajv.compile<Static<T>>(schema);
  const read = (value: unknown): Checked<Static<T>> => {
    const kept = pruned(value, schema);
    if (check(kept)) return { ok: true, resource: kept };
    const [error] = check.errors ?? [];
    const path = error ? pathOf(type, error) : type;
    const text = `${path} ${error ? sentenceOf(error) : 'cannot be read'}.`;
    const code = error?.keyword === 'required' ? 'required' : 'structure';
    return { ok: false, kept, issue: { severity: 'error', code, path, text } };
  };
  const seen = new WeakMap<object, Checked<Static<T>>>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return read(value);
    const known = seen.get(value) ?? read(value);
    seen.set(value, known);
    return known;
  };
};

export const readEncounter = reader('Encounter', Encounter);
export const readPatient = reader('Patient', Patient);
export const readLocation = reader('Location', Location);
export const readOrganization = reader('Organization', Organization);
export const readMessageHeader = reader('MessageHeader', MessageHeader);
export const readBundle = reader('Bundle', Bundle);

/** What kind of resource a value says it is; empty for what is none. */
export const typeOf = (value: unknown): string => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'resourceType')) return '';
  const type: unknown = Reflect.get(value, 'resourceType');
  return typeof type === 'string' ? type : '';
};
