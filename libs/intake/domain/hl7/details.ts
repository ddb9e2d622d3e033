import type { Details } from '#libs/people/port.js';
import type { Fields } from './fields.js';
import type { Identity } from '../understood.js';

/** A name that only says that there is none (HL7 UK A.3 allows the literal). */
const isNoName = (name: string): boolean => /^(unknown|not known)$/i.test(name);

const named = (name: string | null | undefined): string | null | undefined =>
  typeof name === 'string' && isNoName(name) ? undefined : name;

/** Personal details of the message; they leave intake only for people who were referred (architecture.md §7). */
export const readDetails = (fields: Fields, identity: Identity): Details => {
  // A name given to somebody unknown must not stand in the record whose identifier it came with.
  if (identity.unknown) return {};
  const given = named(fields.text('PID', 5, 2));
  const middle = fields.text('PID', 5, 3);
  const number = identity.identifiers.find((identifier) => identifier.kind === 'nhs-number');
  const all = {
    nhsNumber: number?.value,
    familyName: named(fields.text('PID', 5, 1)),
    givenNames: typeof given === 'string' && typeof middle === 'string' ? `${given} ${middle}` : given,
    birthDate: fields.birthDate(),
    sex: fields.text('PID', 8),
    postcode: fields.text('PID', 11, 5),
    language: fields.text('PID', 15),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};
