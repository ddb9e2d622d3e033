const shape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)$/;

const isRealDate = (year: number, month: number, day: number): boolean =>
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  day <= new Date(Date.UTC(year, month, 0)).getUTCDate() &&
  year >= 1850 &&
  year <= 2200;

/** ISO 8601 with an offset, on a day that exists, as UTC with milliseconds; `undefined` when it is not that. */
export const parseInstant = (text: unknown): string | undefined => {
  const parts = typeof text === 'string' ? shape.exec(text) : null;
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  if (!isRealDate(year ?? 0, month ?? 0, day ?? 0)) return undefined;
  if ((hour ?? 99) > 23 || (minute ?? 99) > 59 || (second ?? 99) > 59) return undefined;
  const offset = offsetMinutes(parts[8] ?? 'Z');
  if (offset === undefined) return undefined;
  const milliseconds = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3));
  const utc = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, milliseconds) - offset * 60_000;
  return new Date(utc).toISOString();
};

const offsetMinutes = (text: string): number | undefined => {
  if (text === 'Z') return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(3).replace(':', '') || '0')];
  // UTC−12 to UTC+14 is all there is on Earth.
  if (hours > 14 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
};

/** `YYYY-MM-DD` on a day that exists. */
export const isRealCivilDate = (text: unknown): text is string => {
  const parts = typeof text === 'string' ? /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) : null;
  return parts !== null && isRealDate(Number(parts[1]), Number(parts[2]), Number(parts[3]));
};
