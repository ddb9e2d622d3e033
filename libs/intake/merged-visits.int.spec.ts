import { jest } from '@jest/globals';
import { StoreUnavailable } from '#libs/event-store/port.js';
import { startTestApp, type TestApp } from '../../test/support/app.js';
import { startTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { adt, type Adt } from './testing/adt.js';
import { intakeAlone } from './testing/intake-app.js';
import { startWard, t, type Sent, type Ward, type Who } from './testing/ward.js';
import { WardIntake } from './taking/ward-intake.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

const merge = (loser: Who, survivor: Who, hhmm: string, more: Partial<Adt> = {}): Adt => ({
  ...survivor,
  event: 'A42',
  recorded: t(hhmm),
  extra: [`MRG|||||${loser.visit ?? ''}`],
  ...more,
});

/** Two visits of one person, in LARCH from 9 and in OAK from 10 o'clock. */
const twoVisits = async (): Promise<{ one: Who; other: Who; ids: readonly [string, string] }> => {
  const [one, { visit = '' }] = [here.someone(), here.someone()];
  const other = { ...one, visit };
  const { messages } = await here.send(
    { ...one, event: 'A01', recorded: t('0900'), place: 'LARCH^1^A^RAL' },
    { ...other, event: 'A01', recorded: t('1000'), place: 'OAK^2^B^RAL' },
  );
  return { one, other, ids: [messages[0]?.stayId ?? '', messages[1]?.stayId ?? ''] };
};
const stay = async (stayId: string, { position }: Sent): Promise<Record<string, unknown>> => {
  const answer = await here.admin.get(`/stays/${stayId}?waitFor=${position}`);
  return { status: answer.status, ...answer.json };
};
const listed = async (query: string): Promise<readonly unknown[]> =>
  ((await here.admin.get(`/stays?limit=500&${query}`)).json as { items: { stayId: string }[] }).items.map(
    ({ stayId }) => stayId,
  );
const quarantined = async (controlId: string): Promise<Record<string, unknown> | undefined> =>
  ((await here.admin.get('/quarantine')).json as { items: Record<string, unknown>[] }).items.find(
    (item) => item['controlId'] === controlId,
  );

describe('A merge of visits', () => {
  test('shows the visit given up as merged, into what, and only when it is asked for', async () => {
    const { one, other, ids } = await twoVisits();
    const sent = await here.send(merge(other, one, '1200', { controlId: 'shown' }));
    expect(sent).toMatchObject({ accepted: 1, messages: [{ ack: 'AA', stayId: ids[0] }] });
    expect(await stay(ids[1], sent)).toMatchObject({ status: 'merged', mergedInto: ids[0] });
    expect(await stay(ids[0], sent)).toMatchObject({
      status: 'open',
      ward: 'OAK',
      moves: [{ from: { ward: 'LARCH' }, to: { ward: 'OAK' }, at: '2026-11-03T10:00:00.000Z' }],
    });
    const { personId } = await stay(ids[0], sent);
    expect(await listed(`personId=${String(personId)}`)).toEqual([ids[0]]);
    expect(await listed(`personId=${String(personId)}&open=false`)).toEqual([]);
  });

  test('lets a later message for the visit given up be answered with its own id and shown on the stay', async () => {
    const { one, other, ids } = await twoVisits();
    await here.send(merge(other, one, '1200', { controlId: 'before-leaving' }));
    const left = { ...other, event: 'A03', recorded: t('1500'), pv1: { 36: '1', 37: '19' }, controlId: 'left' };
    const sent = await here.send(left);
    expect(sent.messages[0]?.stayId).toBe(ids[1]);
    expect(await stay(ids[0], sent)).toMatchObject({ status: 'discharged', destinationCode: '19' });
    const again = await here.send(left);
    expect(again).toMatchObject({ duplicates: 1, position: sent.position });
  });

  test('that closes a ring waits in quarantine with the reason; the first is recognised when it comes again', async () => {
    const { one, other, ids } = await twoVisits();
    const [first, second] = [
      merge(other, one, '1200', { controlId: 'ring-1' }),
      merge(one, other, '1300', { controlId: 'ring-2' }),
    ];
    await here.send(first);
    const sent = await here.send(second);
    expect(sent).toMatchObject({
      quarantined: 1,
      messages: [{ ack: 'AE', reason: expect.stringMatching(/in a ring/) }],
    });
    expect(await stay(ids[0], sent)).toMatchObject({ status: 'open' });
    expect(await stay(ids[1], sent)).toMatchObject({ status: 'merged' });
    expect(await here.send(first)).toMatchObject({ duplicates: 1 });
    const { id } = (await quarantined('ring-2')) ?? {};
    expect((await here.admin.post(`/quarantine/${String(id)}/retry`)).json).toMatchObject({
      settled: false,
      ack: 'AE',
    });
    expect((await here.admin.post(`/quarantine/${String(id)}/dismiss`, { reason: 'RAL keeps V1' })).status).toBe(200);
  });

  test('of two in a ring in one body the second is the one to settle', async () => {
    const { one, other } = await twoVisits();
    const sent = await here.send(merge(other, one, '1200'), merge(one, other, '1300'));
    expect(sent.messages.map(({ ack }) => ack)).toEqual(['AA', 'AE']);
  });

  test('that names no visit, or a visit of another hospital to a ward user, is not taken', async () => {
    const { one, other } = await twoVisits();
    expect(await here.send(merge({}, one, '1200', { controlId: 'nothing' }))).toMatchObject({ quarantined: 1 });
    expect(await quarantined('nothing')).toMatchObject({ field: 'MRG-5', kind: 'ADT^A42' });
    const foreign = here.someone();
    await here.send({ ...foreign, event: 'A01', recorded: t('0900'), place: 'ELM^1^A^RQM' });
    const sent = await here.post(adt(merge(foreign, one, '1200', { place: 'LARCH^1^A^RAL' })), here.ward);
    expect(sent).toMatchObject({ rejected: 1 });
    expect(await here.post(adt(merge(other, one, '1200', { place: 'LARCH^1^A^RAL' })), here.ward)).toMatchObject({
      accepted: 1,
    });
  });

  test('that a process wrote and did not live to tell is told by another', async () => {
    const { one, other, ids } = await twoVisits();
    const real = here.app.store.append.bind(here.app.store);
    const append = jest
      .spyOn(here.app.store, 'append')
      .mockImplementation((streamId, ...rest) =>
        streamId === `stay-${ids[1]}` ? Promise.reject(new StoreUnavailable('gone')) : real(streamId, ...rest),
      );
    const answer = await here.admin.post(
      '/ward-events/hl7v2',
      adt(merge(other, one, '1200', { controlId: 'untold' })),
      {
        'content-type': 'x-application/hl7-v2+er7',
      },
    );
    expect(answer.status).toBe(503);
    append.mockRestore();
    await here.app.settled();
    expect((await here.admin.get(`/stays/${ids[1]}`)).json).toMatchObject({ status: 'merged', mergedInto: ids[0] });
    expect((await here.admin.get(`/stays/${ids[0]}`)).json).toMatchObject({ ward: 'OAK' });
  });
});

describe('Who somebody is', () => {
  const personOf = async (sent: Sent, nth = 0): Promise<unknown> =>
    (await stay(sent.messages[nth]?.stayId ?? '', sent))['personId'];
  const corrected = (wrong: Who, right: Who, hhmm: string, controlId: string): Adt => ({
    ...right,
    event: 'A47',
    recorded: t(hhmm),
    controlId,
    extra: [`MRG|${wrong.pid3 ?? ''}`],
  });

  test('goes by the right identifier once a wrong one was corrected (A47)', async () => {
    const [wrong, right] = [here.someone(), here.someone()];
    await here.send({ ...wrong, event: 'A01', recorded: t('0900') });
    expect(await here.send(corrected(wrong, right, '1000', 'corrected'))).toMatchObject({ accepted: 1 });
    const sent = await here.send({ ...right, event: 'A01', recorded: t('1100') });
    const before = await here.send({ ...wrong, event: 'A08', recorded: t('0930') });
    expect(await personOf(sent)).toBe(await personOf(before));
  });

  test('is for a person to settle when a correction should have been a merge: both identifiers were in use', async () => {
    const [wrong, right] = [here.someone(), here.someone()];
    const sent = await here.send(
      { ...wrong, event: 'A01', recorded: t('0900') },
      { ...right, event: 'A01', recorded: t('0930') },
    );
    const correction = corrected(wrong, right, '1000', 'both-known');
    expect(await here.send(correction)).toMatchObject({
      messages: [{ ack: 'AE', reason: expect.stringMatching(/A40/) }],
    });
    expect(await quarantined('both-known')).toMatchObject({ field: 'MRG-1', kind: 'ADT^A47' });
    await here.app.settled();
    expect(await personOf(sent, 0)).not.toBe(await personOf(sent, 1));
  });

  test('is one person of two that merges name in a ring, and the second waits in quarantine', async () => {
    const [one, other] = [here.someone(), here.someone()];
    const sent = await here.send({ ...one, event: 'A01' }, { ...other, event: 'A01' });
    const merges = [
      adt({ event: 'A40', controlId: 'people-1', pid3: one.pid3 ?? '', extra: [`MRG|${other.pid3 ?? ''}`] }),
      adt({ event: 'A34', controlId: 'people-2', pid3: other.pid3 ?? '', extra: [`MRG|${one.pid3 ?? ''}`] }),
    ];
    expect((await here.post(merges.join('\r'))).messages.map(({ ack }) => ack)).toEqual(['AA', 'AE']);
    expect(await here.post(merges[0] ?? '')).toMatchObject({ duplicates: 1 });
    await here.app.settled();
    expect(await personOf(sent, 0)).toBe(await personOf(sent, 1));
    expect(await quarantined('people-2')).toMatchObject({ kind: 'ADT^A34' });
  });

  test('that a merge or a link told before anybody was known is kept', async () => {
    const [one, other, third] = [here.someone(), here.someone(), here.someone()];
    await here.send({ event: 'A40', pid3: one.pid3 ?? '', extra: [`MRG|${other.pid3 ?? ''}`] });
    await here.send({ event: 'A24', pid3: other.pid3 ?? '', extra: [`PID|2||${third.pid3 ?? ''}`] });
    const sent = await here.send({ ...one, event: 'A01' }, { ...other, event: 'A01' }, { ...third, event: 'A01' });
    await here.app.settled();
    expect(new Set([await personOf(sent, 0), await personOf(sent, 1), await personOf(sent, 2)]).size).toBe(1);
  });

  test('is to be confirmed for somebody the hospital does not know (PID-31), found by exact identifier only', async () => {
    const [known, { visit = '' }] = [here.someone(), here.someone()];
    const first = await here.send({ ...known, event: 'A01', recorded: t('0900') });
    const unknown = await here.send({ ...known, visit, event: 'A01', recorded: t('1000'), pid31: 'Y' });
    expect(await personOf(unknown)).toBe(await personOf(first));
    expect(await here.stayOf(unknown)).toMatchObject({ identityToConfirm: true });
    const stranger = await here.send({ ...here.someone(), event: 'A01', recorded: t('1100'), pid31: 'Y' });
    expect(await personOf(stranger)).not.toBe(await personOf(first));
  });
});

describe('Two processes on one log', () => {
  let database: TestDatabase;
  let apps: readonly [TestApp, TestApp];
  beforeAll(async () => {
    database = await startTestDatabase();
    const start = () => startTestApp({ module: intakeAlone, database });
    apps = [await start(), await start()];
  }, 90_000);
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await database.stop();
  });

  test('that take the messages of merged visits at the same time leave the same stays', async () => {
    const history = (n: number): readonly Adt[] => {
      const visit = (nth: number): string => `T${String(n)}-${String(nth)}^^^RAL`;
      const who = { pid3: `T${String(n)}^^^RAL^MR` };
      return [
        { ...who, visit: visit(1), event: 'A01', recorded: t('0900'), place: 'LARCH^1^A^RAL' },
        { ...who, visit: visit(2), event: 'A01', recorded: t('1000'), place: 'OAK^2^B^RAL' },
        { ...who, ...merge({ visit: visit(2) }, { visit: visit(1) }, '1100') },
        { ...who, visit: visit(2), event: 'A02', recorded: t('1200'), place: 'ELM^1^A^RAL' },
        { ...who, ...merge({ visit: visit(1) }, { visit: visit(3) }, '1300') },
        { ...who, visit: visit(3), event: 'A08', recorded: t('1310'), pv1: { 44: t('0900') } },
        { ...who, visit: visit(2), event: 'A03', recorded: t('1500'), pv1: { 36: '19' } },
      ].map((message, nth) => ({ ...message, controlId: `T${String(n)}-${String(nth)}` }));
    };
    const arrival = { source: 'mllp', correlationId: 'test' } as const;
    const shown = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const messages = history(n).map((message) => Buffer.from(adt(message)));
        const turned = messages.map((__, at) => messages[(at + n) % messages.length] ?? Buffer.alloc(0));
        const taken = await Promise.all([
          ...turned.map((bytes) => apps[0].get(WardIntake).takeHl7(bytes, arrival)),
          ...turned.toReversed().map((bytes) => apps[1].get(WardIntake).takeHl7(bytes, arrival)),
        ]);
        expect(new Set(taken.map(({ ack }) => ack))).toEqual(new Set(['AA']));
        const ids = [1, 2, 3].map(
          (nth) => taken[turned.indexOf(messages[[0, 1, 5][nth - 1] ?? 0] ?? Buffer.alloc(0))]?.stayId ?? '',
        );
        const blocks = await Promise.all(
          ids.map(async (id) => (await apps[0].store.readStream(`stay-${id}`)).at(-1)?.data['stay']),
        );
        return JSON.stringify(blocks, (key, value: unknown) =>
          key === 'personId' ? '' : typeof value === 'string' && ids.includes(value) ? ids.indexOf(value) + 1 : value,
        );
      }),
    );
    expect(new Set(shown).size).toBe(1);
    expect(JSON.parse(shown[0] ?? '[]')).toMatchObject([
      { status: 'merged', mergedInto: 3 },
      { status: 'merged', mergedInto: 1 },
      { status: 'discharged', destinationCode: '19', locations: [{ ward: 'LARCH' }, { ward: 'OAK' }, { ward: 'ELM' }] },
    ]);
  }, 60_000);
});
