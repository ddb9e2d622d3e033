import { adt, type Adt } from '../testing/adt.js';
import { course, hl7, startWard, t, type Ward } from '../testing/ward.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
  // The feed is heard of, at the ward user's hospital.
  await here.send({ ...here.someone(), event: 'A01', place: 'LARCH^1^A^RAL' });
}, 60_000);
afterAll(() => here.app.stop());

const feedId = async (): Promise<string> => String((await here.feed('PAS/RAL'))?.['feedId']);

/** Everything there is of intake and the log, as it stands. */
const everything = async (): Promise<string> => {
  const { rows: tables } = await here.app.pool.query<{ name: string }>(
    `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
      WHERE schemaname IN ('intake', 'people', 'log') ORDER BY 1`,
  );
  const held = [await here.app.store.head()];
  for (const { name } of tables) {
    const { rows } = await here.app.pool.query<{ held: string }>(
      `SELECT '${name} ' || count(*) || ' ' || coalesce(md5(string_agg(x::text, '|' ORDER BY x::text)), '') AS held FROM ${name} x`,
    );
    held.push(rows[0]?.held ?? '');
  }
  expect(tables.length).toBeGreaterThan(8);
  return held.join('\n');
};

const tryOut = async (message: Adt | string, client = here.admin) =>
  client.post(`/feeds/${await feedId()}/try`, typeof message === 'string' ? message : adt(message), hl7);

/** Tries a message, holds that nothing was written, then sends it and holds that it came as was said. */
const triedAndSent = async (message: Adt): Promise<Readonly<Record<string, unknown>>> => {
  await here.app.settled();
  const before = await everything();
  const tried = await tryOut(message);
  expect([tried.status, await everything()]).toEqual([200, before]);
  const sent = await here.send(message);
  const outcome = String(tried.json['outcome']);
  const counts = { accepted: sent.accepted, duplicate: sent.duplicates, ignored: sent.ignored, quarantined: sent.quarantined, rejected: sent.rejected }; // prettier-ignore
  expect({ ...counts }).toMatchObject({ [outcome]: 1 });
  const [answer] = sent.messages;
  const stay = tried.json['stay'] as { stayId: string } | null;
  expect([tried.json['ack'], tried.json['reason'], tried.json['flagged'], stay?.stayId]).toEqual([
    answer?.ack,
    answer?.reason,
    answer?.flags ?? [],
    answer?.stayId,
  ]);
  return tried.json;
};

describe('Trying a message', () => {
  test('says what would become of each message of a stay, and writes nothing', async () => {
    const who = here.someone();
    const tried: Readonly<Record<string, unknown>>[] = [];
    for (const message of course(who)) tried.push(await triedAndSent(message));
    const places = tried.map(({ stay }) => {
      const { before, after } = stay as Record<'before' | 'after', Record<string, unknown> | null>;
      return [before?.['status'], before?.['ward'], after?.['status'], after?.['ward']];
    });
    expect(places).toEqual([
      [undefined, undefined, 'open', 'LARCH'],
      ['open', 'LARCH', 'open', 'OAK'],
      ['open', 'OAK', 'open', 'OAK'],
      ['open', 'OAK', 'open', 'LARCH'],
      ['open', 'LARCH', 'discharged', 'LARCH'],
      ['discharged', 'LARCH', 'open', 'LARCH'],
    ]);
    expect(tried[2]).toMatchObject({
      read: { says: { meets: false, readyDate: '2026-11-03', expectedDate: '2026-11-04' } },
      stay: {
        before: { criteriaToReside: null },
        after: { criteriaToReside: { meets: false, readyDate: '2026-11-03' } },
      },
    });
  });

  test('says duplicate, ignored, quarantined and flagged as sending does', async () => {
    const message: Adt = { ...here.someone(), event: 'A01', controlId: 'outcomes', recorded: t('0905') };
    const outcomes = [
      await triedAndSent(message),
      await triedAndSent(message),
      await triedAndSent({ ...message, place: 'ELM^1^A^RAL' }),
      await triedAndSent({ ...message, controlId: 'clinic', patientClass: 'O' }),
      await triedAndSent({ ...message, controlId: 'clinic', patientClass: 'O' }),
      await triedAndSent({ ...message, controlId: 'badly', recorded: '20261332' }),
      await triedAndSent({ ...message, controlId: 'of-d', processingId: 'D' }),
      await triedAndSent({ ...here.someone(), event: 'A31', controlId: 'details' }),
      await triedAndSent({ ...here.someone(), event: 'A40', controlId: 'merge', extra: ['MRG|OLD^^^RAL^MR'] }),
      await triedAndSent({
        ...here.someone(),
        event: 'A42',
        controlId: 'visits',
        extra: [`MRG|||||${here.someone().visit ?? ''}`],
      }),
    ];
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'accepted', 'duplicate', 'accepted', 'ignored', 'duplicate', 'quarantined', 'rejected', 'accepted', 'accepted', 'accepted',
    ]); // prettier-ignore
    expect(outcomes[2]?.['flagged']).toEqual(['control-id-reused']);
    expect(outcomes[5]).toMatchObject({ field: 'EVN-2', stay: null });
  });

  test('shows times with their offset, identifiers without their value, and nothing of who it is', async () => {
    const tried = await tryOut({
      ...here.someone(),
      event: 'A01',
      recorded: '20260701120000',
      pid3: '9990000018^^^NHS^NH~9990000019^^^NHS^NH~B123456^^^RAL^MR~77^^^1234567^X',
      place: 'LARCH^1^A^RAL',
      birthDate: '19400215',
    });
    expect(tried.json['read']).toEqual({
      kind: 'ADT^A01',
      hospital: 'RAL',
      identifiers: [
        { type: 'NH', authority: 'NHS', is: 'nhs-number', valid: true },
        { type: 'NH', authority: 'NHS', is: 'nhs-number', valid: false },
        { type: 'MR', authority: 'RAL', is: 'local', valid: true },
        { type: 'X', authority: '(a number)', is: 'local', valid: true },
      ],
      nhsNumber: 'verified',
      visitAuthority: 'RAL',
      place: { ward: 'LARCH', room: '1', bed: 'A' },
      times: { eventTime: '2026-07-01T12:00:00+01:00', recorded: '2026-07-01T12:00:00+01:00' },
      says: {},
    });
    const text = JSON.stringify(tried.json);
    for (const secret of ['9990000018', 'B123456', 'TESTPATIENT', '1940', 'N12', 'TEST ROAD'])
      expect(text).not.toContain(secret);
  });

  test('tries a mapping that is not set, and refuses a wrong one by field', async () => {
    const id = await feedId();
    const message = adt({ ...here.someone(), event: 'A08', pv1: { 36: 'HOME', 37: '19' } }).replaceAll('\r', '\n');
    const tried = await here.admin.post(`/feeds/${id}/try`, { message, mapping: { destination: 'PV1-37' } });
    expect(tried.json).toMatchObject({ outcome: 'accepted', read: { says: { destinationCode: '19' } } });
    expect((await here.admin.post(`/feeds/${id}/try`, { message })).json).toMatchObject({
      outcome: 'quarantined',
      field: 'PV1-36',
    });
    const wrong = await here.admin.post(`/feeds/${id}/try`, { message, mapping: { destination: 'PID-5' } });
    expect([wrong.status, wrong.json['errors']]).toMatchObject([400, [{ field: 'mapping.destination' }]]);
  });

  test('answers what is no single message of this feed', async () => {
    const id = await feedId();
    const one = adt({ ...here.someone(), event: 'A01' });
    expect((await tryOut('PID|1')).json).toMatchObject({ outcome: 'rejected', ack: 'AR', read: null, stay: null });
    expect((await tryOut(`${one}\r${one}`)).status).toBe(400);
    expect((await tryOut('')).status).toBe(400);
    expect((await tryOut({ event: 'A01', sender: 'OTHER' })).json).toMatchObject({
      status: 400,
      code: 'feed.other-sender',
    });
    const path = `/feeds/${id}/try`;
    for (const body of [{}, { message: 1 }, { message: one, surprise: 1 }, []])
      expect([body, (await here.admin.post(path, body)).status]).toEqual([body, 400]);
    expect((await here.admin.post(path, 'x', { 'content-type': 'text/csv' })).status).toBe(415);
    expect((await here.admin.post('/feeds/0123456789abcdef/try', one, hl7)).status).toBe(404);
  });

  test('takes one of our own events', async () => {
    const announced = await here.admin.post('/feeds', { feed: 'urn:ward' });
    const event = {
      specversion: '1.0',
      id: 'own-1',
      source: 'urn:ward',
      type: 'homeward.ward.moved.v1',
      subject: 'OWN-1',
      time: '2026-11-03T09:00:00Z',
      data: { ward: 'OAK', at: '2026-11-03T09:00:00Z' },
    };
    const tried = await here.admin.post(`/feeds/${announced.text('feedId')}/try`, JSON.stringify(event), {
      'content-type': 'application/cloudevents+json',
    });
    expect(tried.json).toMatchObject({ outcome: 'accepted', read: { place: { ward: 'OAK' } }, stay: { before: null } });
  });

  test('shows a ward the own hospital only', async () => {
    const who = here.someone();
    const elsewhere: Adt = { ...who, event: 'A01', place: 'LARCH^1^A^RRV' };
    await here.send(elsewhere);
    expect((await tryOut({ ...elsewhere, event: 'A02' }, here.ward)).json).toMatchObject({
      outcome: 'rejected',
      read: null,
      stay: null,
    });
    // The hospital of the stay counts, whatever the message says.
    const sly: Adt = { ...who, event: 'A08', place: 'LARCH^1^A^RAL' };
    expect((await tryOut(sly, here.ward)).json).toMatchObject({ outcome: 'rejected', read: null, stay: null });
    expect((await tryOut({ ...here.someone(), event: 'A01', place: 'LARCH^1^A^RAL' }, here.ward)).json).toMatchObject({
      outcome: 'accepted',
      stay: { before: null, after: { hospital: 'RAL' } },
    });
    await here.admin.post('/feeds', { feed: 'PAS/UNHEARD' });
    const unheard = (await here.admin.post('/feeds', { feed: 'PAS/UNHEARD' })).text('feedId');
    expect((await here.ward.post(`/feeds/${unheard}/try`, adt({ event: 'A01' }), hl7)).status).toBe(404);
  });
});

describe('What became of a message', () => {
  const heard = async (controlId: string, client = here.admin) =>
    client.get(`/feeds/${await feedId()}/messages/${encodeURIComponent(controlId)}`);

  test('is answered with what it did', async () => {
    const message: Adt = { ...here.someone(), event: 'A01', controlId: 'did you/get it?', place: 'LARCH^1^A^RAL' };
    const sent = await here.send(message);
    await here.send(message);
    const answer = await heard('did you/get it?');
    expect(answer.json).toEqual({
      feedId: await feedId(),
      controlId: 'did you/get it?',
      outcome: 'accepted',
      receivedAt: expect.any(String) as string,
      lastReceivedAt: expect.any(String) as string,
      recordedAt: expect.any(String) as string,
      kind: 'ADT^A01',
      stayId: sent.messages[0]?.stayId,
      events: [
        { eventId: expect.any(String) as string, position: expect.any(String) as string, type: 'PatientAdmitted' },
      ],
      repeats: 1,
      flagged: false,
      others: [],
    });
    expect((await heard('never')).json).toMatchObject({ status: 404, code: 'message.not-heard' });
    expect((await here.admin.get('/feeds/0123456789abcdef/messages/x')).status).toBe(404);
  });

  test('lists all contents of one control id, and what waits in quarantine or was dismissed', async () => {
    const message: Adt = { ...here.someone(), event: 'A01', controlId: 'several', place: 'LARCH^1^A^RAL' };
    await here.send({ ...message, recorded: '20261332' });
    await here.send(message);
    await here.send({ ...message, place: 'OAK^1^A^RAL' });
    const answer = await heard('several');
    expect(answer.json).toMatchObject({
      outcome: 'accepted',
      flagged: true,
      others: [
        { outcome: 'quarantined', reason: 'EVN-2 is a day that does not exist.', flagged: false },
        { outcome: 'accepted', flagged: true },
      ],
    });
    const [waiting] = answer.json['others'] as readonly Record<string, unknown>[];
    const dismissed = await here.admin.post(`/quarantine/${String(waiting?.['quarantineId'])}/dismiss`, {
      reason: 'MRS SECRET was typed here',
    });
    expect(dismissed.status).toBe(200);
    const after = await heard('several');
    expect(after.json['others']).toMatchObject([{ outcome: 'dismissed' }, { outcome: 'accepted' }]);
    expect(JSON.stringify(after.json)).not.toContain('SECRET');
  });

  test('is for a ward of the own hospital only', async () => {
    const own: Adt = { ...here.someone(), event: 'A01', controlId: 'own', place: 'LARCH^1^A^RAL' };
    const other: Adt = { ...here.someone(), event: 'A01', controlId: 'other', place: 'LARCH^1^A^RRV' };
    await here.send(own, other, { ...other, controlId: 'other-bad', recorded: '20261332' });
    await here.send({ ...own, controlId: 'nowhere', patientClass: 'O' });
    expect((await heard('own', here.ward)).status).toBe(200);
    for (const controlId of ['other', 'other-bad', 'nowhere', 'never'])
      expect([controlId, (await heard(controlId, here.ward)).status]).toEqual([controlId, 404]);
    expect((await (await here.app.api('broker')).get(`/feeds/${await feedId()}/messages/own`)).status).toBe(403);
  });
});
