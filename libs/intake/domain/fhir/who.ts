import { isTestNumber, parseNhsNumber } from '#libs/nhs/nhs-number.js';
import type { Identifier as PersonIdentifier } from '#libs/people/port.js';
import type { FeedMapping } from '../feed-mapping.js';
import type { Identity } from '../understood.js';
import { codesOf, type Identifier } from './datatypes.js';
import { identifiersOf } from './organisations.js';
import type { Reading, Root } from './reading.js';
import type { Surroundings } from './surroundings.js';
import { extensions, systems } from './urls.js';

export interface WhoQuestion {
  readonly identifiers: readonly Identifier[] | undefined;
  readonly root: Root;
  readonly mapping: FeedMapping;
  /** Whose a number is that names neither a system nor an assigner. */
  readonly hospital: string | null;
  readonly production: boolean;
}

/**
 * Who somebody is (domain.md §§6.2, 7.1, 7.2), as in HL7: the NHS number only if its check digit holds and its status allows; every other number by
 * authority, type and value. A system that nobody mapped is an authority of its own: another trust's number must not be taken for the hospital's.
 */
export const whoIs = (question: WhoQuestion, surroundings: Surroundings, reading: Reading): Identity => {
  const { identifiers = [], root, mapping, hospital } = question;
  const isNhsNumber = ({ system }: { readonly system?: string }): boolean => system === systems.nhsNumber;
  const locals = identifiersOf(
    identifiers.filter((one) => !isNhsNumber(one)),
    root,
    mapping,
    surroundings,
  ).flatMap(({ value, type, authority, system }): PersonIdentifier[] => {
    const whose = authority ?? system ?? hospital;
    return whose === null ? [] : [{ kind: 'local', authority: whose, type, value }];
  });
  const number = nhsNumberOf(identifiers.filter(isNhsNumber), question, reading);
  return {
    identifiers:
      number.verified === null ? locals : [{ kind: 'nhs-number', value: number.verified, verified: true }, ...locals],
    number: number.verified !== null ? 'verified' : number.given ? 'unverified' : 'none',
  };
};

/** The verified number, and whether any was given. */
const nhsNumberOf = (
  given: readonly Identifier[],
  { root, mapping, production }: WhoQuestion,
  reading: Reading,
): { readonly verified: string | null; readonly given: boolean } => {
  const inUse = given.filter(({ use, value }) => use !== 'old' && (value ?? '').trim() !== '');
  const parsed = inUse.map(({ value = '' }) => parseNhsNumber(value));
  const numbers = new Set(parsed.flatMap((one) => (one.ok ? [one.value] : [])));
  const [number] = numbers;
  if (numbers.size > 1)
    reading.fault(root, 'identifier', 'conflict', 'holds two NHS numbers. A person must settle whose record this is');
  if (number !== undefined && production && isTestNumber(number))
    reading.fault(
      root,
      'identifier',
      'business-rule',
      'holds a test NHS number (it begins with 9). The live service does not take test people',
    );
  const [status] = inUse
    .flatMap(({ extension = [] }) => extension)
    .filter(({ url }) => url === extensions.nhsNumberStatus)
    .flatMap(({ valueCodeableConcept }) => codesOf(valueCodeableConcept, ''));
  const isVerified = status === undefined ? mapping.withoutStatusIsVerified : mapping.verifiedStatuses.includes(status);
  return { verified: number !== undefined && isVerified ? number : null, given: inUse.length > 0 };
};
