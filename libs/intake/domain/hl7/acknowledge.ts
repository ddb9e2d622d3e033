import type { AcceptCode, AckCode } from './asked-for.js';
import { errorSegment } from './error-segment.js';
import type { Hl7Header } from './header.js';
import type { Delimiters } from './reader.js';
import { isFrom } from './version.js';

export type { AckCode };

const usual: Delimiters = { field: '|', component: '^', repetition: '~', escape: '\\', subcomponent: '&' };

/** Writes plain text into a message: delimiters become escape sequences (blanks where the sender has no escape character), line ends become blanks. */
const escapedBy = (by: Delimiters): ((text: string) => string) => {
  const sequence = (letter: string): string => (by.escape === '' ? ' ' : `${by.escape}${letter}${by.escape}`);
  const shown = new Map([
    [by.field, sequence('F')],
    [by.component, sequence('S')],
    [by.repetition, sequence('R')],
    [by.escape, sequence('E')],
    [by.subcomponent, sequence('T')],
    ['\r', ' '],
    ['\n', ' '],
  ]);
  return (text) => Array.from(text, (char) => shown.get(char) ?? char).join('');
};

const hl7Time = (instant: string): string => `${instant.replace(/[-:T]/g, '').slice(0, 14)}+0000`;

export interface Acknowledgement {
  readonly code: AckCode | AcceptCode;
  /** Absent when the header could not be read. */
  readonly header?: Hl7Header | undefined;
  /** Why not, in plain words; never anything of the message's content. */
  readonly reason?: string | undefined;
  /** The field at fault, e.g. `PV1-44`; absent when it is none. */
  readonly field?: string | undefined;
  readonly at: string;
  readonly id: string;
}

/** Sender and receiver change places, delimiters, version and processing id are the sender's own, MSA-2 echoes MSH-10; ERR says where the fault is. */
export const acknowledge = ({ code, header, reason, field, at, id }: Acknowledgement): string => {
  const by = header?.delimiters ?? usual;
  const escaped = escapedBy(by);
  const version = header?.version || '2.4';
  const event = header?.event ? [escaped(header.event)] : [];
  // The structure of a message has its place in MSH-9 since 2.3.1.
  const kind = ['ACK', ...event, ...(event.length > 0 && isFrom(version, '2.3.1') ? ['ACK'] : [])];
  const msh = [
    'MSH',
    `${by.component}${by.repetition}${by.escape}${by.subcomponent}`,
    escaped(header?.receivingApplication || 'HOMEWARD'),
    escaped(header?.receivingFacility ?? ''),
    escaped(header?.application ?? ''),
    escaped(header?.facility ?? ''),
    hl7Time(at),
    '',
    kind.join(by.component),
    id,
    escaped(header?.processingId || 'P'),
    escaped(version),
  ].join(by.field);
  const msa = ['MSA', code, header?.controlId ?? '', ...(reason ? [escaped(reason)] : [])].join(by.field);
  const refused = code !== 'AA' && code !== 'CA' && reason !== undefined && header !== undefined;
  const told = { rejected: code === 'AR' || code === 'CR', field: field ?? 'message', reason: reason ?? '', version };
  const segments = [msh, msa, ...(refused ? [errorSegment(told, by, escaped)] : [])].join('\r');
  return `${inTheSet(segments, by)}\r`;
};

/** Answers are UTF-8; one that is not plain ASCII says so in MSH-18. */
const inTheSet = (segments: string, { field }: Delimiters): string =>
  /^[\x00-\x7f]*$/.test(segments) ? segments : segments.replace('\r', `${field.repeat(6)}UNICODE UTF-8\r`);
