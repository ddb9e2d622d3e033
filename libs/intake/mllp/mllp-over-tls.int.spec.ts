import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket, type ConnectionOptions } from 'node:tls';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import {
  testAuthority,
  writeTlsFiles,
  type TestAuthority,
  type TestCertificate,
} from '../../../test/support/certificates.js';
import { eventually } from '../../../test/support/eventually.js';
import { Metrics } from '#libs/platform/metrics.js';
import { adt } from '../testing/adt.js';
import { intakeAlone, mllpClient, msa, type MllpClient } from '../testing/intake-app.js';
import { MllpServer } from './mllp-server.js';

let folder: string;
let sendersFile: string;
let authority: TestAuthority;
let pas: TestCertificate;
let lab: TestCertificate;
let app: TestApp;
let server: MllpServer;

const hospitals = (pasFeeds: readonly string[]): string =>
  JSON.stringify([
    { certificates: ['pas.ral.example'], feeds: pasFeeds },
    { certificates: [lab.fingerprint], feeds: ['LAB/*'] },
    { certificates: ['elsewhere.example'], addresses: ['192.0.2.0/24'], feeds: ['PAS/RAL'] },
  ]);

const open = ({ cert, key }: TestCertificate, more: ConnectionOptions = {}): Promise<MllpClient> =>
  mllpClient(server.tlsPort, { ca: authority.cert, cert, key, ...more });

/** Under TLS 1.3 a client learns after its own handshake that the server does not want it. */
const isTurnedAway = async (line: Promise<MllpClient>): Promise<void> => {
  await line.then(
    (opened) => expect(opened.send(message())).rejects.toThrow('closed without an answer'),
    () => undefined,
  );
};

let sent = 0;
const message = (from = 'PAS|RAL'): string => {
  sent += 1;
  const id = `tls-${String(sent)}`;
  return adt({ event: 'A01', controlId: id, visit: `${id}^^^RAL`, pid3: `${id}^^^RAL^MR` }).replace('PAS|RAL', from);
};

const counted = async (name: string, labels: Record<string, string>): Promise<number> => {
  const metric = await app.get(Metrics).registry.getSingleMetric(name)?.get();
  const found = metric?.values.filter((value) =>
    Object.entries(labels).every(([label, is]) => value.labels[label] === is),
  );
  return found?.[0]?.value ?? 0;
};
const refusals = (reason: string): Promise<number> =>
  counted('homeward_mllp_lines_refused_total', { door: 'tls', reason });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeward-mllp-tls-'));
  sendersFile = join(folder, 'senders.json');
  authority = await testAuthority();
  [pas, lab] = await Promise.all([authority.issue('pas.ral.example'), authority.issue('lab.example')]);
  const files = await writeTlsFiles(folder, await authority.issue('localhost'), authority.cert);
  await writeFile(sendersFile, hospitals(['PAS/RAL']));
  app = await startTestApp({
    module: intakeAlone,
    env: { ...files, MLLP_TLS_PORT: '0', MLLP_SENDERS_FILE: sendersFile, MLLP_ALLOW: '127.0.0.0/8', MLLP_LINES: '20' },
  });
  server = app.get(MllpServer);
}, 60_000);
afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('MLLP over TLS', () => {
  test('takes the messages of a feed from its certificate, in order, however they are cut', async () => {
    const line = await open(pas);
    const wire = Buffer.concat(
      [message(), message()].map((one) =>
        Buffer.concat([Buffer.from([0x0b]), Buffer.from(one), Buffer.from([0x1c, 0x0d])]),
      ),
    );
    for (let at = 0; at < wire.length; at += 301) line.write(wire.subarray(at, at + 301));
    const answers = [await line.answer(), await line.answer()];
    expect(answers.map(msa)).toEqual([
      ['AA', 'tls-1'],
      ['AA', 'tls-2'],
    ]);
    line.end();
    await line.closed();
  });

  test('rejects and counts a message of a feed the certificate is not for, and keeps nothing of it', async () => {
    const head = await app.store.head();
    const before = await counted('homeward_mllp_messages_total', { result: 'not-its-feed' });
    const line = await open(lab);
    const answer = await line.send(message('PAS|RAL'));
    expect(msa(answer)[0]).toBe('AR');
    expect(answer).toContain('may not speak for the sender');
    expect(answer).toContain('\rERR|MSH^1^3^');
    expect(await counted('homeward_mllp_messages_total', { result: 'not-its-feed' })).toBe(before + 1);
    expect(await app.store.head()).toBe(head);
    const { rows } = await app.pool.query(`SELECT count(*)::int AS kept FROM intake.quarantine`);
    expect(rows).toEqual([{ kept: 0 }]);
    // The line itself goes on.
    expect(msa(await line.send(message('LAB|RAL')))[0]).toBe('AA');
    line.end();
  });

  test('turns away a line without a certificate, of another authority, past its day, or of nobody named', async () => {
    const [handshakes, unknown] = [await refusals('handshake'), await refusals('certificate')];
    const stranger = await (await testAuthority('Other')).issue('pas.ral.example');
    await isTurnedAway(mllpClient(server.tlsPort, { ca: authority.cert }));
    await isTurnedAway(open(stranger));
    await isTurnedAway(open(await authority.issue('pas.ral.example', { days: 0.5 })));
    await eventually('three are counted', async () => (await refusals('handshake')) === handshakes + 3);
    await isTurnedAway(open(await authority.issue('nobody.example')));
    // Named, but with addresses it does not come from.
    await isTurnedAway(open(await authority.issue('elsewhere.example')));
    await eventually('two are counted', async () => (await refusals('certificate')) === unknown + 2);
  });

  test('speaks TLS 1.2 and 1.3, nothing older and nothing plain', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const line = await open(pas, { minVersion: version, maxVersion: version });
      expect(line.socket instanceof TLSSocket && line.socket.getProtocol()).toBe(version);
      expect(msa(await line.send(message()))[0]).toBe('AA');
      line.end();
    }
    const before = await refusals('handshake');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(open(pas, old)).rejects.toThrow();
    await isTurnedAway(mllpClient(server.tlsPort));
    await eventually('both are counted', async () => (await refusals('handshake')) >= before + 1);
  });

  test('a feed that has a certificate is not taken on a plain line; others are', async () => {
    const line = await mllpClient(app.mllpPort);
    expect(msa(await line.send(message('PAS|RAL')))[0]).toBe('AR');
    expect(msa(await line.send(message('PAS|RAP')))[0]).toBe('AA');
    line.end();
  });

  test('certificates and senders are renewed while it runs, and what cannot be used changes nothing', async () => {
    const line = await open(pas);
    expect(msa(await line.send(message()))[0]).toBe('AA');
    await writeFile(sendersFile, hospitals(['PAS/RAP']));
    const renewed = await authority.issue('localhost');
    await writeTlsFiles(folder, renewed, authority.cert);
    await server.lookAgain();
    // Whom a line may speak for counts at once, also of one that is open.
    expect(msa(await line.send(message('PAS|RAL')))[0]).toBe('AR');
    expect(msa(await line.send(message('PAS|RAP')))[0]).toBe('AA');
    line.end();
    const shown = async (): Promise<string> => {
      const fresh = await open(pas);
      const certificate = fresh.socket instanceof TLSSocket ? fresh.socket.getPeerX509Certificate() : undefined;
      expect(msa(await fresh.send(message('PAS|RAP')))[0]).toBe('AA');
      fresh.end();
      return certificate?.fingerprint256 ?? '';
    };
    const expected = new X509Certificate(renewed.cert).fingerprint256;
    expect(await shown()).toBe(expected);
    await writeFile(sendersFile, '[{"feeds":');
    await writeFile(join(folder, 'server.key'), 'no key');
    await server.lookAgain();
    expect(await shown()).toBe(expected);
    expect(createHash('sha256').update(new X509Certificate(renewed.cert).raw).digest('hex')).toBe(
      renewed.fingerprint.slice(7),
    );
    expect(await counted('homeward_mllp_certificate_expires_seconds', {})).toBeGreaterThan(Date.now() / 1000);
  });

  test('a handshake that goes nowhere keeps nobody from stopping', async () => {
    const idle = createConnection({ port: server.tlsPort, host: '127.0.0.1' });
    idle.on('error', () => undefined);
    await eventually('it is open', async () => (await counted('homeward_mllp_lines_open', { door: 'tls' })) > 0);
    const gone = new Promise<void>((resolve) => idle.once('close', () => resolve()));
    idle.resume();
    await server.beforeApplicationShutdown();
    await gone;
  });
});
