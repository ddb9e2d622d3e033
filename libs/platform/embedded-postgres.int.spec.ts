import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from './embedded-postgres.js';

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  const said: string[] = [];
  const start = (port?: number) =>
    startEmbeddedPostgres({ dataDir, ...(port === undefined ? {} : { port }), log: (message) => said.push(message) });
  const ask = async (url: string, sql: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(sql);
      return rows[0] && Object.values(rows[0])[0];
    } finally {
      await client.end();
    }
  };
  const serverPid = async (): Promise<number> =>
    Number.parseInt(await readFile(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8'), 10);

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'homeward-embedded-'));
  });
  afterAll(async () => {
    const last = await start();
    await last.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  it('starts with fsync on, answers only here, and keeps what it was given over a stop', async () => {
    const first = await start();
    expect(await ask(first.url, 'SHOW fsync')).toBe('on');
    expect(await ask(first.url, 'SHOW synchronous_commit')).toBe('on');
    expect(await ask(first.url, 'SHOW listen_addresses')).toBe('127.0.0.1');
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS n');
    await first.stop();
    await expect(ask(first.url, 'SELECT 1')).rejects.toThrow();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'SELECT n FROM kept')).toBe(42);
  }, 60_000);

  it('left running is found and used again', async () => {
    const first = await start();
    const pid = await serverPid();
    const again = await start();
    expect(again.url).toBe(first.url);
    expect(await serverPid()).toBe(pid);
  }, 60_000);

  it('killed comes back with what it had answered for', async () => {
    const { url } = await start();
    await ask(url, 'INSERT INTO kept VALUES (43)');
    process.kill(await serverPid(), 'SIGKILL');
    const again = await start();
    expect(await ask(again.url, 'SELECT count(*)::int FROM kept')).toBe(2);
  }, 60_000);

  it('starts though its process id was given to somebody else after the machine went down', async () => {
    const running = await start();
    const file = join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    const left = await readFile(file, 'utf8');
    await running.stop();
    await writeFile(file, left.replace(/^\d+/, String(process.pid)));
    const again = await start();
    expect(await ask(again.url, 'SELECT count(*)::int FROM kept')).toBe(2);
    expect(await serverPid()).not.toBe(process.pid);
  }, 60_000);

  it('started by two at once is one server', async () => {
    const running = await start();
    await running.stop();
    const [one, other] = await Promise.all([start(), start()]);
    expect(one.url).toBe(other.url);
  }, 60_000);

  it('is not stopped under the feet of another process', async () => {
    const running = await start();
    const other = new pg.Client({ connectionString: running.url });
    await other.connect();
    await running.stop();
    expect((await other.query<{ n: number }>('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    expect(said.at(-1)).toMatch(/left running/);
    await other.end();
  }, 60_000);

  it('takes another port when its own was taken meanwhile, and says so when the port is prescribed', async () => {
    const running = await start();
    const port = Number(new URL(running.url).port);
    await running.stop();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    try {
      await expect(start(port)).rejects.toThrow(`Port ${port} for PostgreSQL is taken by another program.`);
      const elsewhere = await start();
      expect(new URL(elsewhere.url).port).not.toBe(String(port));
      expect(await ask(elsewhere.url, 'SELECT count(*)::int FROM kept')).toBe(2);
    } finally {
      await new Promise((resolve) => squatter.close(resolve));
    }
  }, 60_000);
});
