import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Hl7Importer } from '#libs/intake/importing/import-hl7.js';
import { adt, type Adt } from '#libs/intake/testing/adt.js';
import { encounter, patient, wardNumber, type Json } from '#libs/intake/testing/fhir.js';
import { mllpClient, msa } from '#libs/intake/testing/intake-app.js';
import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import { launchPostgres, type EmbeddedPostgres } from '#libs/platform/embedded-postgres.js';
import type { ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';

/** Somebody nobody referred, by names and numbers that stand nowhere else. */
const nobody = {
  nhsNumber: makeTestNumber(867_530),
  otherNumber: makeTestNumber(867_531),
  local: 'MRNQ8675309',
  visit: 'VISITQ4471',
  family: 'QUIXOTEWSKI',
  given: 'ZEPHYRINA',
  street: 'PLUMBUS LANE',
  phone: '02079460988',
  postcode: 'N12 0ZQ',
  birthDate: '1931-04-17',
};

/** Everything that names them, in every way it is written. */
const identifiers: readonly string[] = [
  nobody.nhsNumber,
  `${nobody.nhsNumber.slice(0, 3)} ${nobody.nhsNumber.slice(3, 6)} ${nobody.nhsNumber.slice(6)}`,
  nobody.otherNumber,
  nobody.local,
  nobody.visit,
  nobody.family,
  nobody.given,
  nobody.street,
  nobody.phone,
  nobody.postcode,
  nobody.postcode.replace(' ', ''),
  nobody.birthDate,
  nobody.birthDate.replaceAll('-', ''),
];

/** A run of digits inside a longer number or a hash is nobody's. */
const patternOf = (text: string): RegExp => {
  const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return /^\d+$/.test(text) ? new RegExp(`(?<![0-9a-f])${literal}(?![0-9a-f])`, 'i') : new RegExp(literal, 'i');
};
const patterns = identifiers.map((text) => [text, patternOf(text)] as const);
const foundIn = (text: string): string[] => patterns.flatMap(([name, pattern]) => (pattern.test(text) ? [name] : []));

const hl7Type = { 'content-type': 'x-application/hl7-v2+er7' };
const cloudType = { 'content-type': 'application/cloudevents+json' };
const fhirType = { 'content-type': 'application/fhir+json' };

/** Of every person a database file could hold, those of people nobody referred: by every way in, whatever became of the message. */
describe('what the database files hold of people nobody referred', () => {
  let home: string;
  let server: EmbeddedPostgres;
  let pool: pg.Pool;
  let app: TestApp;
  let admin: ApiClient;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'homeward-minimisation-'));
    server = await launchPostgres({
      home,
      database: 'homeward',
      // The log of writes keeps whole pages, as it does in production.
      settings: { fsync: 'off', full_page_writes: 'on', wal_compression: 'off' },
      log: () => undefined,
    });
    pool = new pg.Pool({ connectionString: server.url, max: 4 });
    app = await startTestApp({ database: { url: server.url, pool, stop: () => Promise.resolve() } });
    admin = await app.api('admin');
  }, 120_000);
  afterAll(async () => {
    await app?.stop();
    await pool?.end();
    await server?.stop();
    await rm(home, { recursive: true, force: true });
  }, 60_000);

  let sent = 0;
  const message = (over: Partial<Adt> = {}): string => {
    sent += 1;
    const text = adt({
      event: 'A01',
      controlId: `PLAINCONTROL${String(sent)}`,
      visit: `${nobody.visit}^^^RAL`,
      pid3: `${nobody.nhsNumber}^^^NHS^NH~${nobody.local}^^^RAL^MR`,
      name: `${nobody.family}^${nobody.given}`,
      birthDate: nobody.birthDate.replaceAll('-', ''),
      postcode: nobody.postcode,
      place: 'OAK^1^A^RAL',
      ...over,
    });
    return text.replace('1 TEST ROAD', `17 ${nobody.street}`).replace(/^(PID.*)$/m, (pid) => {
      const fields = pid.split('|');
      fields[13] = nobody.phone;
      return fields.join('|');
    });
  };
  /** What becomes of each: accepted, again, in quarantine, not for us, rejected. */
  const ofEveryKind = (): readonly (readonly [body: string, ack: string])[] => {
    const taken = message();
    return [
      [taken, 'AA'],
      [taken, 'AA'],
      [message({ recorded: '20261399' }), 'AE'],
      [message({ pid3: `${nobody.nhsNumber}^^^NHS^NH~${nobody.otherNumber}^^^NHS^NH` }), 'AE'],
      [message({ patientClass: 'O' }), 'AA'],
      [message({ event: 'A60' }), 'AA'],
      [message({ processingId: 'D' }), 'AR'],
      [message({ event: 'A40', extra: [`MRG|${nobody.local}X^^^RAL^MR`] }), 'AA'],
      [message({ event: 'A31', pid30: 'Y', pid29: '20261104' }), 'AA'],
    ];
  };

  test('messages of every kind come by every way', async () => {
    // Each of them would be found.
    expect(foundIn(identifiers.join('\n'))).toEqual(identifiers);
    const line = await mllpClient(app.mllpPort);
    for (const [body, ack] of ofEveryKind()) expect(msa(await line.send(body))[0]).toBe(ack);
    line.end();

    const bodies = ofEveryKind();
    const answer = await admin.post('/ward-events/hl7v2', bodies.map(([body]) => body).join('\r'), {
      ...hl7Type,
      'idempotency-key': 'one-of-all-kinds',
    });
    const { messages } = answer.json as { messages: { ack: string }[] };
    expect(messages.map(({ ack }) => ack)).toEqual(bodies.map(([, ack]) => ack));
    const file = join(home, '..', `homeward-minimisation-${String(process.pid)}.hl7`);
    await writeFile(file, message());
    await app.get(Hl7Importer).importHl7([file]);
    await rm(file);

    const event = (over: Json = {}, data: Json = {}): Json => {
      sent += 1;
      return {
        specversion: '1.0',
        id: `plain-${String(sent)}`,
        source: 'urn:plain-source',
        type: 'homeward.ward.admitted.v1',
        subject: nobody.visit,
        time: '2026-11-03T09:00:00Z',
        data: {
          person: {
            nhsNumber: nobody.nhsNumber,
            localIds: [{ authority: 'RAL', type: 'MR', value: nobody.local }],
            familyName: nobody.family,
            givenNames: nobody.given,
            birthDate: nobody.birthDate,
            postcode: nobody.postcode,
          },
          hospital: 'RAL',
          ward: 'OAK',
          admittedAt: '2026-11-03T09:00:00Z',
          ...data,
        },
        ...over,
      };
    };
    const taken = event();
    for (const [body, outcome] of [
      [taken, 'accepted'],
      [taken, 'duplicates'],
      [event({}, { ward: 7 }), 'quarantined'],
      [event({ type: 'com.example.other' }), 'ignored'],
      [event({ specversion: '0.3' }), 'rejected'],
    ] as const)
      expect((await admin.post('/ward-events', JSON.stringify(body), cloudType)).json).toMatchObject({ [outcome]: 1 });

    const person = patient({
      id: 'pat-1',
      identifier: [
        { system: 'https://fhir.nhs.uk/Id/nhs-number', value: nobody.nhsNumber },
        wardNumber(nobody.local, 'MR'),
      ],
      name: [{ family: nobody.family, given: [nobody.given] }],
      birthDate: nobody.birthDate,
      address: [{ line: [`17 ${nobody.street}`], postalCode: nobody.postcode }],
      telecom: [{ system: 'phone', value: nobody.phone }],
    });
    for (const [told, status] of [
      [{}, [200, 201]],
      [{}, [200]],
      [{ status: 'nonsense' }, [422]],
      [{ class: 'AMB' }, [200]],
      [{ recorded: null }, [422]],
    ] as const) {
      const body = encounter({ id: nobody.visit, visit: nobody.visit, patient: person, ...told });
      const put = await admin.put(`/fhir/R4/Encounter/${nobody.visit}`, JSON.stringify(body), fhirType);
      expect(status).toContain(put.status);
    }
    const broken = { resourceType: 'Encounter', id: nobody.visit, status: [nobody.family], identifier: nobody.local };
    expect((await admin.put(`/fhir/R4/Encounter/${nobody.visit}`, JSON.stringify(broken), fhirType)).status).toBe(400);
    const batch = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ resource: person, request: { method: 'PUT', url: 'Patient/pat-1' } }],
    };
    expect((await admin.post('/fhir/R4', JSON.stringify(batch), fhirType)).status).toBe(200);
  }, 120_000);

  test('and are looked at, corrected, tried again and dismissed', async () => {
    const { items } = (await admin.get('/quarantine')).json as {
      items: { id: string; code: string; form: string }[];
    };
    const wrongDate = items.find(({ code, form }) => code === 'wrong-date' && form === 'hl7v2');
    const id = wrongDate?.id ?? '';
    const text = (await admin.get(`/quarantine/${id}/message`)).text('message');
    const worse = text.replaceAll('20261399', '20261398');
    expect((await admin.post(`/quarantine/${id}/fix`, { message: worse })).json).toMatchObject({ settled: false });
    expect(
      (await admin.post(`/quarantine/${id}/fix`, { message: text.replaceAll('20261399', '20261103') })).json,
    ).toMatchObject({ settled: true });
    expect((await admin.post('/quarantine/retry', {})).json).toMatchObject({ state: 'done' });
    const two = items.find(({ code }) => code === 'two-nhs-numbers');
    expect((await admin.post(`/quarantine/${two?.id ?? ''}/dismiss`, { reason: 'sent again' })).status).toBe(200);
    await app.settled();
  }, 60_000);

  test('no identifier of theirs stands in any table', async () => {
    const { rows: tables } = await pool.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
        WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(30);
    let everything = '';
    for (const { name } of tables) {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      const text = rows.map(({ row }) => row).join('\n');
      expect({ table: name, found: foundIn(text) }).toEqual({ table: name, found: [] });
      everything += text;
    }
    // What may stand there does: the search looks where it should.
    expect(everything).toContain('PLAINCONTROL1');
    expect(everything).toContain('urn:plain-source');
  }, 60_000);

  test('nor in any file of the database, its log of writes included', async () => {
    await pool.query('CHECKPOINT');
    const files = (await readdir(home, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
    let sawControlId = { data: false, log: false };
    for (const file of files) {
      const path = join(file.parentPath, file.name);
      const text = (await readFile(path)).toString('latin1');
      const seen = text.includes('PLAINCONTROL1');
      sawControlId = {
        data: sawControlId.data || (seen && path.includes('/base/')),
        log: sawControlId.log || (seen && path.includes('/pg_wal/')),
      };
      expect({ path: path.slice(home.length), found: foundIn(text) }).toEqual({
        path: path.slice(home.length),
        found: [],
      });
    }
    expect(sawControlId).toEqual({ data: true, log: true });
  }, 120_000);
});
