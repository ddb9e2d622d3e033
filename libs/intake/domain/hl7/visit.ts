import type { FeedMapping } from '../feed-mapping.js';
import type { Visit } from '../understood.js';
import type { Hl7Header } from './header.js';
import type { Hl7Message } from './reader.js';

/** The visit that PV1-19 names, or MRG-5 for the one that is given up; the authority is the field's own, else what the mapping says, else MSH-4 (api.md). */
export const visitOf = (
  message: Hl7Message,
  { facility }: Hl7Header,
  { identifiers }: FeedMapping,
  { segment = 'PV1', field = 19, nth = 0 }: { segment?: string; field?: number; nth?: number } = {},
): Visit | undefined => {
  const number = message.text1(segment, field, 1, nth);
  if (number === '') return undefined;
  return { authority: message.text1(segment, field, 4, nth) || (identifiers.visitAuthority ?? facility), number };
};
