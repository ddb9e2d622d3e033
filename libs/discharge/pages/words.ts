import { delayReasonOf, destinationOf, isPathway, pathwayTitle } from '#libs/nhs/index.js';

const words: Readonly<Record<string, string>> = {
  'acute-trust': 'Acute trust',
  nhs: 'NHS',
  idt: 'IDT',
  'mental-capacity': 'Mental capacity',
  'continuing-healthcare': 'Continuing healthcare',
  'no-recourse': 'No recourse to public funds',
  'end-of-life': 'End of life',
  'learning-disability': 'Learning disability',
  'self-funder': 'Self-funder',
};

/** A code as people read it: `home-care` → `Home care`. */
export const wordOf = (code: string): string =>
  words[code] ?? (code.charAt(0).toUpperCase() + code.slice(1)).replaceAll('-', ' ');

/** The reason behind a code, with the code in front. */
export const reasonWords = (code: string): string => {
  const reason = delayReasonOf(code);
  return reason ? `${code} ${reason.label}` : code;
};

export const pathwayWords = (pathway: number | null): string =>
  pathway !== null && isPathway(pathway) ? pathwayTitle(pathway) : 'Not decided';

export const destinationWords = (code: string | null): string =>
  destinationOf(code)?.meaning ?? (code ? code : 'Not known');

export const statusColours = {
  referred: 'blue',
  accepted: 'aqua-green',
  active: 'green',
  paused: 'yellow',
  discharged: 'grey',
  withdrawn: 'grey',
  closed: 'grey',
} as const;

export const ragColours = { red: 'red', amber: 'orange', green: 'green', grey: 'grey' } as const;

/** How long ago, as people say it. */
export const agoWords = (then: string, now: string): string => {
  const minutes = Math.max(0, Math.floor((Date.parse(now) - Date.parse(then)) / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${String(minutes)} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${String(hours)} h` : `${String(Math.floor(hours / 24))} days`;
};

export const counted = (n: number, one: string, many = `${one}s`): string => `${String(n)} ${n === 1 ? one : many}`;
