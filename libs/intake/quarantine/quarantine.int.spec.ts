import type { Adt } from '../testing/adt.js';
import { startWard, type Ward } from '../testing/ward.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

describe('Quarantine', () => {
  test('keeps what cannot be taken, encrypted and with its reason, until it is settled', async () => {
    const bad: Adt = {
      ...here.someone(),
      event: 'A01',
      controlId: 'impossible',
      recorded: '20261332090000',
      name: 'SECRETNAME^X',
    };
    const sent = await here.send(bad);
    expect(sent).toMatchObject({
      quarantined: 1,
      messages: [{ ack: 'AE', reason: 'EVN-2 is a day that does not exist.' }],
    });
    const { items } = (await here.admin.get('/quarantine')).json as { items: Record<string, unknown>[] };
    const item = items.find(({ controlId }) => controlId === 'impossible');
    expect(item).toMatchObject({ feed: 'PAS/RAL', kind: 'ADT^A01', field: 'EVN-2', hospital: 'RAL', attempts: 1 });
    const { rows } = await here.app.pool.query<{ raw: Buffer }>('SELECT raw FROM intake.quarantine');
    expect(Buffer.concat(rows.map(({ raw }) => raw)).includes('SECRETNAME')).toBe(false);

    const id = String(item?.['id']);
    const surprised = await here.admin.post(`/quarantine/${id}/retry`, { surprise: 1 });
    expect(surprised.json).toMatchObject({ status: 400, errors: [{ field: 'surprise' }] });
    const retried = await here.admin.post(`/quarantine/${id}/retry`);
    expect([retried.status, retried.json['settled'], retried.json['ack']]).toEqual([200, false, 'AE']);
    expect((await here.admin.post(`/quarantine/${id}/dismiss`, {})).status).toBe(400);
    expect((await here.admin.post(`/quarantine/${id}/dismiss`, { reason: 'sent again by hand' })).status).toBe(200);
    expect((await here.admin.post(`/quarantine/${id}/dismiss`, { reason: 'again' })).status).toBe(404);
  });

  test('a mapping that is put right lets a quarantined message through, and feeds show what they sent', async () => {
    const message: Adt = {
      ...here.someone(),
      event: 'A03',
      controlId: 'mapped',
      sender: 'XYZ',
      place: 'A^1^B^XYZ',
      pv1: { 36: '19', 37: '1' },
    };
    expect(await here.send(message)).toMatchObject({ accepted: 1 });
    const other: Adt = { ...message, ...here.someone(), controlId: 'mapped-2', pv1: { 36: '20', 37: '19' } };
    expect(await here.send(other)).toMatchObject({ quarantined: 1 });
    const feeds = async () =>
      ((await here.admin.get('/feeds')).json as { items: Record<string, unknown>[] }).items.find(
        ({ feed }) => feed === 'PAS/XYZ',
      );
    expect(await feeds()).toMatchObject({
      accepted: 1,
      quarantined: 1,
      inQuarantine: 1,
      duplicates: 0,
      hospitals: ['XYZ'],
      rate: 2,
    });
    const feedId = String((await feeds())?.['feedId']);
    expect((await here.admin.put(`/feeds/${feedId}/mapping`, { mapping: { dischargeCodes: 'perhaps' } })).status).toBe(
      400,
    );
    expect((await here.ward.put(`/feeds/${feedId}/mapping`, { mapping: {} })).status).toBe(403);
    // Still no code of the list, whatever stands where.
    expect((await here.admin.put(`/feeds/${feedId}/mapping`, { mapping: { processingIds: ['T'] } })).status).toBe(200);
    expect(await here.send({ ...message, controlId: 'mapped-3' })).toMatchObject({ messages: [{ ack: 'AR' }] });
    expect((await here.admin.put(`/feeds/${feedId}/mapping`, { mapping: {} })).status).toBe(200);
    expect(await here.send({ ...message, controlId: 'mapped-3' })).toMatchObject({ accepted: 1 });
  });
});
