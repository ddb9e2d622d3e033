import { startWard, type Sent, type Ward } from '../testing/ward.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

describe('Our own ward events', () => {
  const json = { 'content-type': 'application/cloudevents+json' };
  const event = (subject: string, name: string, at: string, data: object) => ({
    specversion: '1.0',
    id: `${subject}-${name}-${at}`,
    source: 'RAL',
    type: `homeward.ward.${name}.v1`,
    subject,
    time: at,
    recordedtime: at,
    data,
  });
  const admitted = (subject: string) =>
    event(subject, 'admitted', '2026-11-03T09:00:00Z', {
      person: {
        nhsNumber: '9990000026',
        localIds: [{ authority: 'RAL', type: 'MR', value: subject }],
        familyName: 'TEST',
        birthDate: '1940-02-15',
      },
      hospital: 'RAL',
      ward: 'LARCH',
      bed: 'A',
      admittedAt: '2026-11-03T09:00:00Z',
    });

  test('make the same stay in any order, one at a time or as a batch', async () => {
    const events = (subject: string) => [
      admitted(subject),
      event(subject, 'moved', '2026-11-03T11:00:00Z', { ward: 'OAK', at: '2026-11-03T11:00:00Z' }),
      event(subject, 'criteria-to-reside', '2026-11-03T12:00:00Z', {
        meets: false,
        assessedAt: '2026-11-03T12:00:00Z',
      }),
      event(subject, 'discharged', '2026-11-03T15:00:00Z', {
        dischargedAt: '2026-11-03T15:00:00Z',
        destinationCode: '19',
        methodCode: '1',
      }),
      event(subject, 'cancelled', '2026-11-03T16:00:00Z', { what: 'discharge' }),
    ];
    const batch = await here.admin.post('/ward-events', events('CE1'), {
      'content-type': 'application/cloudevents-batch+json',
    });
    expect([batch.status, batch.json['accepted']]).toEqual([200, 5]);
    let last = batch;
    for (const one of events('CE2').toReversed()) last = await here.admin.post('/ward-events', one, json);
    const shown = await Promise.all(
      [batch, last].map(async ({ body }) => {
        const { stayId, ...stay } = await here.stayOf(body as Sent);
        expect(stayId).toBeDefined();
        return stay;
      }),
    );
    expect(shown[0]).toEqual(shown[1]);
    expect(shown[0]).toMatchObject({
      status: 'open',
      ward: 'OAK',
      hospital: 'RAL',
      criteriaToReside: { meets: false },
    });
  });

  test('are told what is wrong with them', async () => {
    const odd = await here.admin.post(
      '/ward-events',
      event('CE3', 'moved', '2026-11-03T11:00:00Z', { ward: 'OAK' }),
      json,
    );
    expect(odd.json).toMatchObject({ quarantined: 1, messages: [{ ack: 'AE' }] });
    expect((await here.admin.post('/ward-events', { hello: 1 }, json)).json).toMatchObject({
      rejected: 1,
      messages: [{ ack: 'AR' }],
    });
    expect((await here.admin.post('/ward-events', { ...admitted('CE4'), type: 'other' }, json)).json).toMatchObject({
      ignored: 1,
    });
    expect((await here.admin.post('/ward-events', [], json)).status).toBe(400);
    expect((await here.admin.post('/ward-events', admitted('CE5'))).status).toBe(415);
  });

  const { data, ...attributes } = admitted('CÉ 6');
  const headers: Readonly<Record<string, string>> = {
    ...Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encodeURIComponent(value)] as const),
    ),
    'ce-subject': 'C%C3%89%206',
  };

  test('come in binary mode, attributes as headers, and are the same event as in structured mode', async () => {
    const sent = await here.admin.post('/ward-events', data, headers);
    expect(sent.json).toMatchObject({ accepted: 1, messages: [{ controlId: attributes.id, ack: 'AA' }] });
    const again = await here.admin.post('/ward-events', admitted('CÉ 6'), json);
    expect(again.json).toMatchObject({ duplicates: 1 });
    const inBytes = { ...attributes, data_base64: Buffer.from(JSON.stringify(data)).toString('base64') };
    expect((await here.admin.post('/ward-events', inBytes, json)).json).toMatchObject({ duplicates: 1 });
    const stay = await here.stayOf(sent.body as Sent);
    expect(stay).toMatchObject({ ward: 'LARCH', hospital: 'RAL', status: 'open' });
  });

  test('in binary mode are told what is wrong with them', async () => {
    const { 'ce-id': _, ...nameless } = headers;
    expect((await here.admin.post('/ward-events', data, nameless)).json).toMatchObject({
      rejected: 1,
      messages: [{ ack: 'AR', reason: "This is not a CloudEvent 1.0: it must have required property 'id'." }],
    });
    for (const [bad, message] of [
      ['50%', 'is percent-encoded in a way that cannot be read'],
      ['%FF', 'is percent-encoded in a way that cannot be read'],
      ['É', 'is not ASCII: other characters are percent-encoded, as UTF-8'],
    ]) {
      const answer = await here.admin.post('/ward-events', data, { ...headers, 'ce-subject': bad ?? '' });
      expect([answer.status, answer.json['errors']]).toEqual([400, [{ field: 'ce-subject', message }]]);
    }
    const xml = { ...headers, 'content-type': 'application/xml' };
    expect((await here.admin.post('/ward-events', '<a/>', xml)).status).toBe(415);
  });

  test('that differ in their headers are different commands under one Idempotency-Key', async () => {
    const once = { ...headers, 'ce-id': 'CE7', 'idempotency-key': 'own-events' };
    expect((await here.admin.post('/ward-events', data, once)).status).toBe(200);
    expect((await here.admin.post('/ward-events', data, once)).status).toBe(200);
    const other = await here.admin.post('/ward-events', data, { ...once, 'ce-id': 'CE8' });
    expect([other.status, other.json['code']]).toEqual([422, 'idempotency.other-body']);
  });

  test('have their schemas served to everybody, and named in OpenAPI', async () => {
    const anybody = await here.app.api();
    const { items } = (await anybody.get('/api/schemas')).json as { items: { name: string; url: string }[] };
    expect(items.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'homeward.ward.admitted.v1',
        'homeward.ward-event.v1',
        'homeward.discharge.CaseAccepted.v1',
      ]),
    );
    for (const { url } of [items[0], items.at(-1)].filter((one) => one !== undefined)) {
      const one = await anybody.get(url);
      expect([one.status, one.headers.get('content-type')]).toEqual([200, 'application/schema+json; charset=utf-8']);
      expect(one.json).toMatchObject({ $id: `https://homeward.example${url}` });
    }
    for (const nothing of ['constructor.json', '__proto__.json', 'homeward.ward.admitted.v1', 'x.json'])
      expect((await anybody.get(`/api/schemas/${nothing}`)).status).toBe(404);
    const { paths } = (await anybody.get('/api/openapi.json')).json as { paths: Record<string, object> };
    expect(paths['/api/v1/ward-events']).toMatchObject({
      post: {
        parameters: expect.arrayContaining([
          expect.objectContaining({ in: 'header', name: 'ce-recordedtime' }),
        ]) as unknown,
        requestBody: {
          content: {
            'application/json': {},
            'application/cloudevents+json': { examples: { 'homeward.ward.moved.v1': {} } },
            'application/cloudevents-batch+json': { schema: { type: 'array' } },
          },
        },
      },
    });
  });
});
