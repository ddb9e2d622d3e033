import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { acknowledge } from '#libs/intake/domain/hl7/acknowledge.js';
import { splitMessages } from '#libs/intake/domain/hl7/split.js';
import { understandHl7 } from '#libs/intake/domain/hl7/understand.js';
import type { Understood } from '#libs/intake/domain/understood.js';
import { MllpFrames } from '#libs/intake/mllp/frames.js';
import { adt, developmentContext } from '#libs/intake/testing/adt.js';
import { projectRoot } from '#libs/platform/root.js';
import { Fault } from '../judge.js';
import type { FuzzedParser } from './parser.js';

const events = [
  ...['A01', 'A02', 'A03', 'A04', 'A05', 'A06', 'A07', 'A08', 'A11', 'A12', 'A13', 'A16', 'A21', 'A22', 'A23', 'A24'],
  ...['A25', 'A28', 'A31', 'A34', 'A35', 'A38', 'A40', 'A42', 'A47', 'A52', 'A53', 'Z99'],
];

const written = (event: string): string =>
  adt({
    event,
    controlId: `FUZZ-${event}`,
    occurred: '20261103100000',
    place: 'LARCH^1^A^RAL',
    pid29: '20261104',
    pid30: 'N',
    pv1: { 36: '1', 37: '19', 44: '20261103090000', 45: '20261105100000' },
    pv2: { 9: '20261110' },
    zu1: { 22: 'Y', 24: '20261104' },
    extra: ['MRG|B654321^^^RAL^MR||||S0002^^^RAL'],
  });

const files = [
  'libs/intake/fixtures/simhospital-excerpt.hl7',
  '../shared/data/simhospital-messages.hl7',
  '../../shared/data/simhospital-messages.hl7',
];

/** What is answered must be one message of two segments, and a third that says where the fault is when the header could be read, whatever the header held. */
const answered = (understood: Understood): void => {
  const header = understood.kind === 'rejected' ? understood.header : understood.envelope.header;
  const answer = acknowledge({ code: 'AE', header, reason: 'x', at: '2026-11-03T09:00:00.000Z', id: '1' });
  const separator = header?.delimiters.field ?? '|';
  const segments = ['MSH', `MSA${separator}AE`, ...(header ? ['ERR'] : [])];
  const lines = answer.split('\r');
  const isWhole =
    lines.length === segments.length + 1 &&
    lines.at(-1) === '' &&
    segments.every((segment, index) => lines[index]?.startsWith(segment + separator));
  if (!isWhole || /[\u0000-\u000c\u000e-\u001f]/.test(answer))
    throw new Fault('the acknowledgement is not one message of the segments that belong into it');
};

/** However they are cut, what the line takes for messages holds no more than came. */
const framed = (bytes: Buffer): void => {
  const frames = new MllpFrames(64 * 1024);
  const step = 1 + (bytes.length % 997);
  let length = 0;
  for (let at = 0; at < bytes.length; at += step)
    for (const frame of frames.push(bytes.subarray(at, at + step)))
      length += frame.kind === 'message' ? frame.bytes.length : 0;
  if (length > bytes.length) throw new Fault('the line made more of it than came');
};

export const hl7: FuzzedParser = {
  corpus: () => [
    ...events.map((event) => Buffer.from(written(event), 'utf8')),
    Buffer.from(adt({ event: 'A01', characterSet: '8859/1', name: 'TESTPATIENT^AD\u00c8' }), 'latin1'),
    Buffer.from(`\x0b${written('A01')}\r\x1c\r`, 'utf8'),
    ...files
      .map((file) => join(projectRoot, file))
      .filter((file) => existsSync(file))
      .flatMap((file) => splitMessages(readFileSync(file)).messages.slice(0, 60)),
  ],
  read: (bytes) => {
    framed(bytes);
    const { messages } = splitMessages(bytes);
    // As over MLLP, whole; and as over HTTP, message by message.
    const understood = [bytes, ...messages.slice(0, 20)].map((one) => understandHl7(one, developmentContext));
    understood.forEach(answered);
    return {
      kind: understood.at(-1)?.kind ?? 'nothing',
      said: understood.flatMap((one) =>
        one.kind === 'refused' ? [one.fault.field, one.fault.reason] : 'reason' in one ? [one.reason] : [],
      ),
      understood,
    };
  },
};
