import type { Visit } from '../understood.js';
import type { Hl7Header } from './header.js';
import type { Hl7Message } from './reader.js';

/** The visit that PV1-19 names, or MRG-5 for the one that is given up; the authority is the field's own, else MSH-4 (api.md). */
export const visitOf = (
  message: Hl7Message,
  { facility }: Hl7Header,
  { segment = 'PV1', field = 19, nth = 0 }: { segment?: string; field?: number; nth?: number } = {},
): Visit | undefined => {
  const number = message.text1(segment, field, 1, nth);
  return number === '' ? undefined : { authority: message.text1(segment, field, 4, nth) || facility, number };
};
