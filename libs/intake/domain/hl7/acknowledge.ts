import type { Hl7Header } from './header.js';

export type AckCode = 'AA' | 'AE' | 'AR';

/** Plain text inside a message: delimiters become escape sequences, line ends become blanks. */
const escaped = (text: string): string =>
  text.replace(
    /[|^~\\&\r\n]/g,
    (char) => ({ '|': '\\F\\', '^': '\\S\\', '~': '\\R\\', '\\': '\\E\\', '&': '\\T\\' })[char] ?? ' ',
  );

const hl7Time = (instant: string): string => `${instant.replace(/[-:T]/g, '').slice(0, 14)}+0000`;

export interface Acknowledgement {
  readonly code: AckCode;
  /** Absent when the header could not be read. */
  readonly header?: Hl7Header | undefined;
  /** Why not, in plain words; never anything of the message's content. */
  readonly reason?: string | undefined;
  readonly at: string;
  readonly id: string;
}

/** An original-mode acknowledgement: sender and receiver change places, MSA-2 echoes MSH-10. */
export const acknowledge = ({ code, header, reason, at, id }: Acknowledgement): string => {
  const msh = [
    'MSH',
    '^~\\&',
    escaped(header?.receivingApplication || 'HOMEWARD'),
    escaped(header?.receivingFacility ?? ''),
    escaped(header?.application ?? ''),
    escaped(header?.facility ?? ''),
    hl7Time(at),
    '',
    header?.event ? `ACK^${escaped(header.event)}` : 'ACK',
    id,
    escaped(header?.processingId || 'P'),
    escaped(header?.version || '2.4'),
  ].join('|');
  const msa = ['MSA', code, header?.controlId ?? '', ...(reason ? [escaped(reason)] : [])].join('|');
  return `${msh}\r${msa}\r`;
};
