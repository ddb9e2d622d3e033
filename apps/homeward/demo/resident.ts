import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import { addDays } from '#libs/nhs/civil-date.js';
import type { Chance } from './chance.js';

/** Somebody who does not exist: a number from the 999 range, a name out of two lists, a street that is nowhere. */
export interface Resident {
  readonly nhsNumber: string;
  readonly hospitalNumber: string;
  readonly familyName: string;
  readonly givenNames: string;
  readonly sex: 'F' | 'M';
  readonly birthDate: string;
  readonly street: string;
  readonly postcode: string;
  readonly homeAuthority: string;
  readonly language: string;
}

const familyNames = [
  'Testerley',
  'Sampleton',
  'Mockridge',
  'Placeholt',
  'Dummett',
  'Fakenham',
  'Trialwood',
  'Specimen',
  'Notreal',
  'Imagine',
  'Modelski',
  'Examplar',
  'Pretendez',
  'Samplewala',
  'Testopoulos',
  'Mockstein',
] as const;
const women = [
  'Ada',
  'Bea',
  'Chana',
  'Despina',
  'Edith',
  'Farida',
  'Grace',
  'Hilda',
  'Irene',
  'Joan',
  'Kamala',
  'Leah',
] as const;
const men = [
  'Abel',
  'Boris',
  'Cyril',
  'Dimitri',
  'Ernest',
  'Farhad',
  'George',
  'Harold',
  'Isaac',
  'Jack',
  'Kiran',
  'Leon',
] as const;
const areas: readonly [
  readonly [readonly [string, string], number],
  ...(readonly [readonly [string, string], number])[],
] = [
  [['EN5 9ZZ', 'E09000003'], 4],
  [['N2 9ZZ', 'E09000003'], 3],
  [['N3 9ZZ', 'E09000003'], 4],
  [['N12 9ZZ', 'E09000003'], 5],
  [['NW4 9ZZ', 'E09000003'], 4],
  [['NW7 9ZZ', 'E09000003'], 3],
  [['NW9 9ZZ', 'E09000003'], 3],
  [['NW11 9ZZ', 'E09000003'], 3],
  [['HA8 9ZZ', 'E09000003'], 4],
  [['EN2 9ZZ', 'E09000010'], 2],
  [['AL1 9ZZ', 'E10000015'], 2],
  [['NW10 9ZZ', 'E09000005'], 1],
];
const languages: readonly [readonly [string, number], ...(readonly [string, number])[]] = [
  ['English', 80],
  ['Greek', 5],
  ['Gujarati', 5],
  ['Farsi', 4],
  ['Polish', 3],
  ['Hebrew', 3],
];

/** `sequence` makes the numbers: every resident of the borough has another one. */
export const residentOf = (chance: Chance, sequence: number, today: string, youngest = 18): Resident => {
  const sex = chance.percent(54) ? 'F' : 'M';
  const years =
    youngest >= 65 || chance.percent(75) ? chance.between(Math.max(66, youngest), 97) : chance.between(youngest, 65);
  const [postcode, homeAuthority] = chance.weighted(areas);
  return {
    nhsNumber: makeTestNumber(sequence),
    hospitalNumber: `D${String(sequence).padStart(6, '0')}`,
    familyName: chance.pick(familyNames),
    givenNames: sex === 'F' ? chance.pick(women) : chance.pick(men),
    sex,
    birthDate: addDays(today, -Math.round(years * 365.25) - chance.between(0, 364)),
    street: `${String(chance.between(1, 99))} Nowhere Road`,
    postcode,
    homeAuthority,
    language: chance.weighted(languages),
  };
};
