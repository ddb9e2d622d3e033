import { fromLondonWallClock, londonOffset } from './london-clock.js';

/** A civil date in Europe/London, `YYYY-MM-DD`. Compares as text. */
export type CivilDate = string;
/** ISO 8601 in UTC with milliseconds, `2026-11-23T08:30:00.000Z`. Compares as text. */
export type Instant = string;

const dayMs = 86_400_000;
const dates = new Map<number, CivilDate>();

const pad = (n: number, width = 2): string => String(n).padStart(width, '0');

/** Days are asked for again and again, and 200 years of them are 73,000 short texts. */
const dateOfDay = (dayNumber: number): CivilDate => {
  const known = dates.get(dayNumber);
  if (known !== undefined) return known;
  const date = new Date(dayNumber * dayMs);
  const text = `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  if (dates.size > 100_000) dates.clear();
  dates.set(dayNumber, text);
  return text;
};

/** Two digits of a text as a number; called too often for `Number(slice)`. */
const twoDigits = (text: string, at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;

/** Days since 1970-01-01 in the proleptic Gregorian calendar, by counting years from March. Held against Temporal in the spec. */
const dayNumberOf = (date: CivilDate): number => {
  const month = twoDigits(date, 5);
  const year = twoDigits(date, 0) * 100 + twoDigits(date, 2) - (month <= 2 ? 1 : 0);
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + twoDigits(date, 8) - 1;
  return year * 365 + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) + dayOfYear - 719_468;
};

/** True for a date that exists: `2026-02-29` does not, nor does a year 0. */
export const isCivilDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= '0001' && dateOfDay(dayNumberOf(text)) === text;

/** The instant of an epoch millisecond, in the one form that compares as text. */
export const instantOf = (epochMs: number): Instant => new Date(epochMs).toISOString();

/** Milliseconds since 1970; NaN for what is not an instant. */
export const epochOf = (instant: Instant): number => Date.parse(instant);

const firstMs = Date.parse('0001-01-01T00:00:00.000Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

/** Outside the years 1 to 9999 an instant is written otherwise, does not compare as text, and fits into no timestamp of the log. */
export const isKeepableEpoch = (epochMs: number): boolean => epochMs >= firstMs && epochMs <= lastMs;

const instantForm = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** An ISO 8601 time with offset in the one form that compares as text, or null when it is none (a day or an hour that does not exist). */
export const normaliseInstant = (text: string): Instant | null => {
  if (!instantForm.test(text) || !isCivilDate(text.slice(0, 10))) return null;
  const epochMs = Date.parse(text);
  return isKeepableEpoch(epochMs) ? instantOf(epochMs) : null;
};

/** Before, same or after, also when one of them is not in the usual form. */
export const compareInstants = (a: Instant, b: Instant): number => {
  if (a === b) return 0;
  if (a.length === 24 && b.length === 24 && a.endsWith('Z') && b.endsWith('Z')) return a < b ? -1 : 1;
  return epochOf(a) - epochOf(b);
};

/** The civil day in London on which an instant falls. */
export const londonDate = (instant: Instant): CivilDate => {
  // London was never behind UTC nor more than an hour ahead since 1972: only the last hour of a day can belong to another.
  if (instant.length === 24 && instant.endsWith('Z') && instant >= '1972' && instant[10] === 'T')
    if (twoDigits(instant, 11) < 23) return instant.slice(0, 10);
  const epochMs = Date.parse(instant);
  if (Number.isNaN(epochMs)) throw new RangeError('not an instant');
  return dateOfDay(Math.floor((epochMs + londonOffset(epochMs)) / dayMs));
};

/** The instant at which a civil day begins in London. */
export const startOfLondonDay = (date: CivilDate): Instant =>
  instantOf(fromLondonWallClock(dayNumberOf(date) * dayMs).epochMs);

/** The last millisecond of a civil day in London: "the state at midnight of D" is what held then (metrics.md §1). */
export const endOfLondonDay = (date: CivilDate): Instant =>
  instantOf(fromLondonWallClock((dayNumberOf(date) + 1) * dayMs).epochMs - 1);

export const addDays = (date: CivilDate, days: number): CivilDate => dateOfDay(dayNumberOf(date) + days);

/** Civil days from one date to another; negative when `to` is earlier. */
export const daysBetween = (from: CivilDate, to: CivilDate): number => dayNumberOf(to) - dayNumberOf(from);

/** The days from `from` (included) to `to` (not included). */
export const eachDay = (from: CivilDate, to: CivilDate): CivilDate[] => {
  const first = dayNumberOf(from);
  return Array.from({ length: Math.max(0, dayNumberOf(to) - first) }, (_, i) => dateOfDay(first + i));
};

/** Monday 1 … Sunday 7. */
export const weekdayOf = (date: CivilDate): number => ((((dayNumberOf(date) + 3) % 7) + 7) % 7) + 1;

/** Whole hours and fractions from one instant to another. */
export const hoursBetween = (from: Instant, to: Instant): number => (epochOf(to) - epochOf(from)) / 3_600_000;

/** The wall clock of London at an instant. */
export const londonWallClock = (
  instant: Instant,
): { readonly date: CivilDate; readonly hour: number; readonly minute: number; readonly second: number } => {
  const epochMs = Date.parse(instant);
  if (Number.isNaN(epochMs)) throw new RangeError('not an instant');
  const wall = epochMs + londonOffset(epochMs);
  const ofDay = ((wall % dayMs) + dayMs) % dayMs;
  return {
    date: dateOfDay(Math.floor(wall / dayMs)),
    hour: Math.floor(ofDay / 3_600_000),
    minute: Math.floor(ofDay / 60_000) % 60,
    second: Math.floor(ofDay / 1000) % 60,
  };
};
