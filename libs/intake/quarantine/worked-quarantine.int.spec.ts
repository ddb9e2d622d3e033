import { Quarantine } from './quarantine.js';
import { HandClock } from '../../../test/support/hand-clock.js';
import { startTestApp } from '../../../test/support/app.js';
import { adt, type Adt } from '../testing/adt.js';
import { intakeAlone } from '../testing/intake-app.js';
import { startWard, t, type Ward } from '../testing/ward.js';

type Item = Record<string, unknown> & { readonly id: string; readonly controlId: string };

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

const waiting = async (query = ''): Promise<Item[]> =>
  ((await here.admin.get(`/quarantine${query}`)).json as { items: Item[] }).items;
const idOf = async (controlId: string): Promise<string> => {
  const found = (await waiting()).find((one) => one.controlId === controlId);
  if (!found) throw new Error(`${controlId} does not wait.`);
  return found.id;
};
const register = async (controlId: string) =>
  (
    await here.app.pool.query<{ outcome: string; reason: string | null; flagged: boolean }>(
      'SELECT outcome, reason, flagged FROM intake.messages WHERE control_id = $1 ORDER BY first_at',
      [controlId],
    )
  ).rows;

describe('What waits in quarantine', () => {
  test('is put right by hand and counts like the message that came', async () => {
    const who = here.someone();
    const sender = 'FIX';
    const bad: Adt = {
      ...who,
      event: 'A03',
      controlId: 'fix-1',
      sender,
      recorded: '20261332150500',
      occurred: t('1500'),
    };
    const admitted: Adt = {
      ...who,
      event: 'A01',
      controlId: 'fix-0',
      sender,
      recorded: t('0905'),
      occurred: t('0900'),
      place: 'OAK^1^A^FIX',
    };
    await here.send(admitted);
    expect(await here.send(bad)).toMatchObject({ quarantined: 1 });
    const id = await idOf('fix-1');
    expect((await waiting()).find((one) => one.id === id)).toMatchObject({
      code: 'wrong-date',
      title: 'A date or time that cannot be right',
      field: 'EVN-2',
    });

    const opened = await here.admin.get(`/quarantine/${id}/message`);
    expect(opened.json).toMatchObject({ form: 'hl7v2', marked: 'EVN-2', original: null });
    const text = opened.text('message');
    expect(text).toContain('TESTPATIENT');
    const { rows: reads } = await here.app.pool.query<{ what: string; person_ids: string[] }>(
      'SELECT what, person_ids FROM access.audit WHERE why LIKE $1',
      [`%${id}`],
    );
    expect(reads).toEqual([{ what: 'quarantined message', person_ids: [expect.any(String)] }]);

    // Another fault: both versions wait, encrypted.
    const worse = await here.admin.post(`/quarantine/${id}/fix`, {
      message: text.replace('20261332150500', 'yesterday'),
    });
    expect([worse.status, worse.json['settled'], worse.json['ack']]).toEqual([200, false, 'AE']);
    expect((await here.admin.get(`/quarantine/${id}/message`)).json).toMatchObject({ original: text, marked: 'EVN-2' });
    const { rows: kept } = await here.app.pool.query<{ corrected: Buffer }>(
      'SELECT corrected FROM intake.quarantine WHERE id = $1',
      [id],
    );
    expect(kept[0]?.corrected.includes('TESTPATIENT')).toBe(false);

    for (const [wrong, field] of [
      [text.replace('fix-1', 'fix-2'), 'message'],
      [text.replace('|FIX|', '|RAL|'), 'message'],
      [`${text}\n${text}`, 'message'],
      ['PID|1', 'message'],
      ['', 'message'],
    ] as const)
      expect((await here.admin.post(`/quarantine/${id}/fix`, { message: wrong })).json).toMatchObject({
        status: 400,
        errors: [{ field }],
      });

    const right = text.replaceAll('20261332150500', t('1505'));
    const fixed = await here.admin.post(`/quarantine/${id}/fix`, { message: right });
    expect(fixed.json).toMatchObject({ settled: true, ack: 'AA' });
    const stayId = fixed.text('stayId');
    expect((await here.admin.get(`/stays/${stayId}?waitFor=${fixed.text('position')}`)).json).toMatchObject({
      status: 'discharged',
      dischargedAt: '2026-11-03T15:00:00.000Z',
    });
    const said = (await here.app.store.readStream(`stay-${stayId}`)).at(-1);
    expect(said?.data['message']).toMatchObject({
      feed: 'PAS/FIX',
      controlId: 'fix-1',
      sourceRecordedAt: '2026-11-03T15:05:00.000Z',
    });
    expect(said?.metadata.actor.role).toBe('admin');
    expect(await register('fix-1')).toEqual([
      { outcome: 'corrected', reason: expect.stringMatching(/^Corrected by /), flagged: false },
      { outcome: 'accepted', reason: null, flagged: false },
    ]);
    expect((await here.admin.get(`/quarantine/${id}`)).status).toBe(404);

    // The hospital sends the faulty one again: it has been dealt with.
    expect(await here.send(bad)).toMatchObject({ duplicates: 1, messages: [{ ack: 'AA', stayId }] });
    expect(await here.feed('PAS/FIX')).toMatchObject({ accepted: 2, quarantined: 1, flagged: 0, inQuarantine: 0 });
  });

  test('is put right where it came as an event of our own, or as FHIR', async () => {
    const event = {
      specversion: '1.0',
      id: 'ce-fix',
      source: 'urn:ce-fix',
      type: 'homeward.ward.discharged.v1',
      subject: 'V-CE',
      time: '2026-11-03T15:00:00Z',
      data: { dischargedAt: '2026-11-03T15:00:00Z', destinationCode: 'XX', methodCode: '1' },
    };
    const cloudEvent = { 'content-type': 'application/cloudevents+json' };
    expect((await here.admin.post('/ward-events', event, cloudEvent)).json).toMatchObject({ quarantined: 1 });
    const id = await idOf('ce-fix');
    expect((await here.admin.get(`/quarantine/${id}/message`)).json).toMatchObject({ marked: 'data.destinationCode' });
    expect((await here.admin.post(`/quarantine/${id}/fix`, { message: '{' })).json).toMatchObject({
      errors: [{ field: 'message' }],
    });
    const message = JSON.stringify({ ...event, data: { ...event.data, destinationCode: '19' } });
    expect((await here.admin.post(`/quarantine/${id}/fix`, { message })).json).toMatchObject({ settled: true });
    expect((await here.admin.post('/ward-events', event, cloudEvent)).json).toMatchObject({ duplicates: 1 });
  });

  test('is tried again together with the rest of its stay, in the order in which it was recorded', async () => {
    const who = here.someone();
    const common = { ...who, sender: 'MANY', place: 'OAK^1^A^MANY' };
    await here.send({ ...common, event: 'A01', controlId: 'many-1', recorded: t('0905') });
    const feedId = String((await here.feed('PAS/MANY'))?.['feedId']);
    const mapped = (mapping: object) => here.admin.put(`/feeds/${feedId}/mapping`, { mapping });
    // Set wrong, the mapping stops every discharge of the feed.
    await mapped({ dischargeCodes: 'method-in-36' });
    await here.send({ ...common, event: 'A03', controlId: 'many-3', recorded: t('1505'), pv1: { 36: '19', 37: '1' } });
    await here.send({ ...common, event: 'A03', controlId: 'many-2', recorded: t('1405'), pv1: { 36: '19', 37: '1' } });
    await here.send({ ...common, ...here.someone(), event: 'A01', controlId: 'many-x', recorded: '20261332090000' });
    const counts = await here.admin.get('/quarantine/counts');
    const items = counts.json['items'] as { reason: string; feeds: { feed: string; count: number }[] }[];
    expect(items.find(({ reason }) => reason === 'unknown-code')?.feeds).toContainEqual({ feed: 'PAS/MANY', count: 2 });
    expect((await waiting('?feed=PAS/MANY&reason=unknown-code')).map(({ controlId }) => controlId)).toEqual([
      'many-2',
      'many-3',
    ]);
    expect((await here.admin.get('/quarantine?reason=nonsense')).status).toBe(400);
    const first = await here.admin.get(`/quarantine/${await idOf('many-3')}`);
    expect(first.json['together']).toMatchObject([{ controlId: 'many-2', recordedAt: '2026-11-03T14:05:00.000Z' }]);

    expect((await here.admin.post('/quarantine/retry', { feed: 'PAS/MANY' })).json).toMatchObject({
      state: 'done',
      total: 3,
      tried: 3,
      settled: 0,
      stillQuarantined: 3,
    });
    await mapped({});
    const again = await here.admin.post('/quarantine/retry', { feed: 'PAS/MANY', reason: 'unknown-code' });
    expect(again.json).toMatchObject({ state: 'done', total: 2, tried: 2, settled: 2, stillQuarantined: 0 });
    const { stayId } =
      (
        await here.send({
          ...common,
          event: 'A03',
          controlId: 'many-3',
          recorded: t('1505'),
          pv1: { 36: '19', 37: '1' },
        })
      ).messages[0] ?? {};
    const said = await here.app.store.readStream(`stay-${stayId ?? ''}`);
    expect(said.map(({ data }) => (data['message'] as { controlId: string }).controlId)).toEqual([
      'many-1',
      'many-2',
      'many-3',
    ]);
    expect((await here.admin.get(`/quarantine/retries/${again.text('retryId')}`)).json).toMatchObject({
      state: 'done',
      total: 2,
    });
    expect((await here.admin.get('/quarantine/retries/nothing')).status).toBe(404);
    expect((await here.admin.post('/quarantine/retry', { reason: 'nonsense' })).status).toBe(400);
  });

  test('lets the others of the stay through once the first is put right', async () => {
    const who = { ...here.someone(), sender: 'TWO', place: 'OAK^1^A^TWO' };
    await here.send({ ...who, event: 'A01', controlId: 'two-1', recorded: t('0905'), pv1: { 44: 'soon' } });
    await here.send({ ...who, event: 'A03', controlId: 'two-2', recorded: t('1505'), pv1: { 36: 'XX' } });
    const [first, second] = [await idOf('two-1'), await idOf('two-2')];
    const text = (await here.admin.get(`/quarantine/${first}/message`)).text('message');
    const fixed = await here.admin.post(`/quarantine/${first}/fix`, {
      message: text.replace('|soon', `|${t('0900')}`),
    });
    expect(fixed.json).toMatchObject({ settled: true, others: { tried: 1, settled: 0 } });
    expect((await here.admin.get(`/quarantine/${second}`)).json).toMatchObject({ attempts: 2, together: [] });
  });

  test('is opened by those who may only, of their own hospital only', async () => {
    await here.send({
      ...here.someone(),
      event: 'A01',
      controlId: 'other-hospital',
      sender: 'OTH',
      recorded: 'x',
      place: 'A^1^B^OTH',
    });
    const id = await idOf('other-hospital');
    for (const answer of [
      await here.ward.get(`/quarantine/${id}`),
      await here.ward.get(`/quarantine/${id}/message`),
      await here.ward.post(`/quarantine/${id}/fix`, { message: 'MSH|^~\\&|PAS|OTH' }),
    ])
      expect(answer.status).toBe(404);
    const broker = await here.app.api('broker');
    expect((await broker.get(`/quarantine/${id}/message`)).status).toBe(403);
    // A ward user cannot correct a message into one of another hospital's.
    await here.send({ ...here.someone(), event: 'A01', controlId: 'own-hospital', recorded: 'x', place: 'A^1^B^RAL' });
    const own = await idOf('own-hospital');
    const text = (await here.ward.get(`/quarantine/${own}/message`)).text('message');
    const moved = text
      .replace('|x|', `|${t('0905')}|`)
      .replace('EVN||x', `EVN||${t('0905')}`)
      .replace('A^1^B^RAL', 'A^1^B^OTH');
    expect((await here.ward.post(`/quarantine/${own}/fix`, { message: moved })).status).toBe(400);
    expect((await here.ward.get(`/quarantine/${own}`)).status).toBe(200);
  });
});

test('What nobody settles within 30 days is deleted, and told', async () => {
  const clock = new HandClock();
  const app = await startTestApp({ module: intakeAlone, clock });
  try {
    const admin = await app.api('admin');
    const hl7 = { 'content-type': 'x-application/hl7-v2+er7' };
    await admin.post('/ward-events/hl7v2', adt({ event: 'A01', controlId: 'old', recorded: 'x' }), hl7);
    const quarantine = app.get(Quarantine);
    clock.ahead = 29 * 86_400_000;
    expect(await quarantine.forgetOld()).toBe(0);
    clock.ahead = 31 * 86_400_000;
    expect(await quarantine.forgetOld()).toBe(1);
    const later = await app.api('admin');
    expect((await later.get('/quarantine')).json['items']).toEqual([]);
    expect((await later.get('/feeds')).json['items']).toMatchObject([
      { feed: 'PAS/RAL', quarantined: 1, inQuarantine: 0, expired: 1 },
    ]);
    const { rows } = await app.pool.query('SELECT outcome FROM intake.messages');
    expect(rows).toEqual([{ outcome: 'expired' }]);
  } finally {
    await app.stop();
  }
}, 60_000);
