import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, SettingsFaults } from './read-settings.js';

const keys = { MASTER_KEY: 'ab'.repeat(32), PSEUDONYM_KEY: Buffer.alloc(32, 7).toString('base64') };
const faultsOf = async (env: Record<string, string>): Promise<readonly string[]> => {
  try {
    await readSettings({ ...keys, ...env });
    return [];
  } catch (error) {
    if (error instanceof SettingsFaults) return error.faults;
    throw error;
  }
};

describe('the settings', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'homeward-settings-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('have the defaults of a demo on one machine', async () => {
    expect(await readSettings(keys)).toMatchObject({
      mode: 'development',
      demo: 'full',
      httpPort: 3000,
      mllpPort: 2575,
      databaseUrl: undefined,
      council: { code: 'E09000003', name: 'Barnet' },
      signInLockSeconds: 60,
    });
  });

  it('take keys as hexadecimal and as base64', async () => {
    const settings = await readSettings(keys);
    expect(settings.masterKey).toEqual(Buffer.alloc(32, 0xab));
    expect(settings.pseudonymKey).toEqual(Buffer.alloc(32, 7));
  });

  it.each([
    ['1', 'full'],
    ['users', 'users'],
    ['0', 'off'],
  ])('read HOMEWARD_DEMO=%s as %s', async (given, demo) => {
    expect((await readSettings({ ...keys, HOMEWARD_DEMO: given })).demo).toBe(demo);
  });

  it('tell all faults at once, never the values', async () => {
    const faults = await faultsOf({
      HTTP_PORT: 'secret',
      MLLP_PORT: '70000',
      HOMEWARD_DEMO: 'maybe',
      DATABASE_URL: 'mysql://u:pw@h',
      MASTER_KEY: 'short',
      LOG_LEVEL: 'loud',
    });
    expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
      'DATABASE_URL',
      'HOMEWARD_DEMO',
      'HTTP_PORT',
      'LOG_LEVEL',
      'MASTER_KEY',
      'MLLP_PORT',
    ]);
    expect(faults.join()).not.toMatch(/secret|pw|short|maybe/);
  });

  it('have no default secrets and no demo users in production', async () => {
    expect((await readSettings({ ...keys, NODE_ENV: 'production' })).demo).toBe('off');
    const faults = await faultsOf({
      NODE_ENV: 'production',
      MASTER_KEY: '',
      PSEUDONYM_KEY: ' ',
      HOMEWARD_DEMO: 'users',
    });
    expect(faults).toEqual([
      expect.stringMatching(/^MASTER_KEY is missing/),
      expect.stringMatching(/^PSEUDONYM_KEY is missing/),
      expect.stringMatching(/^HOMEWARD_DEMO must be 0/),
    ]);
    expect(await faultsOf({ NODE_ENV: 'production', PSEUDONYM_KEY: keys.MASTER_KEY })).toEqual([
      'MASTER_KEY and PSEUDONYM_KEY must differ',
    ]);
  });

  it('in development make keys once, keep them for the owner only, and find them again', async () => {
    const [one, other] = await Promise.all([readSettings({ DATA_DIR: folder }), readSettings({ DATA_DIR: folder })]);
    expect(one.masterKey).toHaveLength(32);
    expect(other.masterKey).toEqual(one.masterKey);
    expect(one.pseudonymKey).not.toEqual(one.masterKey);
    expect((await readSettings({ DATA_DIR: folder })).pseudonymKey).toEqual(one.pseudonymKey);
    expect(await readdir(join(folder, 'keys'))).toEqual(['master.key', 'pseudonym.key']);
    expect((await stat(join(folder, 'keys', 'master.key'))).mode & 0o777).toBe(0o600);
  });

  it('do not put a new key in the place of a damaged one', async () => {
    await readSettings({ DATA_DIR: folder });
    await writeFile(join(folder, 'keys', 'master.key'), 'abc');
    await expect(readSettings({ DATA_DIR: folder })).rejects.toThrow('damaged');
  });

  it('refuse one port for two things', async () => {
    expect(await faultsOf({ HTTP_PORT: '4000', MLLP_PORT: '4000' })).toEqual(['HTTP_PORT and MLLP_PORT must differ']);
  });

  it('name Kafka and the account there, or none', async () => {
    expect((await readSettings(keys)).kafka).toBeUndefined();
    const account = { KAFKA_USER: 'homeward', KAFKA_PASSWORD: 'secret', KAFKA_TLS: '1', KAFKA_MECHANISM: 'plain' };
    expect((await readSettings({ ...keys, ...account, KAFKA_BROKERS: 'a:1,b:2' })).kafka).toEqual({
      brokers: ['a:1', 'b:2'],
      prefix: '',
      partitions: 6,
      replicas: 1,
      tls: true,
      mechanism: 'plain',
      user: 'homeward',
      password: 'secret',
    });
    expect(await faultsOf({ ...keys, KAFKA_MECHANISM: 'gssapi' })).toEqual([
      'KAFKA_MECHANISM must be scram-sha-512 or plain',
    ]);
  });
});
