import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { demoPassword } from '#libs/access/demo-users.js';
import { freePort } from '#libs/platform/ports.js';
import { apiClient } from '../support/api-client.js';
import { doorOf } from './support/doors.js';
import { reckon } from './support/reckoning.js';
import {
  dataFolder,
  databaseUrlOf,
  removeDataFolder,
  runToEnd,
  startServiceProcess,
  until,
  root,
  node,
} from './support/service-process.js';
import { WardLoad } from './support/ward-load.js';

const keys = { MASTER_KEY: '51'.repeat(32), PSEUDONYM_KEY: '52'.repeat(32) };

describe('a start', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await dataFolder();
  });
  afterAll(() => removeDataFolder(dataDir), 60_000);

  const squatting = async <T>(work: (port: string) => Promise<T>): Promise<T> => {
    const squatter: Server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    try {
      return await work(String(port));
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  };

  it.each(['HTTP_PORT', 'MLLP_PORT'])(
    'on a taken %s says which, and how to go on, and ends',
    async (name) => {
      await squatting(async (port) => {
        const ports = { HTTP_PORT: String(await freePort()), MLLP_PORT: String(await freePort()), [name]: port };
        const { code, output } = await runToEnd('main', [], { dataDir, env: ports });
        expect(code).toBe(1);
        expect(output).toContain(`Port ${port} is taken by another program. Stop it, or set ${name} to another port.`);
        expect(output).not.toMatch(/^\s+at /m);
      });
    },
    60_000,
  );

  it('with bad settings lists all their faults at once', async () => {
    const env = {
      HTTP_PORT: 'eighty',
      MLLP_PORT: '70000',
      DATABASE_URL: 'mysql://here',
      LOG_LEVEL: 'loud',
      MASTER_KEY: 'short',
      HOMEWARD_DEMO: 'yes',
      SIGN_IN_LOCK_SECONDS: '0',
    };
    const { code, output } = await runToEnd('main', [], { dataDir, env });
    expect(code).toBe(1);
    for (const name of Object.keys(env)) expect(output).toMatch(new RegExp(`^  - ${name} must`, 'm'));
    expect(output).not.toContain('mysql://here');
  }, 60_000);

  it('in production without keys, or with demo users, is refused', async () => {
    const { code, output } = await runToEnd('main', [], { dataDir, env: { NODE_ENV: 'production' } });
    expect(code).toBe(1);
    expect(output).toContain('MASTER_KEY is missing');
    expect(output).toContain('PSEUDONYM_KEY is missing');
    expect(output).toContain('HOMEWARD_DEMO must be 0 or absent in production');
  }, 60_000);

  it('in a folder that cannot be written says so and ends', async () => {
    const file = join(dataDir, 'a-file');
    await writeFile(file, '');
    for (const impossible of [file, '/proc/homeward']) {
      const { code, output } = await runToEnd('main', [], {
        dataDir: impossible,
        env: { HTTP_PORT: String(await freePort()), MLLP_PORT: String(await freePort()) },
      });
      expect(code).toBe(1);
      expect(output).toMatch(/DATA_DIR must be a folder that can be written/);
    }
  }, 60_000);

  it('in production knows no demo users, and shows no default password', async () => {
    const env = { ...keys, NODE_ENV: 'production', HOMEWARD_DEMO: undefined };
    const service = await startServiceProcess({ dataDir, env });
    try {
      for (const username of ['idt', 'admin', 'ward']) {
        const answer = await apiClient(service.url).post('/auth/token', { username, password: demoPassword });
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          401,
          'application/problem+json; charset=utf-8',
        ]);
      }
    } finally {
      expect((await service.terminate()).code).toBe(0);
    }
  }, 120_000);

  it('by npm start ends with it, also when npm start is killed', async () => {
    const [httpPort, mllpPort] = [await freePort(), await freePort()];
    const child = spawn(node, [join(root, 'apps', 'homeward', 'bin', 'start.mjs')], {
      env: {
        ...process.env,
        ...keys,
        HOMEWARD_DEMO: 'users',
        DATA_DIR: dataDir,
        HTTP_HOST: '127.0.0.1',
        HTTP_PORT: String(httpPort),
        MLLP_PORT: String(mllpPort),
      },
      stdio: 'ignore',
    });
    const { get } = apiClient(`http://127.0.0.1:${String(httpPort)}`);
    const answers = (): Promise<boolean> =>
      get('/health/ready').then(
        ({ status }) => status === 200,
        () => false,
      );
    await until(answers, 90_000);
    child.kill('SIGKILL');
    await until(async () => !(await answers()), 20_000);
    // Whoever types npm start again finds the ports free.
    await until(async () => {
      const probe = createServer();
      const free = await new Promise<boolean>((resolve) => {
        probe.once('error', () => resolve(false));
        probe.listen(httpPort, '127.0.0.1', () => probe.close(() => resolve(true)));
      });
      return free;
    }, 20_000);
  }, 180_000);
});

describe('a stop under load', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = await dataFolder();
  });
  afterAll(() => removeDataFolder(dataDir), 60_000);

  it('ends within 10 s, in order, and loses nothing that was acknowledged', async () => {
    let service = await startServiceProcess({ dataDir });
    const door = await doorOf(service);
    const load = new WardLoad(() => door);
    const running = load.run();
    running.catch(() => undefined);
    await load.grownBy(2);
    const { code, milliseconds } = await service.terminate();
    expect(code).toBe(0);
    expect(milliseconds).toBeLessThan(10_000);
    const { url, mllpPort } = service;
    service = await startServiceProcess({ dataDir, httpPort: Number(new URL(url).port), mllpPort });
    await load.grownBy(2);
    load.end();
    await running;
    await reckon(load.courses, door.idt, await databaseUrlOf(dataDir));
    await service.terminate();
  }, 240_000);
});
