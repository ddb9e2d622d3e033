import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { apiClient } from '../support/api-client.js';
import { adt, hl7Type, wardPerson } from '../e2e/ward.js';
import { doorOf, rounds } from './support/doors.js';
import { codeOf, MllpClient } from './support/mllp-client.js';
import { reckon, verified } from './support/reckoning.js';
import {
  dataFolder,
  databaseUrlOf,
  postmasterOf,
  removeDataFolder,
  startServiceProcess,
  until,
  type ServiceProcess,
} from './support/service-process.js';
import { WardLoad, type Door, type Json } from './support/ward-load.js';

/** The process of one connection of the service, any of them. */
const someBackend = async (databaseUrl: string): Promise<number> => {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1`,
    );
    return rows[0]?.pid ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
};

describe('the embedded PostgreSQL killed under load', () => {
  let dataDir: string;
  let service: ServiceProcess;
  let door: Door;
  let load: WardLoad;
  let ended = false;
  beforeAll(async () => {
    dataDir = await dataFolder();
    service = await startServiceProcess({ dataDir });
    void service.exited.then(() => (ended = true));
    door = await doorOf(service);
    load = new WardLoad(() => door);
  }, 120_000);
  afterAll(async () => {
    await service.terminate();
    await removeDataFolder(dataDir);
  }, 60_000);

  const readiness = async (): Promise<{ status: number; notReady: readonly Json[] }> => {
    const answer = await apiClient(service.url).get('/health/ready');
    return { status: answer.status, notReady: answer.json['notReady'] as readonly Json[] };
  };
  const ready = (): Promise<void> => until(async () => (await readiness()).status === 200, 60_000);

  it(
    'is started again, and nothing acknowledged is lost or doubled',
    async () => {
      const running = load.run();
      running.catch(() => undefined);
      for (let round = 0; round < rounds * 2; round += 1) {
        await Promise.race([running, pause(300 + Math.random() * 1500)]);
        // One connection's process killed makes PostgreSQL throw all of them out and recover; killed itself, it is gone.
        const victim = round % 2 === 0 ? await postmasterOf(dataDir) : await someBackend(await databaseUrlOf(dataDir));
        process.kill(victim, 'SIGKILL');
        await load.grownBy(1);
        await ready();
      }
      await load.grownBy(3);
      load.end();
      await running;
      expect(ended).toBe(false);
      load.tell(`${String(rounds * 2)} kills of PostgreSQL`);
      await reckon(load.courses, door.idt, await databaseUrlOf(dataDir));
      await verified(dataDir);
    },
    240_000 + rounds * 60_000,
  );

  it('leaves lines unanswered and requests with a 503 while it is away, and readiness says so', async () => {
    const person = wardPerson(4001);
    const at = new Date(Date.now() - 3_600_000).toISOString();
    const message = (controlId: string): string => adt(person, { event: 'A01', controlId, at, admittedAt: at });
    const line = await MllpClient.open(service.mllpPort);
    // Whoever wants to start the server waits for this lock, which a process that lives holds: the server stays away.
    const lock = join(dataDir, 'postgres', 'start.lock');
    await writeFile(lock, String(process.pid));
    process.kill(await postmasterOf(dataDir), 'SIGKILL');
    await until(async () => (await readiness()).status === 503);
    expect((await readiness()).notReady).toContainEqual({ name: 'database', why: 'cannot be reached' });
    expect((await apiClient(service.url).get('/health/live')).status).toBe(200);

    let answered: string | undefined;
    const ack = line.send(message('AWAY1'), 60_000).then((text) => (answered = text));
    const posted = await door.ward.post('/ward-events/hl7v2', message('AWAY2'), hl7Type);
    expect([posted.status, posted.json['code'], posted.headers.get('content-type')]).toEqual([
      503,
      'unavailable',
      'application/problem+json; charset=utf-8',
    ]);
    expect(Number(posted.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await door.idt.get('/board')).status).toBe(503);
    expect(answered).toBeUndefined();

    await rm(lock);
    expect(codeOf(await ack)).toBe('AA');
    await ready();
    const again = await door.ward.post('/ward-events/hl7v2', message('AWAY1'), hl7Type);
    expect(again.json).toMatchObject({ accepted: 0, duplicates: 1 });
    line.close();
  }, 120_000);
});
