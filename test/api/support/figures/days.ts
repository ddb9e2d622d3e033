/** Days as metrics.md §1 has them, worked out apart from the product: civil dates of London. */
const london = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
const kept = new Map<string, string>();

/** The civil day in London of an instant. */
export const dayOf = (instant: string): string => {
  const known = kept.get(instant);
  if (known !== undefined) return known;
  const day = london.format(new Date(instant));
  kept.set(instant, day);
  return day;
};

export const plus = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

export const between = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

/** 00:00 of that day in London. */
export const startOf = (day: string): string => {
  const asGmt = new Date(`${day}T00:00:00Z`);
  const anHourBefore = new Date(asGmt.getTime() - 3_600_000);
  return (dayOf(anHourBefore.toISOString()) === day ? anHourBefore : asGmt).toISOString();
};

/** Whole years lived on a day. */
export const ageOn = (birthDate: string, day: string): number => {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return day.slice(5) >= birthDate.slice(5) ? years : years - 1;
};

/** The days of a window, `to` not included. */
export const daysOf = (from: string, to: string): string[] => {
  const days: string[] = [];
  for (let day = from; day < to; day = plus(day, 1)) days.push(day);
  return days;
};
