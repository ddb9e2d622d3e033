import { Database } from '#libs/platform/database.js';
import { adt, type Adt } from '../testing/adt.js';
import { startWard, t, type Ward } from '../testing/ward.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

interface Waiting {
  readonly id: string;
  readonly controlId: string;
}

const waiting = async (controlId: string): Promise<readonly Waiting[]> =>
  ((await here.admin.get('/quarantine?limit=500')).json as { items: Waiting[] }).items.filter(
    (one) => one.controlId === controlId,
  );
const idOf = async (controlId: string): Promise<string> => (await waiting(controlId))[0]?.id ?? '';
const fix = (id: string, message: string) => here.admin.post(`/quarantine/${id}/fix`, { message });
const left = (controlId: string, destination: string, more: Partial<Adt> = {}): string =>
  adt({
    event: 'A03',
    controlId,
    ...here.someone(),
    recorded: t('1500'),
    place: 'LARCH^1^A^RAL',
    pv1: { 36: '1', 37: destination },
    ...more,
  });
const mapped = async (mapping: object): Promise<void> => {
  const feed = await here.feed('PAS/RAL');
  expect((await here.admin.put(`/feeds/${String(feed?.['feedId'])}/mapping`, { mapping })).status).toBe(200);
};
const rows = async (text: string, controlId: string) =>
  (await here.app.get(Database).query<Record<string, unknown>>(text, [controlId])).rows;

test('a message that a person corrected counts as corrected, also once the mapping could read it', async () => {
  const bad = left('C1', 'QQHOM');
  await here.post(bad);
  const fixed = await fix(await idOf('C1'), bad.replace('QQHOM', '51'));
  expect(fixed.json).toMatchObject({ settled: true });
  await mapped({ codes: { destination: { QQHOM: '19' } } });
  const again = await here.post(bad);
  expect(again).toMatchObject({ accepted: 0, duplicates: 1, messages: [{ ack: 'AA', stayId: fixed.text('stayId') }] });
  expect((await here.stayOf(again))['destinationCode']).toBe('51');
  await mapped({});
});

test('a correction of MSH-7 alone is not forgotten when the original comes again', async () => {
  const bad = adt({
    event: 'A01',
    controlId: 'M1',
    ...here.someone(),
    sent: '20261399',
    place: 'LARCH^1^A^RAL',
  }).replace(/EVN\|\|\d+/, 'EVN||');
  expect((await here.post(bad)).messages[0]?.ack).toBe('AE');
  expect((await fix(await idOf('M1'), bad.replace('20261399', '20261103101500'))).json).toMatchObject({
    settled: true,
  });
  expect(await here.post(bad)).toMatchObject({ duplicates: 1, quarantined: 0 });
  expect(await waiting('M1')).toEqual([]);
});

test('of two corrections at once one is taken', async () => {
  const bad = left('E1', 'QQHOM');
  await here.post(bad);
  const id = await idOf('E1');
  const both = await Promise.all(['19', '51'].map((code) => fix(id, bad.replace('QQHOM', code))));
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404]);
  const outcomes = await rows(`SELECT outcome FROM intake.messages WHERE control_id = $1 ORDER BY outcome`, 'E1');
  expect(outcomes).toEqual([{ outcome: 'accepted' }, { outcome: 'corrected' }]);
});

test('one message that cannot be opened keeps no other from being tried', async () => {
  for (const n of [1, 2, 3]) await here.post(left(`D${String(n)}`, 'NURSING', { recorded: t(`150${String(n)}`) }));
  await rows(`UPDATE intake.quarantine SET raw = decode(repeat('00', 40), 'hex') WHERE control_id = $1`, 'D1');
  await mapped({ codes: { destination: { NURSING: '19' } } });
  const retried = await here.admin.post('/quarantine/retry', { reason: 'unknown-code' });
  expect(retried.json).toMatchObject({ state: 'done', total: 3, tried: 3, settled: 2 });
  expect([await waiting('D1'), await waiting('D2'), await waiting('D3')].map(({ length }) => length)).toEqual([
    1, 0, 0,
  ]);
  await mapped({});
});

test('who tries a corrected message again did not correct it', async () => {
  const bad = left('G1', 'XX');
  await here.post(bad);
  const id = await idOf('G1');
  await fix(id, bad.replace('XX', 'YY'));
  const corrected = () => rows(`SELECT corrected_by, corrected_at FROM intake.quarantine WHERE control_id = $1`, 'G1');
  const before = await corrected();
  expect(before).toHaveLength(1);
  await here.ward.post(`/quarantine/${id}/retry`, {});
  expect(await corrected()).toEqual(before);
});
