import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { adt } from '#libs/intake/testing/adt.js';
import { intakeAlone } from '#libs/intake/testing/intake-app.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { ApiClient } from '../support/api-client.js';

const megabyte = 1_048_576;
// What is garbage already must not count.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** Bytes that are held, of which 10 MB are of a message that is not too large yet. */
const held = (): number => {
  collect();
  return process.memoryUsage().arrayBuffers;
};
/** All that a door may hold of a message without end: its limit of 10 MB (twice, while it grows), and what stands in buffers on the way. */
const most = 40 * megabyte;

let app: TestApp;
let admin: ApiClient;
beforeAll(async () => {
  app = await startTestApp({ module: intakeAlone });
  admin = await app.api('admin');
}, 60_000);
afterAll(() => app.stop());

interface Flooded {
  readonly said: string;
  readonly sent: number;
  /** The most that was held at any time, beside what was held before. */
  readonly held: number;
}

/** Sends a beginning and then 100 MB and an end, until the other side answers; what it said, how much it let in, and how much it held. */
const flood = async (port: number, beginning: string, chunk: Buffer, end = ''): Promise<Flooded> => {
  const before = held();
  let highest = before;
  const socket: Socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  let said = '';
  socket.on('data', (bytes: Buffer) => (said += bytes.toString('latin1')));
  // It is cut off in the middle of a word.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(beginning);
  for (let sent = 0; sent < 100 * megabyte && said === '' && !socket.destroyed; sent += chunk.length) {
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => undefined), closed]);
    // The other side lives in this process, and what it says can be heard only if it has its turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (sent % (8 * megabyte) < chunk.length) highest = Math.max(highest, held());
  }
  socket.end(end);
  await closed;
  return { said, sent: socket.bytesWritten, held: highest - before };
};

const head = (path: string, type: string, length: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin.token ?? ''}\r\ncontent-type: ${type}\r\n${length}\r\n\r\n`;

describe('A message of 100 MB', () => {
  const doors: readonly (readonly [path: string, type: string])[] = [
    ['/api/v1/ward-events/hl7v2', 'x-application/hl7-v2+er7'],
    ['/api/v1/ward-events', 'application/cloudevents+json'],
    ['/fhir/R4', 'application/fhir+json'],
  ];
  test.each(doors)('to %s (%s) is refused by its length, and nothing of it held', async (path, type) => {
    const port = Number(new URL(app.url).port);
    const { said, held } = await flood(
      port,
      head(path, type, `content-length: ${String(100 * megabyte)}`),
      Buffer.alloc(megabyte, 'x'),
    );
    expect(said).toMatch(/^HTTP\/1\.1 413 /);
    // The rest passes by unread, so that who sends it hears why.
    expect(held).toBeLessThan(most);
  });

  test.each(doors)(
    'to %s (%s) that does not say its length is refused, and no more of it held than may be taken',
    async (path, type) => {
      const port = Number(new URL(app.url).port);
      const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(megabyte, 'x'), Buffer.from('\r\n')]);
      const { said, held } = await flood(port, head(path, type, 'transfer-encoding: chunked'), chunk, '0\r\n\r\n');
      expect(said).toMatch(/^HTTP\/1\.1 413 /);
      // The rest passes by unread, so that who sends it hears why.
      expect(held).toBeLessThan(most);
    },
  );

  test('on a line is answered AR and the line closed, long before its end', async () => {
    const { said, sent, held } = await flood(
      app.mllpPort,
      `\x0b${adt({ event: 'A01', controlId: 'HUGE' })}\r`,
      Buffer.alloc(megabyte, 'Z'),
    );
    expect(said).toContain('MSA|AR|HUGE');
    expect([sent < most, held < most]).toEqual([true, true]);
  });
});

describe('At the doors', () => {
  test('a message of two million segments is taken', async () => {
    const body = `${adt({ event: 'A01', controlId: 'MANY', place: 'LARCH^1^A^RAL' })}\r${'ZZ1|\r'.repeat(2_000_000)}`;
    const answer = await admin.post('/ward-events/hl7v2', body, { 'content-type': 'x-application/hl7-v2+er7' });
    expect([answer.status, answer.json['accepted']]).toEqual([200, 1]);
  });

  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  test.each([
    ['nested without end', deep],
    ['with a key of the prototype', '{"__proto__":{"status":"finished"}}'],
    ['with a constructor', '{"constructor":{"prototype":{"x":1}}}'],
    ['with NUL', '{"id":"\\u0000"}'],
    ['with half a surrogate pair', '{"id":"\\ud800"}'],
  ])('JSON %s is 400 for FHIR and CloudEvents', async (_, body) => {
    const fhir = await admin.post('/fhir/R4', body, { 'content-type': 'application/fhir+json' });
    expect([fhir.status, fhir.json['resourceType']]).toEqual([400, 'OperationOutcome']);
    const json = `{"specversion":"1.0","id":"1","source":"x","type":"y","data":${body}}`;
    for (const [type, text] of [
      ['application/cloudevents+json', json],
      ['application/cloudevents-batch+json', `[${json}]`],
    ] as const) {
      const { status, json: problem } = await admin.post('/ward-events', text, { 'content-type': type });
      expect([type, status, typeof problem['code']]).toEqual([type, 400, 'string']);
    }
    const headers = {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': 'x',
      'ce-type': 'y',
    };
    expect((await admin.post('/ward-events', body, headers)).status).toBe(400);
  });
});
