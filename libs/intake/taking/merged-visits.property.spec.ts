import fc from 'fast-check';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { Adt } from '../testing/adt.js';
import { takingInMemory } from '../testing/taking-in-memory.js';
import { seeded } from '../../../test/support/seeded.js';

const visits = ['V1^^^RAL', 'V2^^^RAL', 'V3^^^RQM'] as const;
const clock = fc
  .integer({ min: 0, max: 40 })
  .map((n) => `20261103${String(9 + Math.floor(n / 6)).padStart(2, '0')}${n % 6}000`);
const kinds = [
  ...['A01', 'A02', 'A03', 'A04', 'A05', 'A06', 'A07', 'A08', 'A11', 'A12', 'A13', 'A15'],
  ...['A16', 'A21', 'A22', 'A23', 'A25', 'A38', 'A52', 'A53', 'A42', 'A42', 'A42', 'A35'],
];

const anyMessage = fc
  .record({
    event: fc.constantFrom(...kinds),
    visit: fc.constantFrom(...visits),
    loser: fc.constantFrom(...visits),
    controlId: fc.constantFrom('A', 'B', 'C', 'D'),
    recorded: clock,
    occurred: clock,
    pid3: fc.constantFrom('9990000018^^^NHS^NH~B1^^^RAL^MR', 'B2^^^RAL^MR', '9990000026^^^NHS^NH'),
    place: fc.constantFrom('LARCH^1^A^RAL', 'OAK^2^B^RAL', 'ELM'),
    pv1: fc.constantFrom({}, { 36: '1', 37: '19' }, { 36: '79' }, { 44: '20261103084500' }),
    zu1: fc.constantFrom({ 22: '' }, { 22: 'Y' }, { 22: 'N' }, { 24: '20261102' }),
    pid30: fc.constantFrom('', 'Y', 'N'),
    status: fc.constantFrom('NSTS01', 'NSTS03'),
  })
  .map(({ loser, ...message }): Adt => {
    const merges = message.event === 'A42' || message.event === 'A35';
    if (message.event === 'A16') return { ...message, pv2: { 9: '20261107' } };
    return merges ? { ...message, zu1: {}, extra: [`MRG|||||${loser}`] } : message;
  })
  .filter(({ visit, extra }) => extra?.[0] !== `MRG|||||${String(visit)}`);

/** The event that first said something of criteria goes by the order of arrival, and so does nothing else. */
const shown = (stays: readonly StayBlock[]) =>
  JSON.stringify(stays.map(({ criteria, ...stay }) => [stay, criteria.map(({ eventId: _, ...entry }) => entry)]));

/** What is left when these processes take their messages at the same time, each in its order. */
const after = async (...lines: readonly (readonly Adt[])[]): Promise<string> => {
  const ward = await takingInMemory();
  await Promise.all(
    lines.map(async (messages) => {
      const { take } = ward.process();
      for (const message of messages) await take(message);
    }),
  );
  return shown(ward.stays());
};

const histories = fc
  .array(anyMessage, { minLength: 2, maxLength: 12 })
  .chain((messages) =>
    fc.tuple(
      fc.constant(messages),
      fc.shuffledSubarray(messages, { minLength: messages.length }),
      fc.shuffledSubarray(messages, { minLength: messages.length }),
      fc.subarray(messages),
      fc.nat(messages.length),
    ),
  );

test('any twelve messages about three visits, merges among them, leave the same stays in any order, repeated, and from several lines at once', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async ([messages, shuffled, again, repeated, cut]) => {
      const first = await after(messages);
      expect(await after([...repeated, ...shuffled])).toBe(first);
      expect(await after(shuffled.slice(0, cut), shuffled.slice(cut))).toBe(first);
      expect(await after(messages, again.toReversed(), shuffled)).toBe(first);
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 150), ...seeded },
  );
}, 120_000);
