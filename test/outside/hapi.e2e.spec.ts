import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MllpServer } from '#libs/intake/mllp/mllp-server.js';
import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import { messageOf } from '#libs/platform/errors.js';
import { intakeAlone } from '../../libs/intake/testing/intake-app.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { testAuthority, writeTlsFiles } from '../support/certificates.js';
import { hapiClassPath, runProgram } from './hapi.mjs';

const classPath = await hapiClassPath().then(
  (path) => ({ path }),
  (error: unknown) => ({ missing: messageOf(error) }),
);
const here = 'path' in classPath;
const named = (name: string): string => ('missing' in classPath ? `${name} (skipped: ${classPath.missing})` : name);
const path = (): string => {
  if ('missing' in classPath) throw new Error(classPath.missing);
  return classPath.path;
};

(here ? describe : describe.skip)(named("A hospital's engine that knows nothing of Homeward (HAPI)"), () => {
  let app: TestApp;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'homeward-outside-'));
    const authority = await testAuthority();
    const client = await authority.issue('tie.ral.example');
    const files = await writeTlsFiles(folder, await authority.issue('localhost'), authority.cert);
    await Promise.all([
      writeFile(join(folder, 'client.pem'), client.cert),
      writeFile(join(folder, 'client.key'), client.key),
      writeFile(join(folder, 'ca.pem'), authority.cert),
    ]);
    const senders = [{ certificates: ['tie.ral.example'], feeds: ['TIE/RAL'] }];
    app = await startTestApp({
      module: intakeAlone,
      env: { ...files, MLLP_TLS_PORT: '0', MLLP_SENDERS: JSON.stringify(senders) },
    });
  }, 60_000);
  afterAll(async () => {
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const stays = async (): Promise<readonly Record<string, unknown>[]> => {
    await app.settled();
    const admin = await app.api('admin');
    return (await admin.get('/stays')).json['items'] as Record<string, unknown>[];
  };

  test('speaks HL7 v2 over MLLP, plain and with a certificate, and understands every answer', async () => {
    const { tlsPort } = app.get(MllpServer);
    const ports = [String(app.mllpPort), String(tlsPort)];
    const said = await runProgram(path(), 'Hl7Client', [...ports, folder, makeTestNumber(1)]);
    expect(said).toEqual([
      ['plain A01', 'AA', 'H-1', 'ACK^A01^ACK', '2.4'],
      ['plain A02', 'AA', 'H-2', 'ACK^A02^ACK', '2.4'],
      ['plain A08', 'AA', 'H-3', 'ACK^A08^ACK', '2.4'],
      ['plain A03', 'AA', 'H-4', 'ACK^A03^ACK', '2.4'],
      ['plain A03 again', 'AA', 'H-4', 'ACK^A03^ACK', '2.4'],
      ['plain 2.4 without class', 'AE', 'H-5', 'ACK^A01^ACK', '2.4', 'PV1-2 101'],
      ['plain 2.5 without class', 'AE', 'H-6', 'ACK^A01^ACK', '2.5', 'PV1-2 101 E'],
      ['plain enhanced', 'CA', 'H-7', 'ACK^A01^ACK', '2.4'],
      ["plain of the certificate's feed", 'AR', 'H-8', 'ACK^A01^ACK', '2.4', 'MSH-3 207'],
      ['TLS A01', 'AA', 'T-1', 'ACK^A01^ACK', '2.4'],
      ['TLS A08', 'AA', 'T-2', 'ACK^A08^ACK', '2.4'],
      ['TLS A03', 'AA', 'T-3', 'ACK^A03^ACK', '2.4'],
      ['TLS of another feed', 'AR', 'T-4', 'ACK^A01^ACK', '2.4', 'MSH-3 207'],
    ]);
    const told = await stays();
    expect(told).toHaveLength(2);
    for (const stay of told)
      expect(stay).toMatchObject({
        hospital: 'RAL',
        status: 'discharged',
        destinationCode: '19',
        criteriaToReside: { meets: false },
      });
  }, 120_000);

  test('speaks FHIR: reads what is offered, puts an Encounter, sends a transaction, and understands what is refused', async () => {
    const { token = '' } = await app.api('admin');
    const said = await runProgram(path(), 'FhirClient', [`${app.url}/fhir/R4`, token, makeTestNumber(2)]);
    const stayId = said.find(([what]) => what === 'PUT admitted')?.[2] ?? 'none';
    expect(said).toEqual([
      ['metadata', '4.0.1'],
      ['without token', '401', 'login'],
      ['PUT admitted', 'AA', stayId],
      ['PUT admitted again', 'AA', stayId],
      ['PUT fit to leave', 'AA', stayId],
      ['transaction', 'transaction-response', '201 Created'],
      ['PUT without visit', '422', 'required'],
    ]);
    expect((await stays()).find((stay) => stay['stayId'] === stayId)).toMatchObject({
      ward: 'LARCH',
      status: 'discharged',
      destinationCode: '19',
      criteriaToReside: { meets: false },
    });
  }, 120_000);
});
