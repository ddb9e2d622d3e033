/** What is known of the person, to be kept from the market. */
export interface Identity {
  readonly nhsNumber?: string | null;
  readonly familyName?: string | null;
  readonly givenNames?: string | null;
  readonly birthDate?: string | null;
  readonly postcode?: string | null;
}

const removed = '[removed]';

/** Keys that name somebody or say where they live, however they are written: whatever they hold does not leave. */
const identifyingKeys =
  /^(full|first|last|family|given|sur|known|preferred)?_?-?(name|names|forename|forenames|surname|alias)$|nhs|address|postcode|post_?code|street|phone|mobile|telephone|e-?mail|birth|^dob$|next_?-?of_?-?kin|^nok$|relative|^gp|mosaic|hospital_?-?number|mrn|identifier|person_?-?id|case_?-?id|contact|key_?-?safe|coordinates|uprn/i;

const months =
  'Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?';
const dayOfMonth = String.raw`\d{1,2}(?:st|nd|rd|th)?`;
const year = String.raw`(?:\d{4}|['’]?\d{2})`;

const patterns: readonly RegExp[] = [
  // E-mail addresses and web addresses.
  /[^\s@]+@[^\s@]+\.[^\s@]+/g,
  /\bhttps?:\/\/\S+/gi,
  // NHS numbers (ten digits, however grouped) and telephone numbers (nine or more).
  /(?<![\d.])(?:\+|00)?\d(?:[\s().-]{0,2}\d){8,14}(?!\d)/g,
  // Dates of birth, in figures and in words.
  /\b\d{4}[/.-]\d{1,2}[/.-]\d{1,2}\b/g,
  /\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b/g,
  /\b\d{1,2} \d{1,2} (?:19|20)\d{2}\b/g,
  new RegExp(String.raw`\b${dayOfMonth}\s+(?:of\s+)?(?:${months})\.?,?\s+${year}\b`, 'gi'),
  new RegExp(String.raw`\b(?:${months})\.?\s+${dayOfMonth},?\s+\d{4}\b`, 'gi'),
  // National Insurance numbers, and what a hospital or a council files somebody under: no quantity of care has six figures.
  /\b[A-Z]{2}\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b/gi,
  /\b[A-Z]{0,4}[-/]?\d{6,}[A-Z]?\b/gi,
  // Whole postcodes: the outward part alone may be shown, the inward part tells the street.
  /\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b/gi,
  // House number and street.
  /\b\d{1,4}[a-z]?,?\s+(?:[A-Z][\w'’-]*\s+){1,4}(?:Road|Rd|Street|St|Avenue|Ave|Lane|Ln|Close|Cl|Drive|Dr|Court|Ct|Gardens|Gdns|Way|Crescent|Cres|Place|Pl|Terrace|Grove|Hill|Park|Square|Mews|Walk)\b\.?/gi,
  // A title with what follows it: Mrs Smith, Mr. A. B. Jones.
  /\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Rev|Sir|Lady|Lord)\.?\s+(?:[A-Z][\w'’-]*\.?\s*){1,3}/g,
];

/**
 * Free text as it may go to the market (`domain.md` §9, privacy rule): without names, numbers, dates and places that tell
 * who it is. The names known of the person are removed wherever they stand; fields that hold identity are left out.
 */
export const deIdentify = (value: unknown, identity: Identity): unknown => {
  if (typeof value === 'string') return cleaned(value, knownWords(identity));
  if (Array.isArray(value)) return value.map((each) => deIdentify(each, identity));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !identifyingKeys.test(key))
        .map(([key, each]) => [cleaned(key, knownWords(identity)), deIdentify(each, identity)]),
    );
  }
  // A number of nine digits or more is somebody's number, not a quantity.
  if (typeof value === 'number' && Math.abs(value) >= 1e8) return removed;
  return value;
};

const cleaned = (text: string, words: RegExp | null): string => {
  const without = patterns.reduce((rest, pattern) => rest.replace(pattern, removed), text);
  return words === null ? without : without.replace(words, removed);
};

/** What the person goes by, each as a whole word in any case: the names, however their parts are joined, and the year of birth. */
const knownWords = (identity: Identity): RegExp | null => {
  const names = [identity.familyName, identity.givenNames].flatMap((each) => (each ?? '').split(/[\s,]+/));
  const words = [...names.flatMap(formsOf), identity.birthDate?.slice(0, 4) ?? '']
    .filter((word) => word.length >= 2)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return words.length === 0 ? null : new RegExp(String.raw`(?<![\p{L}\d])(?:${words.join('|')})(?![\p{L}\d])`, 'giu');
};

/** The parts of a name with an apostrophe or a hyphen, and any of them written as one: O’Brien, Brien, OBrien; with and without accents. */
const formsOf = (name: string): readonly string[] => {
  const parts = name.split(/['’‘`‐‑-]+/);
  const joined = parts.flatMap((_, from) =>
    parts.slice(from).map((_part, more) => parts.slice(from, from + more + 1).join('')),
  );
  return [...new Set(joined.flatMap((form) => [form, form.normalize('NFD').replaceAll(/\p{M}/gu, '')]))];
};
