import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testAuthority, writeTlsFiles } from '../../test/support/certificates.js';
import { readSettings, SettingsFaults } from './read-settings.js';
import type { Settings } from './settings.js';

const keys = { MASTER_KEY: 'ab'.repeat(32), PSEUDONYM_KEY: Buffer.alloc(32, 7).toString('base64') };
const read = (env: Record<string, string>): Promise<Settings> => readSettings({ ...keys, ...env });
const faultsOf = (env: Record<string, string>): Promise<readonly string[]> =>
  read(env).then(
    () => [],
    (error: unknown) => {
      if (error instanceof SettingsFaults) return error.faults;
      throw error;
    },
  );

const senders = JSON.stringify([{ certificates: ['pas.example'], feeds: ['PAS/RAL'] }]);

let folder: string;
let files: Awaited<ReturnType<typeof writeTlsFiles>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeward-mllp-settings-'));
  const authority = await testAuthority();
  files = await writeTlsFiles(folder, await authority.issue('localhost'), authority.cert);
  await writeFile(join(folder, 'other.key'), (await authority.issue('other')).key);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('The settings of MLLP', () => {
  it('are plain lines on 2575, of nobody in particular', async () => {
    expect(await read({})).toMatchObject({ mllpPort: 2575, mllp: { tls: undefined, allow: undefined, senders: [] } });
  });

  it('with TLS have plain lines only where they are asked for', async () => {
    const tls = { ...files, MLLP_TLS_PORT: '2576', MLLP_SENDERS: senders };
    expect(await read(tls)).toMatchObject({
      mllpPort: undefined,
      mllp: { tls: { port: 2576 }, senders: [{ certificates: ['pas.example'], feeds: ['PAS/RAL'] }] },
    });
    expect((await read({ ...tls, MLLP_PORT: '2575' })).mllpPort).toBe(2575);
    expect(await read({ MLLP_PORT: 'off' })).toMatchObject({ mllpPort: undefined, mllp: { tls: undefined } });
    expect(await faultsOf({ ...tls, MLLP_PORT: '2576' })).toEqual(['MLLP_PORT and MLLP_TLS_PORT must differ']);
  });

  it('take who may speak for whom from a file, which can be read again', async () => {
    const file = join(folder, 'senders.json');
    await writeFile(file, '[{"addresses": ["10.1.0.0/16"], "feeds": ["*/RAL", "PAS/RAP"]}]');
    expect((await read({ MLLP_SENDERS_FILE: file })).mllp).toMatchObject({
      senders: [{ addresses: ['10.1.0.0/16'], feeds: ['*/RAL', 'PAS/RAP'] }],
      sendersFile: file,
    });
    expect(await faultsOf({ MLLP_SENDERS_FILE: join(folder, 'none') })).toEqual([
      'MLLP_SENDERS_FILE must name a file that can be read',
    ]);
  });

  it('tell all faults at once', async () => {
    const faults = await faultsOf({
      MLLP_PORT: 'on',
      MLLP_TLS_PORT: '2576',
      MLLP_TLS_CERT_FILE: join(folder, 'none.pem'),
      MLLP_ALLOW: '10.0.0.0/8, ward.example',
      MLLP_LINES: '0',
      MLLP_SENDERS: JSON.stringify([
        { certificates: ['sha256:12'], feeds: ['PAS'] },
        { feeds: ['PAS/RAL'], colour: 'red' },
        { addresses: ['10.0.0.0/99'], feeds: [] },
        'PAS/RAL',
      ]),
    });
    expect(faults.toSorted()).toEqual([
      'MLLP_ALLOW must be addresses or networks such as 10.1.0.0/16, with commas between',
      'MLLP_LINES must be a whole number, 1 to 10000',
      'MLLP_PORT must be a port, 0 to 65535, or off',
      'MLLP_SENDERS: sender 1 must have certificates by common name, or by sha256: and 64 hexadecimal digits',
      'MLLP_SENDERS: sender 1 must have feeds: a list of MSH-3/MSH-4, such as PAS/RAL or */RAL',
      'MLLP_SENDERS: sender 2 may have certificates, addresses, feeds and nothing else',
      'MLLP_SENDERS: sender 2 must have certificates, addresses, or both',
      'MLLP_SENDERS: sender 3 must have addresses such as 192.0.2.7, 10.1.0.0/16 or 2001:db8::/32',
      'MLLP_SENDERS: sender 3 must have feeds: a list of MSH-3/MSH-4, such as PAS/RAL or */RAL',
      'MLLP_SENDERS: sender 4 must be an object',
      'MLLP_TLS_CA_FILE is missing: MLLP_TLS_PORT is given',
      'MLLP_TLS_KEY_FILE is missing: MLLP_TLS_PORT is given',
    ]);
  });

  it.each(['{', '{}', 'null'])('refuse %p for a list of senders', async (text) => {
    expect(await faultsOf({ MLLP_SENDERS: text })).toEqual([expect.stringMatching(/^MLLP_SENDERS must be (a )?JSON/)]);
  });

  it('look into the files of TLS, and show nothing of them', async () => {
    const tls = { ...files, MLLP_TLS_PORT: '2576', MLLP_SENDERS: senders };
    expect(await faultsOf({ ...tls, MLLP_TLS_KEY_FILE: join(folder, 'other.key') })).toEqual([
      'MLLP_TLS_KEY_FILE must hold the key of the certificate in MLLP_TLS_CERT_FILE',
    ]);
    const swapped = { MLLP_TLS_CERT_FILE: files.MLLP_TLS_KEY_FILE, MLLP_TLS_KEY_FILE: files.MLLP_TLS_CERT_FILE };
    expect(await faultsOf({ ...tls, ...swapped, MLLP_TLS_CA_FILE: files.MLLP_TLS_KEY_FILE })).toEqual([
      'MLLP_TLS_CA_FILE must hold certificates in PEM',
      'MLLP_TLS_CERT_FILE must hold a certificate in PEM',
      'MLLP_TLS_KEY_FILE must hold a private key in PEM, without a passphrase',
    ]);
  });

  it('belong together: certificates, who they speak for, and the port', async () => {
    expect(await faultsOf({ ...files, MLLP_TLS_PORT: '2576' })).toEqual([
      'MLLP_SENDERS must say which client certificate may speak for which feed: MLLP_TLS_PORT is given',
    ]);
    expect(await faultsOf({ MLLP_SENDERS: senders })).toEqual([
      'MLLP_TLS_PORT is missing: MLLP_SENDERS names certificates',
    ]);
    expect(await faultsOf({ MLLP_TLS_CA_FILE: files.MLLP_TLS_CA_FILE })).toEqual([
      'MLLP_TLS_PORT is missing: MLLP_TLS_CA_FILE would be used by nothing',
    ]);
  });
});
