declare const nhsNumberBrand: unique symbol;

/** Ten digits whose check digit is right, without spaces. */
export type NhsNumber = string & { readonly [nhsNumberBrand]: true };

export type NhsNumberFault = 'format' | 'check-digit' | 'never-issued';
export type ParsedNhsNumber =
  { readonly ok: true; readonly value: NhsNumber } | { readonly ok: false; readonly reason: NhsNumberFault };

const written = /^(?:\d{10}|\d{3} \d{3} \d{4}|\d{3}-\d{3}-\d{4})$/;

/** Modulus 11 over the first nine digits; 10 stands for "no such number". */
const checkDigitOf = (nineDigits: string): number => {
  let sum = 0;
  for (let i = 0; i < 9; i += 1) sum += Number(nineDigits[i]) * (10 - i);
  const check = 11 - (sum % 11);
  return check === 11 ? 0 : check;
};

const isValid = (digits: string): digits is NhsNumber =>
  /^\d{10}$/.test(digits) && checkDigitOf(digits) === Number(digits[9]);

/**
 * Reads an NHS number as people write it: ten digits, or 3-3-4 with spaces or hyphens (domain.md §7.1).
 * A right check digit does not prove identity. `never-issued`: below the lowest range (0000000000, a filler).
 */
export const parseNhsNumber = (text: string): ParsedNhsNumber => {
  const trimmed = text.trim();
  if (!written.test(trimmed)) return { ok: false, reason: 'format' };
  const digits = trimmed.replace(/[ -]/g, '');
  if (!isValid(digits)) return { ok: false, reason: 'check-digit' };
  if (digits < '0100000000') return { ok: false, reason: 'never-issued' };
  return { ok: true, value: digits };
};

/** As it is shown to people: `999 000 0018`. Anything but ten digits is shown as it is. */
export const formatNhsNumber = (number: string): string =>
  /^\d{10}$/.test(number) ? `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}` : number;

/** Numbers that begin with 9 are never issued: test and synthetic people only (domain.md §7.1). */
export const isTestNumber = (number: string): boolean => number.startsWith('9');

const perPrefix = 9;

/**
 * The `seq`-th synthetic NHS number of the 999 range, from 0; the same every time, never the same for two.
 * Under each eight-digit prefix at most one of the ten ninth digits has no check digit, so nine are always there.
 */
export const makeTestNumber = (seq: number): NhsNumber => {
  if (!Number.isInteger(seq) || seq < 0 || seq >= perPrefix * 100_000)
    throw new RangeError('a test number needs a sequence number from 0 to 899,999');
  const prefix = `999${String(Math.floor(seq / perPrefix)).padStart(5, '0')}`;
  let left = seq % perPrefix;
  for (let ninth = 0; ninth <= 9; ninth += 1) {
    const nine = `${prefix}${ninth}`;
    const candidate = `${nine}${checkDigitOf(nine)}`;
    if (!isValid(candidate)) continue;
    if (left === 0) return candidate;
    left -= 1;
  }
  throw new RangeError('no test number left under this prefix');
};
