import { parseLondonLocal } from '#libs/nhs/civil-date.js';
import { withoutControls, type Delimiters, type Hl7Message } from './reader.js';

/** What the header says, and what an acknowledgement echoes. */
export interface Hl7Header {
  readonly controlId: string;
  /** The sender: `MSH-3/MSH-4`. */
  readonly feed: string;
  readonly application: string;
  readonly facility: string;
  readonly receivingApplication: string;
  readonly receivingFacility: string;
  /** MSH-9.1, e.g. `ADT`. */
  readonly type: string;
  /** MSH-9.2, e.g. `A01`; EVN-1 where the sender leaves it out (v2.2). */
  readonly event: string;
  readonly processingId: string;
  readonly version: string;
  /** MSH-15: when an acknowledgement of the accept level is wanted (`AL`, `NE`, `ER`, `SU`); empty when nothing is said. */
  readonly acceptWhen: string;
  /** MSH-16: the same of the application's. */
  readonly applicationWhen: string;
  readonly delimiters: Delimiters;
  /** MSH-13, where the sender counts its messages. */
  readonly sequence?: number | undefined;
  /** MSH-7 as sent. */
  readonly sentAt: string;
  /** The offset written in MSH-7: it shows which of the two hours of the October Sunday is meant. */
  readonly shownOffsetMinutes: number | null;
}

export const readHeader = (message: Hl7Message): Hl7Header => {
  const application = message.text1('MSH', 3);
  const facility = message.text1('MSH', 4);
  const sentAt = message.text1('MSH', 7);
  const sent = parseLondonLocal(sentAt);
  return {
    // As it was sent, so that MSA-2 gives it back letter by letter.
    controlId: withoutControls(message.raw('MSH', 10)).trim(),
    feed: `${application}/${facility}`,
    application,
    facility,
    receivingApplication: message.text1('MSH', 5),
    receivingFacility: message.text1('MSH', 6),
    type: message.text1('MSH', 9, 1).toUpperCase(),
    event: (message.text1('MSH', 9, 2) || message.text1('EVN', 1)).toUpperCase(),
    processingId: message.text1('MSH', 11).toUpperCase(),
    version: message.text1('MSH', 12),
    acceptWhen: message.text1('MSH', 15).toUpperCase(),
    applicationWhen: message.text1('MSH', 16).toUpperCase(),
    delimiters: message.delimiters,
    sequence: sequenceOf(message.text1('MSH', 13)),
    sentAt,
    shownOffsetMinutes: sent.ok ? sent.offsetMinutes : null,
  };
};

/** -1 asks for a number and 0 begins anew (HL7 v2 §2.10.1): neither counts. */
const sequenceOf = (text: string): number | undefined => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined);

/** The message without MSH-7: what makes two messages the same (api.md, duplicates). */
export const contentOf = (message: Hl7Message): string => {
  const { field } = message.delimiters;
  const end = message.text.indexOf('\r');
  const header = (end < 0 ? message.text : message.text.slice(0, end)).split(field);
  if (header.length > 6) header[6] = '';
  return `${header.join(field)}${end < 0 ? '' : message.text.slice(end)}`.replace(/\r+$/, '');
};
