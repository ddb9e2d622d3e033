import { ageBands, type AgeBand } from '#libs/nhs/index.js';

/** The age bands of the figures with what lies below them: all that a rule asks of an age. */
export const ageClasses = ['under-16', '16-17', ...ageBands] as const;
export type AgeClass = (typeof ageClasses)[number];

export const ageClassOf = (age: number | null): AgeClass | null => {
  if (age === null) return null;
  if (age < 16) return 'under-16';
  if (age < 18) return '16-17';
  if (age < 65) return '18-64';
  if (age < 75) return '65-74';
  return age < 85 ? '75-84' : '85+';
};

export const bandOf = (age: AgeClass | null): AgeBand | null => ageBands.find((band) => band === age) ?? null;
export const isAdultClass = (age: AgeClass | null): boolean => bandOf(age) !== null;
export const is16OrOver = (age: AgeClass | null): boolean => age !== null && age !== 'under-16';
export const is65OrOver = (age: AgeClass | null): boolean => isAdultClass(age) && age !== '18-64';
