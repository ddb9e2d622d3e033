import { formatPercent } from '#libs/nhs/index.js';
import type { Definition } from '../domain/definition.js';

const formats = new Map<number, Intl.NumberFormat>();

/** A format takes longer to make than hundreds of numbers to write, and a figure by day has that many. */
const number = (value: number, places: number): string => {
  const format =
    formats.get(places) ?? new Intl.NumberFormat('en-GB', { minimumFractionDigits: 0, maximumFractionDigits: places });
  formats.set(places, format);
  return format.format(value);
};

/** The headline of an answer: its value, or of what has groups of its own the number of all. */
export const displayOfAnswer = (definition: Definition, value: number | null, denominator: number | null): string =>
  // All groups together are the whole: its number says more than 100 %.
  definition.fixedGroups ? number(denominator ?? 0, 0) : display(definition, value);

/** The value for people: rounded, with its unit; a dash where there is nothing to divide by. */
export const display = (definition: Pick<Definition, 'unit' | 'places'>, value: number | null): string => {
  if (value === null) return '–';
  if (definition.unit === 'share') return formatPercent(value, definition.places);
  return `${number(value, definition.places)} ${singular(definition.unit, value)}`;
};

const singular = (unit: Definition['unit'], value: number): string => {
  if (value !== 1) return unit;
  if (unit === 'people') return 'person';
  return unit === 'per 100,000' ? unit : unit.replace(/s$/, '');
};
