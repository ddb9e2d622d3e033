import { startTestApp, type TestApp } from '../../test/support/app.js';
import { adt, permutations, type Adt } from './testing/adt.js';
import { intakeAlone } from './testing/intake-app.js';
import { WardIntake } from './taking/ward-intake.js';

const t = (hhmm: string): string => `20261103${hhmm}00`;
const history: readonly Adt[] = [
  { event: 'A01', recorded: t('0905'), occurred: t('0900'), place: 'LARCH^1^A^RAL', pv2: { 9: '20261106' } },
  { event: 'A02', recorded: t('1105'), occurred: t('1100'), place: 'OAK^2^B^RAL' },
  { event: 'A08', recorded: t('1200'), zu1: { 22: 'Y', 24: '20261102' }, pv2: { 9: '20261104' } },
  { event: 'A12', recorded: t('1230'), place: 'LARCH^1^A^RAL' },
  { event: 'A03', recorded: t('1505'), occurred: t('1500'), place: 'LARCH^1^A^RAL', pv1: { 36: '4', 37: '79' } },
  { event: 'A13', recorded: t('1600') },
];

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ module: intakeAlone });
}, 60_000);
afterAll(() => app.stop());

test('six messages in all 720 orders, some sent twice, make the same stay in the log', async () => {
  const intake = app.get(WardIntake);
  const shown = new Set<string>();
  const orders = permutations([...history.keys()]);
  const play = async (order: readonly number[], n: number): Promise<void> => {
    let stayId = '';
    // Every fifth order says everything twice, the second time the other way round.
    const sent = n % 5 === 0 ? [...order, ...order.toReversed()] : order;
    for (const at of sent) {
      const message = history[at];
      if (!message) continue;
      const who = {
        visit: `O${String(n)}^^^RAL`,
        pid3: `O${String(n)}^^^RAL^MR`,
        controlId: `O${String(n)}-${String(at)}`,
      };
      const taken = await intake.takeHl7(Buffer.from(adt({ ...message, ...who })), {
        source: 'mllp',
        correlationId: 'test',
      });
      stayId = taken.stayId ?? '';
    }
    const stream = await app.store.readStream(`stay-${stayId}`);
    expect(stream).toHaveLength(6);
    const {
      stayId: _,
      personId: __,
      criteria,
      ...stay
    } = stream.at(-1)?.data['stay'] as {
      stayId: string;
      personId: string;
      criteria: { at: string; meets: boolean; readyDate: string }[];
    };
    shown.add(JSON.stringify([stay, criteria.map(({ at, meets, readyDate }) => [at, meets, readyDate])]));
  };
  let next = 0;
  await Promise.all(
    Array.from({ length: 24 }, async () => {
      while (next < orders.length) {
        const n = next;
        next += 1;
        await play(orders[n] ?? [], n);
      }
    }),
  );
  expect(orders).toHaveLength(720);
  expect([...shown].map((text) => JSON.parse(text) as unknown)).toEqual([
    [
      expect.objectContaining({
        status: 'open',
        diedAt: null,
        dischargedAt: null,
        locations: [{ ward: 'LARCH', room: '1', bed: 'A', from: '2026-11-03T09:00:00.000Z' }],
      }),
      [['2026-11-02T00:00:00.000Z', false, '2026-11-02']],
    ],
  ]);
  // No order leaves anybody dead who was only said to be for a while.
  await app.settled();
  const { events } = await app.store.readAll('0', { types: ['DeathRecorded', 'DeathRecordWithdrawn'] }, 5000);
  const dead = new Set<string>();
  for (const { type, streamId } of events)
    if (type === 'DeathRecorded') dead.add(streamId);
    else dead.delete(streamId);
  expect(dead.size).toBe(0);
}, 180_000);
