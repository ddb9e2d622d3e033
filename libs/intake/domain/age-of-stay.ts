import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { completedYears, daysBetween, londonDate } from '#libs/nhs/civil-date.js';
import type { StayFact } from './stay-fact.js';

type Age = { readonly years: number; readonly on: string };

/** Whether two ages can be of one birth date: between two days one gets as many years older as there are whole years, or one more. */
const agree = (a: Age, b: Age): boolean => {
  const [first, second] = a.on <= b.on ? [a, b] : [b, a];
  const years = completedYears(first.on, second.on);
  const older = second.years - first.years;
  return older === years || older === years + 1;
};

/**
 * The age held of somebody whose birth date is not: metrics.md §1 counts from the age at admission, so of the ages that agree with the last one said,
 * the one nearest to the admission is taken. Facts come in recorded order.
 */
export const ageOf = (recorded: readonly StayFact[], admittedAt: string | null): StayBlock['age'] => {
  const said = recorded.flatMap(({ age }) => (age === undefined ? [] : [age]));
  const last = said.at(-1) ?? null;
  if (last === null || admittedAt === null) return last;
  const admitted = londonDate(admittedAt);
  const distance = (age: Age): number => Math.abs(daysBetween(admitted, age.on));
  return said
    .filter((age) => age !== null)
    .filter((age) => agree(age, last))
    .reduce((best, age) => (distance(age) <= distance(best) ? age : best), last);
};
