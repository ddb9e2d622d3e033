import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hl7Importer } from '../importing/import-hl7.js';
import { adt, type Adt } from '../testing/adt.js';
import { mllpClient, msa } from '../testing/intake-app.js';
import { hl7, startWard, type Ward } from '../testing/ward.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

const feedIdOf = async (feed: string): Promise<string> => String((await here.feed(feed))?.['feedId']);

describe('The mapping of a feed', () => {
  test('can be set before the first message, and counts from the first on', async () => {
    const announced = await here.admin.post('/feeds', { feed: 'PAS/EARLY', mapping: { readyDate: 'OBX[DRD]' } });
    expect(announced.status).toBe(201);
    expect(announced.json).toMatchObject({ feed: 'PAS/EARLY', mapping: { readyDate: 'OBX[DRD]', destination: null } });
    const feedId = announced.text('feedId');
    const awaited = await here.admin.get(`/feeds/${feedId}/mapping`);
    expect(awaited.json).toMatchObject({ feedId, set: { readyDate: 'OBX[DRD]' }, heard: false });
    const known = await here.admin.post('/feeds', { feed: 'PAS/EARLY' });
    expect([known.status, known.json['code'], known.json['feedId']]).toEqual([409, 'feed.already-known', feedId]);
    const set = await here.admin.put(`/feeds/${feedId}/mapping`, {
      mapping: { readyDate: 'OBX[DRD]', codes: { hospital: { EARLY: 'RAL' } } },
    });
    expect(set.status).toBe(200);

    const message: Adt = {
      ...here.someone(),
      event: 'A01',
      sender: 'EARLY',
      place: 'LARCH',
      pv1: { 44: '20261030120000' },
    };
    const stay = await here.stayOf(await here.send({ ...message, extra: ['OBX|1|DT|DRD^x||20261101||||||F'] }));
    expect(stay).toMatchObject({
      hospital: 'RAL',
      criteriaToReside: { meets: false, since: '2026-11-01T00:00:00.000Z' },
    });
    expect(await feedIdOf('PAS/EARLY')).toBe(feedId);
    expect((await here.admin.get(`/feeds/${feedId}/mapping`)).json['heard']).toBe(true);
  });

  test('is refused by field, and then nothing is set', async () => {
    const wrong = await here.admin.post('/feeds', { feed: 'PAS/WRONG', mapping: { readyDate: 'PID-7', surprise: 1 } });
    expect([wrong.status, wrong.json['errors']]).toEqual([
      400,
      [
        { field: 'mapping.surprise', message: 'is not something that a mapping may hold' },
        {
          field: 'mapping.readyDate',
          message: 'must be a place in the message such as PV1-37, ZU1-24, ZDS-3.2 or OBX[DRD]',
        },
      ],
    ]);
    expect((await here.admin.post('/feeds', { feed: ' ' })).status).toBe(400);
    expect((await here.admin.post('/feeds', { feed: 'x'.repeat(201) })).status).toBe(400);
    expect((await here.admin.get('/feeds/0123456789abcdef/mapping')).status).toBe(404);
    expect((await here.admin.put('/feeds/0123456789abcdef/mapping', { mapping: {} })).status).toBe(404);
    expect((await here.ward.post('/feeds', { feed: 'PAS/WARD' })).status).toBe(403);
    expect((await here.admin.post('/feeds', { feed: 'PAS/WRONG' })).status).toBe(201);
  });

  test('counts when a message that waits in quarantine is tried again, which then waits no longer', async () => {
    const message = adt({
      ...here.someone(),
      event: 'A01',
      controlId: 'accent',
      sender: 'LATIN',
      place: 'CAFÉ^1^A^RAL',
    });
    const bytes = Buffer.from(message, 'latin1');
    expect((await here.admin.post('/ward-events/hl7v2', bytes, hl7)).json).toMatchObject({ quarantined: 1 });
    const { items } = (await here.admin.get('/quarantine')).json as { items: Record<string, unknown>[] };
    const item = items.find(({ controlId }) => controlId === 'accent');
    expect(item).toMatchObject({ field: 'MSH-18' });
    const feedId = await feedIdOf('PAS/LATIN');
    await here.admin.put(`/feeds/${feedId}/mapping`, { mapping: { characterSet: 'ISO 8859-1' } });
    const retried = await here.admin.post(`/quarantine/${String(item?.['id'])}/retry`);
    expect(retried.json).toMatchObject({ settled: true, ack: 'AA' });
    const stay = await here.admin.get(`/stays/${retried.text('stayId')}?waitFor=${retried.text('position')}`);
    expect(stay.json).toMatchObject({ ward: 'CAFÉ' });
    expect((await here.feed('PAS/LATIN'))?.['inQuarantine']).toBe(0);
  });

  test('is the same over HTTP, over MLLP and from a file', async () => {
    await here.admin.post('/feeds', {
      feed: 'PAS/WAYS',
      mapping: { location: { packed: '{ward}/{bed}' }, codes: { ward: { W7: 'OAK' } }, destination: 'PV1-37' },
    });
    const ways = ['http', 'mllp', 'file'].map((way) => ({
      ...here.someone(),
      event: 'A03',
      controlId: `by-${way}`,
      sender: 'WAYS',
      place: 'W7/B^^^RAL',
      pv1: { 36: 'X', 37: '19', 44: '20261030120000' },
    }));
    const [http = '', mllp = '', file = ''] = ways.map(adt);
    await here.post(http);
    const line = await mllpClient(here.app.mllpPort);
    expect(msa(await line.send(mllp))).toEqual(['AA', 'by-mllp']);
    line.end();
    const folder = await mkdtemp(join(tmpdir(), 'homeward-mapping-'));
    await writeFile(join(folder, 'one.hl7'), file);
    expect(await here.app.get(Hl7Importer).importHl7([join(folder, 'one.hl7')])).toMatchObject({ accepted: 1 });
    await rm(folder, { recursive: true });
    await here.app.settled();
    const feedId = await feedIdOf('PAS/WAYS');
    for (const { controlId } of ways) {
      const heard = await here.admin.get(`/feeds/${feedId}/messages/${controlId}`);
      const stay = await here.admin.get(`/stays/${heard.text('stayId')}`);
      expect([controlId, stay.json]).toMatchObject([controlId, { ward: 'OAK', bed: 'B', destinationCode: '19' }]);
    }
  });

  test('that another version set and this one cannot use leaves the feed to the standard, and the others to theirs', async () => {
    await here.app.pool.query(
      `INSERT INTO intake.feed_mapping (feed, mapping, set_by, set_at) VALUES ('PAS/OLD', '{"readyDate": "PID-7"}', 'x', now())`,
    );
    const set = await here.admin.post('/feeds', { feed: 'PAS/NEW', mapping: { readyDate: 'OBX[DRD]' } });
    expect(set.json).toMatchObject({ mapping: { readyDate: 'OBX[DRD]' } });
    const old: Adt = {
      ...here.someone(),
      event: 'A01',
      sender: 'OLD',
      place: 'LARCH^1^A^RAL',
      zu1: { 24: '20261103' },
    };
    expect(await here.send(old)).toMatchObject({ accepted: 1 });
    const known = await here.admin.get(`/feeds/${await feedIdOf('PAS/OLD')}/mapping`);
    expect(known.json).toMatchObject({ set: {}, mapping: { readyDate: 'ZU1-24' } });
  });
});
