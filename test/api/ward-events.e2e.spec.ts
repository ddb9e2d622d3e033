import type { ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  ago,
  compact,
  hl7,
  Line,
  listOf,
  message,
  ok,
  overMllp,
  somebody,
  stamp,
  today,
  type Fields,
  type Json,
  type Person,
  type Said,
} from './ward-message.js';

/** "Ward events in" of the public page, line by line, by somebody who knows nothing but that page. */

let app: TestApp;
let admin: ApiClient;
let line: Line;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.api('admin');
  line = new Line(admin);
}, 60_000);
afterAll(async () => app?.stop(), 30_000);

const place = (text: string): Json => {
  const [ward = null, room = null, bed = null] = text.split('^');
  return { ward, room, bed };
};
const admit = (person: Person, said: Said = {}): string =>
  message(person, 'A01', { at: ago(10, 9), place: 'ELM^1^A', ...said });
const post = async (body: string): Promise<Json> => ok(await admin.post('/ward-events/hl7v2', body, hl7)).json;
const noDischarge = { status: 'open', dischargedAt: null, destinationCode: null, methodCode: null };

describe('an answer over HTTP', () => {
  it('counts, names each message, its stay and the position', async () => {
    expect(await post(admit(somebody(), { id: 'ONE' }))).toEqual(
      expect.objectContaining({
        accepted: 1,
        duplicates: 0,
        ignored: 0,
        quarantined: 0,
        messages: [{ controlId: 'ONE', ack: 'AA', stayId: expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/) as unknown }],
        position: expect.stringMatching(/^[1-9]\d*$/) as unknown,
      }),
    );
  });

  it.each(['\r', '\n', '\r\n', '\r\r', '\n\n'])(
    'takes segments that end in %j, messages following one another',
    async (end) => {
      const body = [somebody(), somebody()]
        .map((who) => admit(who))
        .join('\r')
        .replaceAll('\r', end);
      expect(await post(body)).toMatchObject({ accepted: 2 });
    },
  );

  it('takes the same again as a duplicate with its stay, whenever it was sent; another content under the same id is taken and flagged', async () => {
    const who = somebody();
    const first = { id: 'DUP', at: ago(10, 9), rec: ago(10, 9), msh: { 3: 'FLAGS' } };
    const stayId = await line.take(admit(who, first));
    expect(await post(admit(who, { ...first, sent: ago(1, 1) }))).toMatchObject({
      accepted: 0,
      duplicates: 1,
      messages: [{ controlId: 'DUP', ack: 'AA', stayId }],
    });
    expect(await post(admit(who, { ...first, place: 'OAK^2^B' }))).toMatchObject({
      accepted: 1,
      duplicates: 0,
      messages: [{ ack: 'AA', stayId }],
    });
    // Another sender's ids are its own.
    expect(await post(admit(who, { ...first, msh: { 3: 'EPR' } }))).toMatchObject({ accepted: 1, duplicates: 0 });
    const feeds = listOf(await line.get('/feeds'), 'items');
    expect(feeds.find(({ feed }) => feed === 'FLAGS/RAL')).toMatchObject({
      accepted: 2,
      duplicates: 1,
      quarantined: 0,
      flagged: 1,
      rate: expect.any(Number) as unknown,
      lag: expect.any(Number) as unknown,
      lastMessageAt: expect.any(String) as unknown,
    });
  });

  it('is 200 where all was quarantined or is not for us; one that cannot be read is 400', async () => {
    const who = somebody();
    expect(
      await post(
        [
          admit(who, { id: 'Q1', evn: { 6: '20261399' } }),
          admit(who, { id: 'Q2', pv1: { 19: '' } }),
          admit(who, { id: 'Q3', msh: { 11: 'D' } }),
          admit(who, { id: 'Q4', pv1: { 2: 'O' } }),
          message(who, 'A04', { id: 'Q5', at: ago(10, 9), pv1: { 2: 'E' } }),
          admit(who, { id: 'Q6', pv1: { 36: '77' } }),
        ].join('\r'),
      ),
    ).toMatchObject({
      accepted: 0,
      quarantined: 3,
      ignored: 2,
      messages: ['AE', 'AE', 'AR', 'AA', 'AA', 'AE'].map((ack) => ({ ack, reason: expect.any(String) as unknown })),
    });
    expect((await admin.post('/ward-events/hl7v2', 'nothing', hl7)).status).toBe(400);
    expect((await admin.post('/ward-events/hl7v2', 'MSH', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await admin.post('/ward-events/hl7v2', 'x'.repeat(10_500_000), hl7)).status).toBe(413);
    expect((await (await app.api()).post('/ward-events/hl7v2', admit(who), hl7)).status).toBe(401);
  });

  it('class O and A04 change no stay; a class-I A04 makes one known', async () => {
    const who = somebody();
    const [answer] = await line.send(message(who, 'A04', { at: ago(9, 9), place: 'ELM', pv1: { 2: 'O' } }));
    expect(answer).not.toHaveProperty('stayId');
    const stayId = await line.take(message(who, 'A04', { at: ago(9, 9), place: 'ELM' }));
    expect(await line.stay(stayId)).toMatchObject({ ward: 'ELM', admittedAt: null, status: 'open' });
  });
});

it('MLLP answers AA for what is stored, repeated or not for us, AE for refused content, AR for the rest, and echoes the id', async () => {
  const who = somebody();
  const sent: [string, string, string][] = [
    [admit(who, { id: 'M-1' }), 'AA', 'M-1'],
    [admit(who, { id: 'M-1' }), 'AA', 'M-1'],
    [message(who, 'A04', { id: 'M-2', at: ago(1), pv1: { 2: 'O' } }), 'AA', 'M-2'],
    [admit(who, { id: 'M-3', pv1: { 44: '2026' } }), 'AE', 'M-3'],
    [admit(who, { id: 'M-4', msh: { 11: 'D' } }), 'AR', 'M-4'],
    [admit(who, { id: 'M-5', msh: { 11: 'T' } }), 'AA', 'M-5'],
    ['hello', 'AR', ''],
  ];
  for (const [text, ack, id] of sent) expect(await overMllp(app.mllpPort, text)).toEqual([ack, id]);
});

it.each(['2.2', '2.3', '2.3.1', '2.4', '2.5', '2.5.1', '2.6', '2.7', '2.8'])('version %s is taken', async (version) => {
  expect(await post(admit(somebody(), { msh: { 12: version } }))).toMatchObject({ accepted: 1 });
});

describe('which stay, where and since when', () => {
  it.each(['A08', 'A02', 'A03', 'A21', 'A16', 'A13'])('an %s of a visit not heard of makes it known', async (event) => {
    const who = somebody();
    const stayId = await line.take(
      message(who, event, { at: ago(5, 9), place: 'ELM^1^A', pv2: { 9: compact(today) } }),
    );
    expect(await line.stay(stayId)).toMatchObject({ admittedAt: null, ward: 'ELM', moves: [] });
    expect(await line.take(admit(who, { at: ago(6, 9) }))).toBe(stayId);
    expect(await line.stay(stayId)).toMatchObject({ admittedAt: ago(6, 9) });
  });

  it('the hospital is PV1-3.4, else MSH-4; a visit is its number and authority, else MSH-4', async () => {
    const who = somebody();
    const stayId = await line.take(admit(who, { pv1: { 3: 'ELM^1^A^RF2' } }));
    expect(await line.stay(stayId)).toMatchObject({ hospital: 'RF2' });
    expect(await line.take(admit(who, { at: ago(10, 10), pv1: { 3: 'ELM^1^A', 19: who.visit } }))).toBe(stayId);
    expect(await line.take(admit(who, { hospital: 'XYZ', pv1: { 19: who.visit } }))).not.toBe(stayId);
    expect(await line.take(admit(who, { hospital: 'RF2', pv1: { 19: `${who.visit}^^^RAL` } }))).toBe(stayId);
    const other = somebody();
    expect(await line.stay(await line.take(admit(other, { pv1: { 3: 'ELM' } })))).toMatchObject({ hospital: 'RAL' });
  });

  it.each<[string, Said, string]>([
    ['PV1-44 of the A01', { at: ago(10, 9), pv1: { 44: stamp(ago(11, 8)) } }, ago(11, 8)],
    ['else EVN-6', { at: ago(10, 9), rec: ago(9, 9) }, ago(10, 9)],
    ['else EVN-2', { evn: { 2: stamp(ago(4, 10)) } }, ago(4, 10)],
    ['else MSH-7', { sent: ago(4, 11) }, ago(4, 11)],
  ])('the admission is %s', async (_what, said, admittedAt) => {
    const stayId = await line.take(message(somebody(), 'A01', { place: 'ELM', ...said }));
    expect(await line.stay(stayId)).toMatchObject({ admittedAt, status: 'open' });
  });

  it('PV1-44 of any message is the admission', async () => {
    const stayId = await line.take(
      message(somebody(), 'A08', { at: ago(5, 8), place: 'ELM', pv1: { 44: stamp(ago(9, 8)) } }),
    );
    expect(await line.stay(stayId)).toMatchObject({ admittedAt: ago(9, 8), status: 'open', ward: 'ELM' });
  });

  it('moves are in time order, without the admission, voided moves and places held for no time', async () => {
    const who = somebody();
    const stayId = await line.take(
      message(who, 'A02', { at: ago(7, 9), place: 'ASH^3^C' }),
      admit(who),
      message(who, 'A02', { at: ago(8, 9), rec: ago(8, 9), place: 'BAY^2^B' }),
      message(who, 'A02', { at: ago(8, 9), rec: ago(8, 10), place: 'OAK^2^B' }),
      message(who, 'A02', { at: ago(6, 9), place: 'FIR^4^D' }),
      message(who, 'A12', { at: ago(5, 9) }),
      message(who, 'A08', { at: ago(4, 9), place: 'ASH^3^C' }),
    );
    expect(await line.stay(stayId)).toMatchObject({
      ...place('ASH^3^C'),
      moves: [
        { from: place('ELM^1^A'), to: place('OAK^2^B'), at: ago(8, 9) },
        { from: place('OAK^2^B'), to: place('ASH^3^C'), at: ago(7, 9) },
      ],
    });
  });

  it('a cancel voids only what was recorded no later than itself; its own EVN-6 is not used', async () => {
    const who = somebody();
    const stayId = await line.take(
      admit(who),
      message(who, 'A02', { at: ago(8, 9), rec: ago(8, 9), place: 'OAK^2^B' }),
      message(who, 'A12', { at: ago(9, 9), rec: ago(7, 9) }),
      message(who, 'A02', { at: ago(9, 9), rec: ago(6, 9), place: 'ASH^3^C' }),
    );
    expect(await line.stay(stayId)).toMatchObject({ moves: [{ to: place('ASH^3^C'), at: ago(9, 9) }] });
    await line.take(message(who, 'A11', { at: ago(20, 9), rec: ago(5, 9) }));
    expect(await line.stay(stayId)).toMatchObject({ status: 'cancelled', ...place('ASH^3^C') });
    await line.take(admit(who, { at: ago(10, 7), rec: ago(5, 9) }));
    expect(await line.stay(stayId)).toMatchObject({ status: 'cancelled' });
    await line.take(admit(who, { at: ago(10, 6), rec: ago(5, 10) }));
    expect(await line.stay(stayId)).toMatchObject({ status: 'open', admittedAt: ago(10, 6) });
    await line.take(message(who, 'A23', { at: ago(4, 9) }));
    expect(await line.stay(stayId)).toMatchObject({ status: 'cancelled' });
  });
});

describe('discharge codes and times', () => {
  it.each<[Fields, string | null, string | null]>([
    [{ 36: '1', 37: '19' }, '1', '19'],
    [{ 36: '19' }, null, '19'],
    [{ 36: '4' }, '4', null],
  ])('PV1 %j', async (pv1, methodCode, destinationCode) => {
    const who = somebody();
    const stayId = await line.take(admit(who), message(who, 'A03', { at: ago(3, 14), pv1 }));
    expect(await line.stay(stayId)).toMatchObject({
      methodCode,
      destinationCode,
      status: 'discharged',
      dischargedAt: ago(3, 14),
    });
  });

  it('an A08 corrects a discharge and never makes or undoes one; A13 clears what the discharge set', async () => {
    const who = somebody();
    const a08 = (hour: number, pv1: Fields): string => message(who, 'A08', { at: ago(2, hour), pv1 });
    const stayId = await line.take(
      admit(who),
      message(who, 'A08', { at: ago(8, 9), pv1: { 36: '1', 37: '54', 45: stamp(ago(8, 9)) } }),
    );
    expect(await line.stay(stayId)).toMatchObject(noDischarge);
    await line.take(message(who, 'A03', { at: ago(3, 14), pv1: { 36: '19' } }));
    expect(await line.stay(stayId)).toMatchObject({
      status: 'discharged',
      dischargedAt: ago(3, 14),
      destinationCode: '19',
    });
    await line.take(a08(9, { 36: '1', 37: '29', 44: stamp(ago(11, 7)), 45: stamp(ago(3, 15)) }));
    expect(await line.stay(stayId)).toMatchObject({
      status: 'discharged',
      dischargedAt: ago(3, 15),
      destinationCode: '29',
      methodCode: '1',
      admittedAt: ago(11, 7),
    });
    await line.take(a08(10, { 36: '', 37: '', 44: '', 45: '' }));
    expect(await line.stay(stayId)).toMatchObject({ dischargedAt: ago(3, 15), destinationCode: '29', methodCode: '1' });
    await line.take(a08(11, { 36: '""', 37: '""' }));
    expect(await line.stay(stayId)).toMatchObject({ status: 'discharged', destinationCode: null, methodCode: null });
    await line.take(message(who, 'A13', { at: ago(2, 12) }));
    expect(await line.stay(stayId)).toMatchObject(noDischarge);
    await line.take(message(who, 'A03', { at: ago(1, 9) }));
    expect(await line.stay(stayId)).toMatchObject({
      status: 'discharged',
      dischargedAt: ago(1, 9),
      destinationCode: null,
    });
  });
});

describe('times of London', () => {
  const at = async (local: string, sent: string): Promise<unknown> => {
    const stayId = await line.take(
      message(somebody(), 'A01', { place: 'ELM', evn: { 2: sent, 6: local }, msh: { 7: sent } }),
    );
    return (await line.stay(stayId))['admittedAt'];
  };
  it.each([
    ['20250701120000', '20250701120000', '2025-07-01T11:00:00.000Z'],
    ['202512011200', '20251201120000', '2025-12-01T12:00:00.000Z'],
    ['20251026013000', '20251026090000', '2025-10-26T00:30:00.000Z'],
    ['20251026013000', '20251026013500+0000', '2025-10-26T01:30:00.000Z'],
    ['20251026013000', '20251026013500+0100', '2025-10-26T00:30:00.000Z'],
    ['20251026005959', '20251026013500', '2025-10-25T23:59:59.000Z'],
    ['20251026020000', '20251026030000', '2025-10-26T02:00:00.000Z'],
    ['20260329013000', '20260329090000', '2026-03-29T01:30:00.000Z'],
    ['20260329020000', '20260329090000', '2026-03-29T01:00:00.000Z'],
    ['20250701120000+0000', '20250701120000', '2025-07-01T12:00:00.000Z'],
  ])('EVN-6 %s in a message of %s is %s', async (local, sent, instant) => {
    expect(await at(local, sent)).toBe(instant);
  });
});

describe('criteria to reside', () => {
  it.each<[string, Fields, Json | null]>([
    ['Y with no date', { 22: 'Y' }, { meets: false, since: ago(8, 9) }],
    ['N', { 22: 'N' }, { meets: true, since: ago(8, 9) }],
    ['Y with a ready date', { 22: 'Y', 24: compact(ago(7)) }, { meets: false, since: ago(7) }],
    ['a ready date alone', { 24: compact(ago(6)) }, { meets: false, since: ago(6) }],
    ['N with a ready date', { 22: 'N', 24: compact(ago(9)) }, { meets: true, since: ago(8, 9) }],
    ['nothing', { 22: '', 24: '' }, null],
    ['""', { 22: '""', 24: '""' }, null],
  ])('ZU1 says %s', async (_what, zu1, criteriaToReside) => {
    const who = somebody();
    const stayId = await line.take(admit(who), message(who, 'A08', { at: ago(8, 9), zu1 }));
    expect(await line.stay(stayId)).toMatchObject({ criteriaToReside });
  });

  it('stay after discharge, begin with the current run, and a later-recorded ready date replaces the one before', async () => {
    const who = somebody();
    const stayId = await line.take(
      admit(who, { zu1: { 22: 'N' } }),
      message(who, 'A08', { at: ago(8, 9), zu1: { 22: 'Y', 24: compact(ago(8)) } }),
      message(who, 'A08', { at: ago(7, 9), zu1: { 22: 'Y' } }),
      message(who, 'A08', { at: ago(6, 9), zu1: { 24: compact(ago(7)) } }),
    );
    expect(await line.stay(stayId)).toMatchObject({ criteriaToReside: { meets: false, since: ago(7) } });
    await line.take(message(who, 'A03', { at: ago(5, 9), pv1: { 36: '19' } }));
    expect(await line.stay(stayId)).toMatchObject({
      status: 'discharged',
      criteriaToReside: { meets: false, since: ago(7) },
    });
  });
});

describe('the expected date', () => {
  it('is set by A16 and A08, by recorded time, cleared by "" and A25', async () => {
    const who = somebody();
    const stayId = await line.take(admit(who, { pv2: { 9: compact(ago(1)) } }));
    const shows = async (date: string | null): Promise<void> =>
      expect(await line.stay(stayId)).toMatchObject({ expectedDischargeDate: date });
    const day = (instant: string): string => instant.slice(0, 10);
    await shows(day(ago(1)));
    await line.take(message(who, 'A16', { at: ago(8, 9), rec: ago(8, 9), pv2: { 9: compact(ago(2, 12)) } }));
    await shows(day(ago(2, 12)));
    await line.take(message(who, 'A08', { at: ago(7, 9), rec: ago(8, 8), pv2: { 9: compact(ago(3, 12)) } }));
    await shows(day(ago(2, 12)));
    await line.take(message(who, 'A25', { at: ago(6, 9) }));
    await shows(null);
    await line.take(message(who, 'A08', { at: ago(5, 9), pv2: { 9: compact(ago(0, 12)) } }));
    await shows(today);
    await line.take(message(who, 'A08', { at: ago(4, 9), pv2: { 9: '""' } }));
    await shows(null);
  });
});

describe('people', () => {
  const referral = (who: Person, more: Json = {}): Json => ({
    person: {
      nhsNumber: who.nhs,
      familyName: `Test${who.nhs}`,
      givenNames: 'Ada',
      birthDate: who.birthDate,
      sex: 'F',
      postcode: 'N12 0AA',
    },
    hospital: 'RAL',
    homeAuthority: 'Barnet',
    needs: { summary: 'x' },
    involvement: { person: 'y' },
    referredBy: 'Sister',
    occurredAt: ago(9, 12),
    ...more,
  });

  it.each(['NSTS01', undefined])(
    'a verified number (PID-32 %s) is the same person under every local id',
    async (status) => {
      const who = somebody();
      const a = await line.stay(await line.take(admit(who, { pid: { 32: status } })));
      const b = await line.stay(
        await line.take(admit({ ...who, local: `${who.local}X`, visit: `${who.visit}X` }, { pid: { 32: status } })),
      );
      expect(b['personId']).toBe(a['personId']);
    },
  );

  it.each(['NSTS02', 'NSTS05', 'NSTS08', 'ED~NSTS04'])('a number with status %s joins nobody', async (status) => {
    const who = somebody();
    const a = await line.stay(await line.take(admit(who)));
    const b = await line.stay(
      await line.take(admit({ ...who, local: `${who.local}X`, visit: `${who.visit}X` }, { pid: { 32: status } })),
    );
    expect(b['personId']).not.toBe(a['personId']);
  });

  it('a wrong check digit joins nobody', async () => {
    const who = somebody();
    const wrong = `${who.nhs.slice(0, 9)}${String((Number(who.nhs[9]) + 1) % 10)}`;
    const a = await line.stay(await line.take(admit(who)));
    const [b] = await line.send(
      admit({ nhs: wrong, local: `${who.local}Y`, visit: `${who.visit}Y`, birthDate: who.birthDate }),
    );
    if (b?.['ack'] === 'AA') expect((await line.stay(String(b['stayId'])))['personId']).not.toBe(a['personId']);
  });

  it('A28 and A31 ignore PV1; A40 takes no demographics and its PV1 is ignored', async () => {
    const who = somebody();
    const stayId = await line.take(admit(who));
    for (const event of ['A28', 'A31'])
      await line.send(
        message(who, event, { at: ago(2, 9), place: 'OAK^9^Z', pv1: { 44: stamp(ago(20)), 45: stamp(ago(2)) } }),
      );
    await line.send(message(who, 'A40', { at: ago(2, 9), place: 'OAK^9^Z', mrg: { 1: `${who.local}OLD^^^RAL^MR` } }));
    expect(await line.stay(stayId)).toMatchObject({
      ...place('ELM^1^A'),
      admittedAt: ago(10, 9),
      moves: [],
      status: 'open',
    });
  });

  it.each(['before', 'after'])(
    'a merge told %s everything else brings the stays of both together, and can be reverted',
    async (when) => {
      const [one, two] = [somebody(), somebody()];
      const a40 = message(one, 'A40', {
        at: ago(2, 9),
        pid: { 3: `${one.local}^^^RAL^MR`, 5: 'WRONG^NAME', 32: '' },
        mrg: { 1: `${two.local}^^^RAL^MR` },
        pv1: null,
      });
      if (when === 'before') await line.send(a40);
      const first = await line.take(admit(one));
      const second = await line.take(admit(two, { at: ago(40, 9) }));
      if (when === 'after') {
        expect((await line.stay(first))['personId']).not.toBe((await line.stay(second))['personId']);
        await line.send(a40);
      }
      const merged = (await line.stay(first))['personId'];
      expect((await line.stay(second))['personId']).toBe(merged);
      const stays = listOf(await line.get(`/stays?personId=${String(merged)}`), 'items');
      expect(stays.map((stay) => stay['stayId'])).toEqual([first, second]);
      const told = async (): Promise<Json | undefined> =>
        listOf(await line.get(`/people/merges?personId=${String(merged)}`), 'items').find(
          ({ because }) => because === 'merge-message',
        );
      const { mergeId = '', reverted } = (await told()) ?? {};
      expect(reverted).toBe(false);
      const done = ok(await admin.post(`/people/merges/${String(mergeId)}/revert`, {}));
      line.position = done.text('position');
      expect((await line.stay(first))['personId']).not.toBe((await line.stay(second))['personId']);
      expect(await told()).toMatchObject({ mergeId, reverted: true });
    },
  );

  it('nobody referred has a name or a birth date anywhere in an answer; after the referral the case has', async () => {
    const who = somebody();
    const stayId = await line.take(admit(who));
    const text = JSON.stringify((await line.get(`/stays/${stayId}`)).body);
    for (const secret of [who.nhs, who.local, who.birthDate, `TEST${who.nhs}`, who.visit])
      expect(text).not.toContain(secret);
    expect(await line.stay(stayId)).toMatchObject({ referred: false });
    const made = ok(await admin.post('/cases', referral(who)));
    line.position = made.text('position');
    expect(made.json['stayId']).toBe(stayId);
    expect(await line.stay(stayId)).toMatchObject({ referred: true });
  });

  it('the same content under another control id changes nothing that can be seen', async () => {
    const who = somebody();
    const texts = (mark: string): string[] => [
      admit(who, { id: `${mark}${who.nhs}1`, zu1: { 22: 'N' } }),
      message(who, 'A02', { id: `${mark}${who.nhs}2`, at: ago(9, 10), place: 'OAK^1^A' }),
      message(who, 'A02', { id: `${mark}${who.nhs}3`, at: ago(8, 9), place: 'ASH^1^A' }),
      message(who, 'A12', { id: `${mark}${who.nhs}4`, at: ago(7, 9) }),
      message(who, 'A08', {
        id: `${mark}${who.nhs}5`,
        at: ago(7, 10),
        zu1: { 22: 'Y', 24: compact(ago(7)) },
        pv2: { 9: compact(today) },
      }),
      message(who, 'A03', { id: `${mark}${who.nhs}6`, at: ago(3, 9), pv1: { 36: '19' } }),
      message(who, 'A13', { id: `${mark}${who.nhs}7`, at: ago(2, 9) }),
    ];
    const made = ok(await admin.post('/cases', referral(who)));
    const caseId = made.text('caseId');
    const stayId = await line.take(...texts('B'));
    await app.settled();
    const seen = async (): Promise<readonly unknown[]> => {
      await app.settled();
      const [stay, theCase, timeline] = await Promise.all(
        [`/stays/${stayId}`, `/cases/${caseId}`, `/cases/${caseId}/timeline`].map(
          async (path) => (await line.get(path)).body,
        ),
      );
      const leaveOut = new Set(['asOf', 'knownAt', 'updatedAt', 'revision', 'position']);
      return [stay, theCase, timeline].map((body) =>
        Object.fromEntries(Object.entries(body as Json).filter(([key]) => !leaveOut.has(key))),
      );
    };
    const [entry] = (
      (ok(await line.get(`/cases/${caseId}`)).json['histories'] as Json)['criteriaToReside'] as Json[]
    ).slice(-1);
    const marked = await admin.post(`/cases/${caseId}/entries/${String(entry?.['eventId'])}/mark-in-error`, {
      reason: 'Another bed',
    });
    line.position = ok(marked).text('position');
    expect(await line.stay(stayId)).toMatchObject({ criteriaToReside: { meets: true } });
    const { position } = line;
    const before = await seen();
    for (const mark of ['A', 'C']) {
      expect((await line.send(...texts(mark).toReversed())).every((one) => one['ack'] === 'AA')).toBe(true);
      expect(await seen()).toEqual(before);
    }
    expect(listOf(await line.get(`/board/changes?since=${position}`), 'items')).toEqual([]);
  });
});

describe('our own ward events', () => {
  const type = { 'content-type': 'application/cloudevents+json' };
  const batch = { 'content-type': 'application/cloudevents-batch+json' };
  let events = 0;
  const event = (who: Person, name: string, time: string | undefined, data: unknown, more: Json = {}): Json => ({
    specversion: '1.0',
    id: `E${String((events += 1))}`,
    source: 'urn:ral:epr',
    type: `homeward.ward.${name}.v1`,
    subject: who.visit,
    ...(time === undefined ? {} : { time }),
    data,
    ...more,
  });
  const admitted = (who: Person, more: Json = {}): Json =>
    event(who, 'admitted', ago(10, 9), {
      person: { nhsNumber: who.nhs, localIds: [{ authority: 'RAL', type: 'MR', value: who.local }] },
      hospital: 'RAL',
      ward: 'ELM',
      admittedAt: ago(10, 9),
      ...more,
    });
  const send = async (...list: Json[]): Promise<Json> => {
    const answer = ok(await admin.post('/ward-events', JSON.stringify(list), batch));
    line.position = answer.text('position');
    return answer.json;
  };

  it('each of them, in reverse order and repeated, makes the stay it describes', async () => {
    const who = somebody();
    const list = [
      admitted(who, { room: '1', bed: 'A', methodCode: '21', sourceCode: '19', specialty: '300' }),
      event(who, 'moved', ago(9, 9), { ward: 'OAK', room: '2', bed: 'B', at: ago(9, 9) }),
      event(who, 'moved', ago(8, 9), { ward: 'ASH', at: ago(8, 9) }),
      event(who, 'cancelled', ago(7, 9), { what: 'move' }),
      event(who, 'criteria-to-reside', ago(7, 9), {
        meets: false,
        readyDate: ago(7, 12).slice(0, 10),
        assessedAt: ago(7, 9),
        assessor: 'Dr Test',
      }),
      event(who, 'expected-discharge-date', ago(6, 9), { date: ago(4, 12).slice(0, 10) }),
      event(who, 'expected-discharge-date', ago(6, 10), { date: null }),
      event(who, 'left-on-leave', ago(6, 11), { at: ago(6, 11) }),
      event(who, 'returned', ago(6, 15), { at: ago(6, 15) }),
      event(who, 'discharged', ago(3, 9), { dischargedAt: ago(3, 9), destinationCode: '19', methodCode: '1' }),
      event(who, 'cancelled', ago(2, 9), { what: 'discharge' }),
      event(
        who,
        'discharged',
        ago(1, 9),
        { dischargedAt: ago(1, 8), destinationCode: '54', methodCode: '1' },
        { recordedtime: ago(1, 9) },
      ),
    ];
    expect(await send(...list.toReversed())).toMatchObject({ accepted: 12, duplicates: 0, quarantined: 0 });
    const again = await send(...list);
    expect(again).toMatchObject({ accepted: 0, duplicates: 12 });
    const [{ stayId = '' } = {}] = again['messages'] as Json[];
    expect(await line.stay(String(stayId))).toMatchObject({
      hospital: 'RAL',
      ward: 'OAK',
      room: '2',
      bed: 'B',
      admittedAt: ago(10, 9),
      dischargedAt: ago(1, 8),
      destinationCode: '54',
      methodCode: '1',
      status: 'discharged',
      expectedDischargeDate: null,
      criteriaToReside: { meets: false, since: ago(7) },
      moves: [{ from: { ward: 'ELM', room: '1', bed: 'A' }, to: { ward: 'OAK', room: '2', bed: 'B' }, at: ago(9, 9) }],
    });
    expect(await send(event(who, 'cancelled', ago(0), { what: 'admission' }))).toMatchObject({ accepted: 1 });
    expect(await line.stay(String(stayId))).toMatchObject({ status: 'cancelled', ward: 'OAK' });
  });

  it('one alone is taken too; what is not as described is refused with its reason, and the rest goes on', async () => {
    const who = somebody();
    const one = await admin.post('/ward-events', JSON.stringify(admitted(who)), type);
    expect(one.json).toMatchObject({ accepted: 1, messages: [{ ack: 'AA', stayId: expect.any(String) as unknown }] });
    const answer = await send(
      event(who, 'moved', ago(9, 9), { ward: 'OAK' }),
      event(who, 'moved', ago(9, 9), { ward: 'OAK', at: ago(9, 9), bay: '1' }),
      event(who, 'discharged', ago(1, 9), { dischargedAt: ago(1, 9), destinationCode: '77', methodCode: '1' }),
      event(who, 'cancelled', ago(1, 9), { what: 'everything' }),
      event(who, 'expected-discharge-date', ago(1, 9), { date: '2026-02-30' }),
      event(who, 'moved', ago(9, 9), { ward: 'OAK', at: ago(9, 9) }, { subject: undefined }),
      event(who, 'sang', ago(9, 9), {}),
      event(who, 'moved', ago(9, 9), { ward: 'OAK', at: ago(9, 9) }),
    );
    expect(answer).toMatchObject({ accepted: 1, quarantined: 6, ignored: 1 });
    expect((await admin.post('/ward-events', '{', type)).status).toBe(400);
    const nonsense = await admin.post('/ward-events', '[{"a":1},1]', batch);
    expect([nonsense.status, nonsense.json['messages']]).toMatchObject([200, [{ ack: 'AR' }, { ack: 'AR' }]]);
  });
});

describe('lists', () => {
  it('GET /stays filters, pages and shows every status but merged', async () => {
    const [open, gone, void_] = [somebody(), somebody(), somebody()];
    const at = { hospital: 'LST', place: 'YEW^1^A' };
    const ids = [
      await line.take(admit(open, at)),
      await line.take(admit(gone, at), message(gone, 'A03', { ...at, at: ago(3, 9), pv1: { 36: '19' } })),
      await line.take(admit(void_, at), message(void_, 'A11', { ...at, at: ago(3, 9) })),
    ];
    const found = async (query: string): Promise<unknown[]> =>
      listOf(await line.get(`/stays?${query}`), 'items').map((stay) => stay['stayId']);
    expect((await found('hospital=LST')).toSorted()).toEqual(ids.toSorted());
    expect(await found('hospital=LST&open=true')).toEqual([ids[0]]);
    expect((await found('hospital=LST&open=false')).toSorted()).toEqual(ids.slice(1).toSorted());
    expect((await found('ward=YEW')).toSorted()).toEqual(ids.toSorted());
    expect(await found('ward=YEW&hospital=RAL')).toEqual([]);
    const paged: unknown[] = [];
    let cursor = '';
    do {
      const page = ok(await line.get(`/stays?hospital=LST&limit=1${cursor}`));
      paged.push(...listOf(page, 'items').map((stay) => stay['stayId']));
      cursor =
        typeof page.json['nextCursor'] === 'string' ? `&cursor=${encodeURIComponent(page.json['nextCursor'])}` : '';
      if (cursor === '') expect(page.json['nextCursor']).toBeNull();
    } while (cursor !== '');
    expect(paged.toSorted()).toEqual(ids.toSorted());
    for (const wrong of ['limit=501', 'limit=0', 'limit=x', 'cursor=x', 'open=maybe', 'personid=x'])
      expect([wrong, (await line.get(`/stays?${wrong}`)).status]).toEqual([wrong, 400]);
    expect((await line.get('/stays/nothing')).status).toBe(404);
  });

  it('a ward sees and sends its own hospital only', async () => {
    const ward = new Line(await app.api('ward'));
    const who = somebody();
    const stayId = await line.take(admit(who, { hospital: 'OTH' }));
    ward.position = line.position;
    expect((await ward.get(`/stays/${stayId}`)).status).toBe(404);
    expect(listOf(await ward.get('/stays?hospital=OTH'), 'items')).toEqual([]);
    expect(listOf(await ward.get('/stays?limit=500'), 'items').every((stay) => stay['hospital'] === 'RAL')).toBe(true);
  });

  it('quarantine keeps a message until it is dismissed with a reason, or retried', async () => {
    const who = somebody();
    await line.send(admit(who, { id: `QQ${who.nhs}`, pv1: { 36: '77' } }));
    const items = listOf(await line.get('/quarantine?limit=500'), 'items');
    const item = items.find((one) => one['controlId'] === `QQ${who.nhs}`);
    expect(item).toMatchObject({ hospital: 'RAL', field: 'PV1-36', reason: expect.any(String) as unknown });
    const id = String(item?.['id']);
    const retry = await admin.post(`/quarantine/${id}/retry`, {});
    expect([retry.status, retry.json['ack']]).toEqual([200, 'AE']);
    expect((await admin.post(`/quarantine/${id}/dismiss`, {})).status).toBe(400);
    const dismissed = await admin.post(`/quarantine/${id}/dismiss`, { reason: 'Sent wrong' });
    expect(dismissed.status).toBe(200);
    expect((await admin.post(`/quarantine/${id}/dismiss`, { reason: 'Sent wrong' })).status).toBe(404);
    expect((await admin.post('/quarantine/none/dismiss', { reason: 'Sent wrong' })).status).toBe(404);
  });
});
