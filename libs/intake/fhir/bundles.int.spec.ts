import { encounter, patient, wardNumber, type Json, type Told } from '../testing/fhir.js';
import {
  bundleOf,
  errorsOf,
  fhirType,
  howOf,
  issuesOf,
  listIn,
  messageOf,
  post,
  stayAfter,
} from '../testing/fhir-ward.js';
import { startWard, type Ward } from '../testing/ward.js';
import { systems } from '../domain/fhir/urls.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

const iso = (hhmm: string): string => `2026-11-03T${hhmm}:00.000Z`;
const responsesOf = (body: unknown) => listIn(body, 'entry').map(({ response }) => response as Json);
const statusesOf = (body: unknown) => responsesOf(body).map(({ status }) => String(status).slice(0, 3));

/** An Encounter, its Patient and its Locations as resources of their own. */
const apart = (id: string, told: Told = {}): Json[] => {
  const physical = (code: string): Json => ({ coding: [{ system: systems.physicalType, code }] });
  return [
    { ...patient({ identifier: [wardNumber(id, 'MR')] }), id: `p-${id}` },
    {
      resourceType: 'Location',
      id: `w-${id}`,
      name: 'LARCH',
      physicalType: physical('wa'),
      identifier: [{ system: systems.odsSite, value: 'RAL' }],
    },
    {
      resourceType: 'Location',
      id: `b-${id}`,
      name: 'A',
      physicalType: physical('bd'),
      partOf: { reference: `Location/w-${id}` },
    },
    encounter({
      id: `e-${id}`,
      visit: id,
      at: [],
      ...told,
      more: {
        contained: undefined,
        subject: { reference: `Patient/p-${id}` },
        location: [
          { location: { reference: `https://ral.example/fhir/Location/b-${id}` }, period: { start: iso('09:00') } },
        ],
        ...told.more,
      },
    }),
  ];
};
const wrong = (id: string): Json => encounter({ id: `e-${id}`, visit: id, status: 'finished' });
const streamOf = async (stayId: string | undefined) => here.app.store.readStream(`stay-${stayId ?? ''}`);
const quarantined = async () => listIn((await here.admin.get('/quarantine?limit=500')).json, 'items');

describe('A transaction', () => {
  test('is taken with its references by fullUrl and by type and id, and answers each entry', async () => {
    const answer = await post(here.admin, bundleOf('transaction', apart('T1')));
    expect([answer.status, answer.json['type'], statusesOf(answer.body)]).toEqual([
      200,
      'transaction-response',
      ['200', '200', '200', '201'],
    ]);
    expect(issuesOf(responsesOf(answer.body)[0]?.['outcome'])[0]?.[3]).toBe(
      'The Patient is read with the Encounter that refers to it.',
    );
    const outcome = responsesOf(answer.body)[3]?.['outcome'];
    expect(responsesOf(answer.body)[3]?.['location']).toBe(`Encounter/${howOf(outcome).stayId ?? ''}`);
    expect(await stayAfter(here, outcome)).toMatchObject({ status: 'open', hospital: 'RAL', ward: 'LARCH', bed: 'A' });
    const again = await post(here.admin, bundleOf('transaction', apart('T1')));
    expect(howOf(responsesOf(again.body)[3]?.['outcome'])).toEqual(howOf(outcome));
  });

  test('is taken whole or not at all, and waits in quarantine whole', async () => {
    const answer = await post(here.admin, bundleOf('transaction', [...apart('T2'), wrong('T3')]));
    expect([answer.status, answer.json['resourceType']]).toEqual([422, 'OperationOutcome']);
    expect(errorsOf(answer.body)).toEqual([['required', 'Bundle.entry[4].resource.period.end']]);
    const alone = await post(
      here.admin,
      bundleOf('transaction', [encounter({ id: 'e-T2', visit: 'T2', version: '2' })]),
    );
    const { stayId } = howOf(responsesOf(alone.body)[0]?.['outcome']);
    expect(await streamOf(stayId)).toHaveLength(1);
    const item = (await quarantined()).find(({ controlId }) => controlId === howOf(answer.body).controlId);
    expect(item).toMatchObject({ field: 'Encounter.period.end', kind: 'Encounter/finished' });
    const retried = await here.admin.post(`/quarantine/${String(item?.['id'])}/retry`);
    expect(retried.json).toMatchObject({ settled: false, ack: 'AE' });
    expect(await streamOf(stayId)).toHaveLength(1);
  });

  test('that holds what must not be there is refused without a trace', async () => {
    const before = (await quarantined()).length;
    const [person = {}, , , stay = {}] = apart('T4');
    const removed = bundleOf('transaction', [person, stay]);
    const entry = listIn(removed, 'entry').map((one, at) =>
      at === 0 ? { ...one, request: { method: 'DELETE', url: 'Patient/p-T4' } } : one,
    );
    const answer = await post(here.admin, { ...removed, entry });
    expect([answer.status, errorsOf(answer.body)[0]]).toEqual([
      400,
      ['not-supported', 'Bundle.entry[0].request.method'],
    ]);
    expect((await quarantined()).length).toBe(before);
  });

  test('of a ward that speaks of another hospital is refused whole', async () => {
    const other = { serviceProvider: { identifier: { system: systems.odsOrganisation, value: 'RRV' } } };
    const foreign = encounter({ id: 'e-T6', visit: 'T6', at: [], more: other });
    const answer = await post(here.ward, bundleOf('transaction', [...apart('T5'), foreign]));
    expect([answer.status, errorsOf(answer.body)]).toEqual([403, [['forbidden', 'Bundle.entry[4].resource']]]);
    expect((await post(here.ward, bundleOf('transaction', apart('T5')))).status).toBe(200);
  });

  test('sent again under its Idempotency-Key gets the first answer, also when that was a refusal', async () => {
    const key = { 'content-type': 'application/fhir+json', 'idempotency-key': 'once' };
    const body = JSON.stringify(bundleOf('transaction', [wrong('T7')]));
    const first = await here.admin.post('/fhir/R4', body, key);
    const again = await here.admin.post('/fhir/R4', body, key);
    expect([again.status, again.body, again.headers.get('content-type')]).toEqual([
      422,
      first.body,
      'application/fhir+json; charset=utf-8',
    ]);
    const other = await here.admin.post('/fhir/R4', JSON.stringify(bundleOf('batch', [])), key);
    expect([other.status, issuesOf(other.body)[0]?.[1]]).toEqual([422, 'business-rule']);
  });
});

describe('A batch', () => {
  test('is taken entry by entry; what cannot be taken waits in quarantine', async () => {
    const planned = encounter({ id: 'e-B3', visit: 'B3', status: 'planned' });
    const answer = await post(
      here.admin,
      bundleOf('batch', [
        encounter({ id: 'e-B1', visit: 'B1' }),
        wrong('B2'),
        planned,
        { resourceType: 'Condition', id: 'c' },
        { resourceType: 'Encounter', id: 'e', status: [] },
      ]),
    );
    expect([answer.status, answer.json['type'], statusesOf(answer.body)]).toEqual([
      200,
      'batch-response',
      ['201', '422', '200', '200', '400'],
    ]);
    const outcomes = responsesOf(answer.body).map(({ outcome }) => outcome);
    expect(errorsOf(outcomes[1])).toEqual([['required', 'Encounter.period.end']]);
    expect(outcomes.map((outcome) => howOf(outcome).acknowledgement)).toEqual(['AA', 'AE', 'AA', undefined, undefined]);
    expect((await quarantined()).map(({ controlId }) => controlId)).toContain(howOf(outcomes[1]).controlId);
  });

  test.each(['batch', 'transaction'])(
    'a quarantined %s goes through once the mapping knows its systems',
    async (type) => {
      const source = `https://${type}.example`;
      const system = `${source}/spell`;
      const strange = encounter({ id: `e-X-${type}`, source, more: { identifier: [{ system, value: `X-${type}` }] } });
      const known = encounter({ id: `e-Y-${type}`, source, visit: `Y-${type}` });
      const sent = await post(here.admin, bundleOf(type, [known, strange], { timestamp: iso('10:00') }));
      const refusal = type === 'batch' ? responsesOf(sent.body)[1]?.['outcome'] : sent.body;
      expect(errorsOf(refusal).map(([code]) => code)).toEqual(['required']);
      const feed = await here.feed(source);
      const mapping = { fhir: { systems: [{ system, authority: 'RAL', type: 'VN' }], sites: [] } };
      await here.admin.put(`/feeds/${String(feed?.['feedId'])}/mapping`, { mapping });
      const { controlId } = howOf(refusal);
      const item = (await quarantined()).find((one) => one['controlId'] === controlId);
      const retried = await here.admin.post(`/quarantine/${String(item?.['id'])}/retry`);
      expect(retried.json).toMatchObject({ settled: true, ack: 'AA', stayId: expect.any(String) as string });
      const stay = await here.admin.get(`/stays/${retried.text('stayId')}?waitFor=${retried.text('position')}`);
      expect(stay.json).toMatchObject({ ward: 'LARCH', bed: 'A' });
      expect((await quarantined()).find((one) => one['id'] === item?.['id'])).toBeUndefined();
      expect(await here.feed(source)).toMatchObject({ accepted: 2, inQuarantine: 0 });
    },
  );

  test('a Patient of no Encounter is news of a person', async () => {
    const person = {
      ...patient({ identifier: [wardNumber('B20', 'MR')], deceasedDateTime: '2026-11-03T08:00:00Z' }),
      id: 'p-B20',
    };
    const answer = await post(here.admin, bundleOf('batch', [person], { timestamp: iso('10:00') }));
    expect(statusesOf(answer.body)).toEqual(['201']);
    const { events } = await here.app.store.readAll('0', { types: ['PersonNewsHeard'] }, 100);
    expect(events.at(-1)?.data).toMatchObject({
      diedAt: iso('08:00'),
      message: { kind: 'Patient', feed: 'fhir:admin' },
    });
    const nobody = { ...patient({ identifier: [] }), id: 'p-B21' };
    expect(
      errorsOf(
        responsesOf((await post(here.admin, bundleOf('batch', [nobody], { timestamp: iso('10:00') }))).body)[0]?.[
          'outcome'
        ],
      ),
    ).toEqual([['required', 'Patient.identifier']]);
  });
});

describe('A message', () => {
  const headerOf = (body: unknown): Json => (listIn(body, 'entry')[0]?.['resource'] ?? {}) as Json;
  const outcomeOf = (body: unknown): unknown => listIn(body, 'entry')[1]?.['resource'];

  test('is answered by a message that names it, and is known again by its id', async () => {
    const message = messageOf('m-1', [encounter({ id: 'e-M1', visit: 'M1', recorded: null })], {
      timestamp: iso('09:06'),
    });
    for (const path of ['/fhir/R4', '/fhir/R4/$process-message']) {
      const answer = await post(here.admin, message, path);
      expect([answer.status, answer.json['type']]).toEqual([200, 'message']);
      expect(headerOf(answer.body)).toMatchObject({
        resourceType: 'MessageHeader',
        eventCoding: { code: 'encounter' },
        response: { identifier: 'm-1', code: 'ok' },
      });
      expect(howOf(outcomeOf(answer.body))).toMatchObject({ acknowledgement: 'AA', controlId: 'm-1' });
    }
    expect(await here.feed('RAL-PAS')).toMatchObject({ accepted: 1, duplicates: 1 });
  });

  test('that cannot be taken is taken in no part, and says so', async () => {
    const answer = await post(here.admin, messageOf('m-2', [encounter({ id: 'e-M2', visit: 'M2' }), wrong('M3')]));
    expect(headerOf(answer.body)).toMatchObject({ response: { identifier: 'm-2', code: 'fatal-error' } });
    expect(errorsOf(outcomeOf(answer.body))).toEqual([['required', 'Bundle.entry[2].resource.period.end']]);
    expect((await quarantined()).map(({ controlId }) => controlId)).toContain('m-2.2');
    expect(await here.feed('RAL-PAS')).toMatchObject({ accepted: 1, quarantined: 1 });
  });

  test('and an Encounter by itself, of one system, are words of one: in after finished is in again', async () => {
    const told = (recorded: string, more: Told = {}) =>
      encounter({ id: 'e-M9', visit: 'M9', recorded: iso(recorded), ...more });
    const single = (resource: Json) => here.admin.put('/fhir/R4/Encounter/e-M9', JSON.stringify(resource), fhirType);
    await single(told('09:05'));
    const left = await post(here.admin, messageOf('m-9', [told('15:05', { status: 'finished', end: iso('15:00') })]));
    expect(await stayAfter(here, outcomeOf(left.body))).toMatchObject({ status: 'discharged' });
    expect(await stayAfter(here, (await single(told('16:00'))).body)).toMatchObject({ status: 'open' });
  });

  test('with two stays names each by itself', async () => {
    const answer = await post(
      here.admin,
      messageOf('m-4', [encounter({ id: 'e-M4', visit: 'M4' }), encounter({ id: 'e-M5', visit: 'M5' })]),
    );
    expect(howOf(outcomeOf(answer.body))).toMatchObject({ acknowledgement: 'AA', controlId: 'm-4.2' });
    expect(await here.feed('RAL-PAS')).toMatchObject({ accepted: 4, flagged: 0 });
  });
});

describe('Any other bundle', () => {
  test('is refused, with the element that is wrong', async () => {
    const error = async (body: unknown) => {
      const answer = await post(here.admin, body);
      return [answer.status, ...(errorsOf(answer.body)[0] ?? [])];
    };
    expect(await error({ resourceType: 'Bundle', type: 'searchset' })).toEqual([400, 'not-supported', 'Bundle.type']);
    expect(await error({ resourceType: 'Encounter' })).toEqual([400, 'structure', 'Bundle']);
    expect(await error({ resourceType: 'Bundle', type: 'message', entry: [] })).toEqual([
      400,
      'structure',
      'Bundle.entry[0].resource',
    ]);
    expect(await error(messageOf('', []))).toEqual([400, 'structure', 'MessageHeader.id']);
    const twice = bundleOf(
      'batch',
      [patient(), patient()].map((one) => ({ ...one, id: 'same' })),
    );
    expect(await error(twice)).toEqual([400, 'structure', 'Bundle.entry']);
    expect((await post(here.admin, { resourceType: 'Bundle', type: 'batch' })).json).toMatchObject({
      type: 'batch-response',
    });
  });
});
