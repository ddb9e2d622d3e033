import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import { apiClient, type ApiAnswer, type ApiClient } from '../support/api-client.js';
import { adt, hl7Type, wardPerson, type WardPerson } from '../e2e/ward.js';
import { doorOf } from './support/doors.js';
import { codeOf, echoedId, MllpClient } from './support/mllp-client.js';
import {
  dataFolder,
  databaseUrlOf,
  removeDataFolder,
  startServiceProcess,
  until,
  written,
  type ServiceProcess,
} from './support/service-process.js';
import { referral, type Door, type Json } from './support/ward-load.js';

const megabyte = 1_048_576;
const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

/** Nobody's names: searched for afterwards in everything that was written anywhere. */
const secret = {
  family: 'Quibblethorpe',
  given: 'Zebedina',
  street: '71 Wimblesnap Crescent',
  note: 'afraid of the xylophone next door',
  injection: [
    "Rob'); DROP TABLE log.events;--xyzzyq",
    '{{7*191}}{{ constructor }}plughq',
    '=HYPERLINK("http://x","frobozzq")',
    'line one\r\n{"level":"error","msg":"grueq"}',
    '<img src=x onerror=lampq()>',
  ],
} as const;
const tells = [
  secret.family,
  secret.given,
  'Wimblesnap',
  'xylophone',
  'xyzzyq',
  'plughq',
  'frobozzq',
  'grueq',
  'lampq',
];

describe('bad input', () => {
  let dataDir: string;
  let service: ServiceProcess;
  let door: Door;
  let idt: ApiClient;
  let broker: ApiClient;
  let person: WardPerson;
  const numbers: string[] = [];
  beforeAll(async () => {
    dataDir = await dataFolder();
    service = await startServiceProcess({ dataDir, env: { LOG_LEVEL: 'debug' } });
    door = await doorOf(service);
    ({ idt } = door);
    broker = apiClient(
      service.url,
      (await apiClient(service.url).post('/auth/token', { username: 'broker', password: 'homeward-demo' })).text(
        'accessToken',
      ),
    );
    person = {
      ...wardPerson(8001),
      family: secret.family.toUpperCase(),
      given: secret.given.toUpperCase(),
    };
    numbers.push(person.nhsNumber);
  }, 120_000);
  afterAll(async () => {
    await service.terminate();
    await removeDataFolder(dataDir);
  }, 60_000);

  /** A problem as RFC 9457 has it, that gives nothing away. */
  const problem = (answer: ApiAnswer, status: number, field?: string | RegExp): void => {
    const text = JSON.stringify(answer.body ?? null);
    expect([answer.status, text]).toEqual([status, text]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.json).toMatchObject({ status, code: expect.stringMatching(/^[a-z0-9][a-z0-9.-]+$/) as unknown });
    expect(text).not.toMatch(/\bat .*\.js:|node_modules|SELECT |INSERT |libs\//);
    for (const told of tells) expect(text.toLowerCase()).not.toContain(told.toLowerCase());
    if (field === undefined) return;
    const errors = answer.json['errors'] as readonly { field: string; message: string }[];
    expect(errors.map((error) => error.field)).toContainEqual(
      typeof field === 'string' ? field : (expect.stringMatching(field) as unknown),
    );
    for (const error of errors) expect(error.message.length).toBeGreaterThan(5);
  };
  const alive = async (): Promise<void> => {
    expect((await apiClient(service.url).get('/health/ready')).status).toBe(200);
    const line = await MllpClient.open(service.mllpPort);
    const ack = await line.send(adt(person, { event: 'A08', controlId: 'ALIVE', at: ago(20), admittedAt: ago(48) }));
    expect(codeOf(ack)).toBe('AA');
    line.close();
  };
  const residentMegabytes = async (): Promise<number> =>
    Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${String(service.pid)}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  const referralOf = (change: Json, of: Json = {}): Json => {
    const body = referral(person);
    return { ...body, person: { ...(body['person'] as Json), ...of }, ...change };
  };

  describe('over HTTP', () => {
    it.each<[string, () => Json, number, string | RegExp | undefined]>([
      ['a wrong NHS number', () => referralOf({}, { nhsNumber: '9990000011' }), 400, 'person.nhsNumber'],
      ['an impossible date of birth', () => referralOf({}, { birthDate: '1940-02-30' }), 400, 'person.birthDate'],
      ['a birth to come', () => referralOf({}, { birthDate: '2999-01-01' }), 400, 'person.birthDate'],
      [
        'a time more than five minutes ahead',
        () => referralOf({ occurredAt: new Date(Date.now() + 6 * 60_000).toISOString() }),
        400,
        'occurredAt',
      ],
      ['a time without an offset', () => referralOf({ occurredAt: '2026-11-01T10:00:00' }), 400, 'occurredAt'],
      ['an impossible time', () => referralOf({ occurredAt: '2026-02-30T25:61:00Z' }), 400, 'occurredAt'],
      ['a field nobody knows', () => referralOf({ [secret.note]: 1 }), 400, undefined],
      ['a field nobody knows inside the person', () => referralOf({}, { shoeSize: 9 }), 400, /person\.shoeSize/],
      ['text for a list', () => referralOf({ flags: 'dementia' }), 400, /flags/],
      ['a flag that does not exist', () => referralOf({ flags: ['quarrelsome'] }), 400, /flags/],
      ['a name of another type', () => referralOf({}, { familyName: { $gt: '' } }), 400, /person\.familyName/],
      ['a name without an end', () => referralOf({}, { familyName: secret.family.repeat(9999) }), 400, /familyName/],
      ['a null byte in a name', () => referralOf({}, { familyName: `${secret.family}\u0000x` }), 400, /familyName/],
      ['half a character in a name', () => referralOf({}, { familyName: `${secret.family}\ud800` }), 400, /familyName/],
    ])('%s is refused, by name of the field', async (_what, body, status, field) => {
      problem(await idt.post('/cases', body()), status, field);
    });

    it('keys that reach for the prototype are refused and change nothing', async () => {
      for (const body of [
        '{"__proto__":{"role":"admin"}}',
        '{"constructor":{"prototype":{"role":"admin"}}}',
        '{"person":{"__proto__":{"familyName":"x"}}}',
      ])
        problem(await idt.post('/cases', body, { 'content-type': 'application/json' }), 400);
      expect((await apiClient(service.url).get('/cases/x')).status).toBe(401);
    });

    it.each<[string, string | Uint8Array, Readonly<Record<string, string>>, number]>([
      ['garbage', '\u0001\u0002}{', { 'content-type': 'application/json' }, 400],
      ['bytes', new Uint8Array([0xff, 0xfe, 0x00, 0x80]), { 'content-type': 'application/json' }, 400],
      ['an array for an object', '[1,2]', { 'content-type': 'application/json' }, 400],
      ['a bare null', 'null', { 'content-type': 'application/json' }, 400],
      ['depth', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, { 'content-type': 'application/json' }, 400],
      [
        'depth inside a field',
        `{"needs":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
        { 'content-type': 'application/json' },
        400,
      ],
      ['a number beyond all', '{"pathway":1e999}', { 'content-type': 'application/json' }, 400],
      ['xml', '<x/>', { 'content-type': 'application/xml' }, 415],
      ['plain text', 'hello', { 'content-type': 'text/plain' }, 415],
      ['a content type that is none', '{}', { 'content-type': ';;;' }, 415],
      ['11 MB of JSON', JSON.stringify({ x: 'x'.repeat(11 * megabyte) }), { 'content-type': 'application/json' }, 413],
    ])('%s is refused', async (_what, body, headers, status) => {
      problem(await idt.post('/cases', body, headers), status);
    });

    it('ids, limits, cursors and positions out of any bounds are refused or not found', async () => {
      for (const path of ['/stays', '/placement-requests', '/day-91-checks']) {
        for (const [name, value] of [
          ['limit', '0'],
          ['limit', '501'],
          ['limit', '-1'],
          ['limit', '1e3'],
          ['limit', '99999999999999999999'],
          ['cursor', 'nonsense'],
          ['cursor', Buffer.from('{"__proto__":1}').toString('base64url')],
          ['cursor', 'x'.repeat(5000)],
          ['nobodyKnows', '1'],
        ] as const)
          problem(await idt.get(`${path}?${name}=${value}`), 400, name);
      }
      for (const position of ['0', '-1', 'abc', '1.5', '99999999999999999999'])
        problem(await idt.get(`/stays?waitFor=${position}`), 400, 'waitFor');
      for (const id of ["'%20OR%20'1'='1", '%00', '..%2F..%2Fetc%2Fpasswd', '%F0%9F%92%A9', 'x'.repeat(3000), '%E0%A4'])
        expect([400, 404, 414]).toContain((await idt.get(`/cases/${id}`)).status);
      for (const [name, value] of [
        ['asOf', '2999-01-01T00:00:00Z'],
        ['knownAt', 'yesterday'],
        ['pathway', '4'],
        ['asOf', '2026-13-01T00:00:00Z'],
      ] as const)
        problem(await idt.get(`/board?${name}=${value}`), 400, name);
    });

    it('a read that waits for what was never written is told to come again', async () => {
      const answer = await idt.get('/stays?waitFor=999999999');
      problem(answer, 503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }, 20_000);
  });

  describe('against the rules', () => {
    let caseId: string;
    it('text of every kind is kept as it was written and runs nowhere', async () => {
      for (const [index, familyName] of secret.injection.entries()) {
        const number = makeTestNumber(8100 + index);
        numbers.push(number);
        const plain = familyName.replaceAll(/[\r\n]+/g, ' ');
        const made = await idt.post(
          '/cases',
          referralOf(
            { needs: { summary: `${secret.note} ${familyName}` } },
            { nhsNumber: number, familyName: plain, givenNames: secret.given },
          ),
        );
        expect([made.status, made.json['code']]).toEqual([201, undefined]);
        const shown = await idt.get(`/cases/${made.text('caseId')}?waitFor=${made.text('position')}`);
        expect(JSON.stringify(shown.body)).toContain(JSON.stringify(plain).slice(1, -1));
        const page = await idt.get(`/health/../cases/${made.text('caseId')}`, { accept: 'text/html' });
        expect(page.status).toBe(200);
        expect(String(page.body)).not.toContain('<img src=x');
        expect(String(page.body)).not.toContain('1337');
        await idt.post(`/cases/${made.text('caseId')}/withdraw`, { reason: `${secret.note} ${plain}` });
      }
    }, 60_000);

    it('a second referral for the stay is refused and names the case; a pathway 4 is none', async () => {
      const message = adt(person, { event: 'A01', controlId: 'R1', at: ago(50), admittedAt: ago(50) });
      expect((await door.ward.post('/ward-events/hl7v2', message, hl7Type)).json).toMatchObject({ accepted: 1 });
      const made = await idt.post('/cases', referralOf({}));
      expect(made.status).toBe(201);
      caseId = made.text('caseId');
      const second = await idt.post('/cases', referralOf({}));
      problem(second, 409);
      expect(second.json).toMatchObject({ code: 'case.already-open', caseId });
      problem(
        await idt.post(`/cases/${caseId}/pathway`, { pathway: 4, reason: secret.note, decidedBy: 'hub' }),
        400,
        'pathway',
      );
      const noReason = await idt.post(`/cases/${caseId}/pathway`, { pathway: 2, reason: 'r', decidedBy: 'hub' });
      expect([400, 409]).toContain(noReason.status);
    });

    it('an offer that is not confirmed cannot be awarded', async () => {
      const opened = await idt.post('/placement-requests', { caseId, serviceType: 'home-care' });
      expect(opened.status).toBe(201);
      const request = `/placement-requests/${opened.text('requestId')}`;
      const answer = await broker.post(`${request}/award`, { offerId: 'no-such-offer', reason: secret.note });
      expect([404, 409]).toContain(answer.status);
      problem(answer, answer.status);
    });

    it('one key is one command, also twice at once; with another body it is misuse', async () => {
      const action = { what: secret.note, owner: { organisation: 'council' }, due: '2027-01-01' };
      const key = { 'idempotency-key': 'once-and-once-only' };
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => idt.post(`/cases/${caseId}/actions`, action, key)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map((answer) => answer.text('actionId'))).size).toBe(1);
      const shown = await idt.get(`/cases/${caseId}?waitFor=${answers[0]?.text('position') ?? ''}`);
      expect(shown.json['actions']).toHaveLength(1);
      problem(await idt.post(`/cases/${caseId}/actions`, { ...action, due: '2027-01-02' }, key), 422);
      problem(await idt.post(`/cases/${caseId}/actions`, action, { 'idempotency-key': 'é' }), 400, 'Idempotency-Key');
    });

    it('a command on what has changed meanwhile is refused as stale', async () => {
      const first = await idt.post(`/cases/${caseId}/accept`, {});
      expect(first.headers.get('etag')).toBe(`"${String(first.json['revision'])}"`);
      problem(await idt.post(`/cases/${caseId}/assign`, { worker: 'idt' }, { 'if-match': '"0"' }), 412);
      problem(await idt.post(`/cases/${caseId}/assign`, { worker: 'idt' }, { 'if-match': 'nonsense' }), 412);
    });
  });

  describe('over MLLP', () => {
    const raw = (bytes: Buffer | string, more: { end?: boolean } = {}): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(service.mllpPort, '127.0.0.1');
        let heard = '';
        socket.on('data', (chunk) => (heard += chunk.toString()));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(heard));
        socket.write(bytes, () => (more.end === false ? undefined : socket.end()));
      });
    const framed = (text: string | Buffer): Buffer =>
      Buffer.concat([Buffer.from([0x0b]), Buffer.from(text), Buffer.from('\x1c\r')]);

    it.each<[string, () => Buffer | string, RegExp]>([
      ['noise outside any frame', () => `${secret.family} GET / HTTP/1.1\r\n\r\n`, /^$/],
      ['a frame of noise', () => framed(Buffer.from([0, 1, 2, 255, 254, 13, 10])), /MSA\|AR/],
      ['an empty frame', () => framed(''), /MSA\|AR/],
      ['a header and nothing else', () => framed('MSH'), /MSA\|AR/],
      [
        'a frame without end',
        () => `\x0bMSH|^~\\&|PAS|RAL|||20261101||ADT^A01|UNEND|P|2.4\rPID|||${secret.family}`,
        /MSA\|AR/,
      ],
      [
        'another kind of message',
        () => framed('MSH|^~\\&|PAS|RAL|||20261101||ORU^R01|OTHER|P|2.4'),
        /MSA\|A[AER]\|OTHER/,
      ],
      [
        'null bytes in it',
        () => framed(adt(person, { event: 'A08', controlId: 'NULL', at: ago(2) }).replace('TEST ROAD', 'TE\0ST')),
        /MSA\|A[AE]\|NULL/,
      ],
      [
        'an impossible time',
        () =>
          framed(
            adt(person, { event: 'A02', controlId: 'FEB30', at: ago(2) }).replaceAll(/\d{14}\+0000/g, '20260230256100'),
          ),
        /MSA\|A[ER]\|FEB30/,
      ],
      [
        'a wrong NHS number',
        () => framed(adt({ ...person, nhsNumber: '9990000011' }, { event: 'A08', controlId: 'WRONG', at: ago(2) })),
        /MSA\|A[AE]\|WRONG/,
      ],
    ])('%s is answered or let go, and nothing breaks', async (_what, bytes, answer) => {
      expect((await raw(bytes())).replaceAll('\r', '\n')).toMatch(answer);
      await alive();
    });

    it('frames of 10 MB and more, many segments, and many lines at once leave memory bounded', async () => {
      const before = await residentMegabytes();
      const header = `MSH|^~\\&|PAS|RAL|||20261101100000||ADT^A08|BIG|P|2.4\r`;
      expect(
        await raw(Buffer.concat([Buffer.from([0x0b]), Buffer.from(header), Buffer.alloc(11 * megabyte, 'x')])),
      ).toMatch(/MSA\|AR\|BIG/);
      expect(await raw(framed(header + 'ZZZ|1\r'.repeat(1_500_000)))).toMatch(/MSA\|A[AER]\|BIG/);
      expect(await raw(framed(`${header}PID|||${'~'.repeat(3 * megabyte)}`))).toMatch(/MSA\|A[AER]\|BIG/);
      const sockets = Array.from({ length: 200 }, () => {
        const socket = connect(service.mllpPort, '127.0.0.1');
        socket.on('error', () => undefined);
        // A slow writer: begins, and leaves it at that.
        socket.write(`\x0bMSH|^~\\&|PAS|RAL|||2026|`);
        return socket;
      });
      await alive();
      for (const socket of sockets) socket.destroy();
      await alive();
      expect((await residentMegabytes()) - before).toBeLessThan(400);
    }, 60_000);

    it('a frame that comes byte by byte is taken, and every answer names its message', async () => {
      const socket = connect(service.mllpPort, '127.0.0.1');
      let heard = '';
      socket.on('data', (chunk) => (heard += chunk.toString()));
      for (const byte of framed(adt(person, { event: 'A08', controlId: 'SLOW', at: ago(3), admittedAt: ago(50) })))
        await new Promise<void>((resolve) => socket.write(Buffer.from([byte]), () => resolve()));
      await until(() => heard.includes('\x1c'));
      expect([codeOf(heard), echoedId(heard)]).toEqual(['AA', 'SLOW']);
      socket.destroy();
    });
  });

  describe('HL7 over HTTP', () => {
    it.each<[string, string | Uint8Array, Readonly<Record<string, string>>, number]>([
      ['no message at all', secret.note, hl7Type, 400],
      ['bytes', new Uint8Array([0, 255, 254]), hl7Type, 400],
      ['JSON', '{}', { 'content-type': 'application/json' }, 415],
      ['more than 10 MB', `MSH|^~\\&|${'x'.repeat(10 * megabyte)}`, hl7Type, 413],
      ['a batch that is none', '{}', { 'content-type': 'application/cloudevents-batch+json' }, 415],
    ])('%s is refused', async (_what, body, headers, status) => {
      problem(await door.ward.post('/ward-events/hl7v2', body, headers), status);
    });

    it('a body of good and bad is taken apart, each answered by name, and adds up', async () => {
      const good = adt(person, { event: 'A08', controlId: 'G1', at: ago(4), admittedAt: ago(50) });
      const body = [good, 'MSH|^~\\&|PAS|RAL', good.replace('|G1|', '|G2|').replace('PV1|', 'XX1|'), good].join('\r');
      const answer = await door.ward.post('/ward-events/hl7v2', body, hl7Type);
      expect(answer.status).toBe(200);
      const counts = ['accepted', 'duplicates', 'ignored', 'quarantined', 'rejected'].map((one) => answer.json[one]);
      expect(counts.reduce((sum: number, n) => sum + Number(n), 0)).toBe(4);
      expect(answer.json['messages']).toHaveLength(4);
    });

    it('a flood of cloud events of nonsense is answered one by one', async () => {
      const type = { 'content-type': 'application/cloudevents-batch+json' };
      const body = JSON.stringify([
        null,
        1,
        'x',
        [],
        {},
        { specversion: '1.0' },
        {
          specversion: '1.0',
          type: 'homeward.ward.moved.v1',
          source: 's',
          id: '1',
          subject: 'v',
          data: { ward: secret.note.repeat(1000) },
        },
      ]);
      const answer = await door.ward.post('/ward-events', body, type);
      expect(answer.status).toBe(200);
      expect(answer.json).toMatchObject({ accepted: 0 });
      expect(answer.json['messages']).toHaveLength(7);
    });
  });

  it('afterwards the service works, its log of itself names nobody, and its database nobody in the clear', async () => {
    await alive();
    const everything = written.join('');
    expect(everything).toContain('"route":"/api/v1/cases"');
    const serverLog = await readFile(join(dataDir, 'postgres', 'cluster', 'server.log'), 'utf8');
    const found: string[] = [];
    const look = (where: string, text: string): void => {
      const low = text.toLowerCase();
      for (const told of [...tells, ...numbers])
        if (low.includes(told.toLowerCase())) found.push(`${told} in ${where}`);
    };
    look('what the service wrote', everything);
    look('the log of PostgreSQL', serverLog);
    const client = new pg.Client({ connectionString: await databaseUrlOf(dataDir) });
    await client.connect();
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(40);
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      look(name, rows.map(({ text }) => text).join('\n'));
    }
    await client.end();
    expect(found).toEqual([]);
    expect((await readdir(dataDir)).sort()).toEqual(['keys', 'postgres']);
  }, 60_000);

  it('the OpenAPI document names every route of api.md that was tried', async () => {
    const { json } = await apiClient(service.url).get('/api/openapi.json');
    const paths = Object.keys(json['paths'] as Json).map((path) => path.replaceAll(/\{\w+\}/g, '{id}'));
    for (const path of [
      '/api/v1/cases',
      '/api/v1/cases/{id}/pathway',
      '/api/v1/stays',
      '/api/v1/board',
      '/api/v1/ward-events/hl7v2',
      '/api/v1/day-91-checks',
      '/api/v1/placement-requests/{id}/award',
      '/health/ready',
    ])
      expect(paths).toContain(path);
  });
});
