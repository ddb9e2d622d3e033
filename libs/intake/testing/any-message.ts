import fc from 'fast-check';
import type { Adt } from './adt.js';

/** Two people: one with an NHS number and a local id, one with a local id; and three visits, at two hospitals. */
const visits = ['V1^^^RAL', 'V2^^^RAL', 'V3^^^RQM'] as const;
const identifiers = [
  '9990000018^^^NHS^NH~B1^^^RAL^MR',
  'B1^^^RAL^MR',
  'B2^^^RAL^MR',
  'B2^^^RAL^MR~C2^^^RAL^PI',
  '9990000026^^^NHS^NH',
] as const;
const ofVisits = [
  ...['A01', 'A02', 'A03', 'A04', 'A05', 'A06', 'A07', 'A08', 'A11', 'A12', 'A13', 'A15'],
  ...['A16', 'A21', 'A22', 'A23', 'A25', 'A38', 'A52', 'A53', 'A42', 'A42', 'A35'],
];
const ofPeople = ['A24', 'A28', 'A31', 'A34', 'A40', 'A47'];

/** A message, and when it was sent once more. */
export type Sendings = Adt & { readonly sentAgain?: string | undefined };

/** HL7 time, to ten minutes. */
export const clock = fc
  .integer({ min: 0, max: 40 })
  .map((n) => `20261103${String(9 + Math.floor(n / 6)).padStart(2, '0')}${n % 6}000`);

/** An ADT message of any kind (domain.md §6.1). */
export const anyMessage = fc
  .record({
    event: fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...ofVisits) },
      { weight: 1, arbitrary: fc.constantFrom(...ofPeople) },
    ),
    visit: fc.constantFrom(...visits),
    loser: fc.constantFrom(...visits),
    other: fc.constantFrom(...identifiers),
    controlId: fc.constantFrom('A', 'B', 'C', 'D'),
    recorded: clock,
    occurred: clock,
    patientClass: fc.constantFrom('I', 'I', 'I', 'I', 'O'),
    pid3: fc.constantFrom(...identifiers),
    place: fc.constantFrom('LARCH^1^A^RAL', 'OAK^2^B^RAL', 'ELM'),
    pv1: fc.constantFrom({}, { 36: '1', 37: '19' }, { 36: '79' }, { 44: '20261103084500' }),
    zu1: fc.constantFrom({ 22: '' }, { 22: 'Y' }, { 22: 'N' }, { 24: '20261102' }),
    pid29: fc.constantFrom('', '', '20261103085500'),
    pid30: fc.constantFrom('', 'Y', 'N'),
    pid31: fc.constantFrom('', '', '', 'Y', 'N'),
    status: fc.constantFrom('NSTS01', 'NSTS01', 'NSTS03'),
    /** Recorded by MSH-7 alone (no EVN-2), and sent once more at another time. */
    sentAgain: fc.option(clock, { freq: 3, nil: undefined }),
  })
  .map(({ loser, other, ...message }): Sendings | undefined => {
    const { event } = message;
    if (event === 'A16') return { ...message, pv2: { 9: '20261107' } };
    // Who merges, links or corrections are about is never in doubt here: such messages are refused before they are taken.
    const sure = { ...message, status: 'NSTS01', pid31: '' };
    if (event === 'A42' || event === 'A35')
      return loser === message.visit ? undefined : { ...sure, zu1: {}, extra: [`MRG|||||${loser}`] };
    if (event === 'A24') return { ...sure, extra: [`PID|2||${other}`] };
    if (event === 'A34' || event === 'A40') return { ...sure, extra: [`MRG|${other}`] };
    if (event === 'A47')
      return { ...sure, pid3: 'B2^^^RAL^MR', extra: [`MRG|${loser === 'V1^^^RAL' ? 'B3' : 'B1'}^^^RAL^MR`] };
    return event === 'A28' || event === 'A31' ? { ...message, status: 'NSTS01' } : message;
  })
  .filter((message) => message !== undefined);

/** The messages of a history, each as often as it was sent. */
export const sendings = (said: readonly Sendings[]): Adt[] =>
  said.flatMap(({ sentAgain, ...message }) =>
    sentAgain === undefined
      ? [message]
      : [message.recorded, sentAgain].map((sent): Adt => ({
          ...message,
          recorded: '',
          ...(sent === undefined ? {} : { sent }),
        })),
  );
