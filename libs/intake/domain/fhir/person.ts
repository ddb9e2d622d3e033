import { completedYears } from '#libs/nhs/civil-date.js';
import { boroughOf, outwardOf, type OutwardTable } from '#libs/nhs/postcode.js';
import type { Details } from '#libs/people/port.js';
import type { StayFact } from '../stay-fact.js';
import type { Identity } from '../understood.js';
import { codesOf } from './datatypes.js';
import type { Reading } from './reading.js';
import type { Patient } from './resources.js';
import type { Found } from './surroundings.js';
import { extensions } from './urls.js';

export interface Person {
  /** What stays of somebody whom nobody referred (architecture.md §7): age with its date, sex, borough; and a death. */
  readonly says: Pick<StayFact, 'age' | 'sex' | 'homeAuthority' | 'dead' | 'deathAt'>;
  /** Leaves intake only for people who were referred. */
  readonly details: Details;
}

export interface PersonQuestion {
  readonly identity: Identity;
  /** The day an age is worked out for: that of the admission. */
  readonly on: string;
  readonly table: OutwardTable;
}

/** What a Patient says of the person, the same that PID says in HL7. */
export const readPerson = (
  { resource, root }: Found<Patient>,
  { identity, on, table }: PersonQuestion,
  reading: Reading,
): Person => {
  // A year or a month alone says too little and is left out, as in HL7.
  const birthDate = isPartOfDate(resource.birthDate) ? undefined : reading.day(root, 'birthDate', resource.birthDate);
  if (birthDate !== undefined && birthDate > on)
    reading.fault(root, 'birthDate', 'value', 'is later than the admission');
  const sex = sexOf(resource);
  const postcode = postcodeOf(resource);
  const says = {
    ...(birthDate !== undefined && birthDate <= on ? { age: { years: completedYears(birthDate, on), on } } : {}),
    ...(sex === undefined ? {} : { sex }),
    ...(postcode === undefined ? {} : { homeAuthority: boroughOf(outwardOf(postcode), table) }),
    ...deathOf({ resource, root }, reading),
  };
  const number = identity.identifiers.find(({ kind }) => kind === 'nhs-number')?.value;
  const language = languageOf(resource);
  const details = {
    ...(number === undefined ? {} : { nhsNumber: number }),
    ...nameOf(resource),
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(sex === undefined ? {} : { sex }),
    ...(postcode === undefined ? {} : { postcode }),
    ...(language === undefined ? {} : { language }),
  };
  return { says, details };
};

const isPartOfDate = (text: string | undefined): boolean => /^\d{4}(-\d{2})?$/.test(text ?? '');

/** HL7 table 0001, so that both feeds say the same. */
const sexes: Readonly<Record<string, string>> = { male: 'M', female: 'F', other: 'O', unknown: 'U' };

const sexOf = ({ gender }: Patient): string | undefined =>
  gender !== undefined && Object.hasOwn(sexes, gender) ? sexes[gender] : undefined;

/** A name that only says that there is none. */
const isName = (name: string | undefined): name is string => name !== undefined && !/^(unknown|not known)$/i.test(name);

const nameOf = ({ name = [] }: Patient): Pick<Details, 'familyName' | 'givenNames'> => {
  const [named] = ['official', 'usual', undefined].flatMap((kind) => name.find(({ use }) => use === kind) ?? []);
  const given = named?.given?.join(' ');
  return {
    ...(isName(named?.family) ? { familyName: named.family } : {}),
    ...(isName(given) ? { givenNames: given } : {}),
  };
};

const postcodeOf = ({ address = [] }: Patient): string | undefined => {
  const lived = address.filter(({ use, postalCode }) => use !== 'old' && use !== 'temp' && postalCode !== undefined);
  return (lived.find(({ use }) => use === 'home') ?? lived[0])?.postalCode;
};

const languageOf = ({ communication = [] }: Patient): string | undefined => {
  const spoken = communication.find(({ preferred }) => preferred === true) ?? communication[0];
  return codesOf(spoken?.language, '')[0];
};

/** `deceased[x]`; a time that names no day says only that the person died. A notification that was taken back (status U) takes the death back. */
const deathOf = ({ resource, root }: Found<Patient>, reading: Reading): Pick<StayFact, 'dead' | 'deathAt'> => {
  const { deceasedBoolean, deceasedDateTime } = resource;
  if (isTakenBack(resource) || deceasedBoolean === false) return { dead: false };
  if (deceasedDateTime === undefined) return deceasedBoolean === true ? { dead: true } : {};
  if (isPartOfDate(deceasedDateTime)) return { dead: true };
  const deathAt = reading.instant(root, 'deceasedDateTime', deceasedDateTime);
  return deathAt === undefined ? {} : { dead: true, deathAt };
};

const isTakenBack = ({ extension = [] }: Patient): boolean =>
  extension
    .filter(({ url }) => url === extensions.deathNotification)
    .flatMap((one) => one.extension ?? [])
    .some(({ valueCodeableConcept }) => codesOf(valueCodeableConcept, '').includes('U'));
