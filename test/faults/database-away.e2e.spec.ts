import { setTimeout as pause } from 'node:timers/promises';
import { hl7Type } from '../e2e/ward.js';
import { apiClient } from '../support/api-client.js';
import { doorOf, secondsOr } from './support/doors.js';
import { MllpClient } from './support/mllp-client.js';
import { ownPostgres, type OwnPostgres } from './support/own-postgres.js';
import { readinessOf, untilMissing, untilReady } from './support/readiness.js';
import { reckon, verified } from './support/reckoning.js';
import { dataFolder, removeDataFolder, startServiceProcess, type ServiceProcess } from './support/service-process.js';
import { WardLoad, type Door } from './support/ward-load.js';

/** `DATABASE_AWAY_SECONDS` says how long, either way. */
const ways = [
  ['stopped', secondsOr('DATABASE_AWAY_SECONDS', 60)],
  ['frozen', secondsOr('DATABASE_AWAY_SECONDS', 10)],
] as const;
const keys = { MASTER_KEY: '61'.repeat(32), PSEUDONYM_KEY: '62'.repeat(32) };

/** What was answered to a message until its line was closed, or that nothing was. */
const heardOn = async (door: Door, message: string, until: Promise<void>): Promise<string> => {
  const line = await MllpClient.open(door.mllpPort);
  const answer = line.send(message, 600_000).catch(() => 'no answer');
  await until;
  line.close();
  return answer;
};

describe.each(ways)('a PostgreSQL of others %s for %i ms', (how, awayMs) => {
  let postgres: OwnPostgres;
  let dataDir: string;
  let service: ServiceProcess;
  let ended = false;
  beforeAll(async () => {
    [postgres, dataDir] = await Promise.all([ownPostgres(), dataFolder()]);
    service = await startServiceProcess({ dataDir, env: { ...keys, DATABASE_URL: postgres.url } });
    void service.exited.then(() => (ended = true));
  }, 120_000);
  afterAll(async () => {
    await postgres.thaw();
    await service.terminate();
    await postgres.remove();
    await removeDataFolder(dataDir);
  }, 60_000);

  it(
    'nothing is acknowledged meanwhile, readiness says so, and all that was acknowledged is there once',
    async () => {
      const door = await doorOf(service);
      const load = new WardLoad(() => door, 5000, awayMs + 90_000);
      const running = load.run();
      running.catch(() => undefined);
      await load.grownBy(2);

      await (how === 'stopped' ? postgres.stop() : postgres.freeze());
      const over = pause(awayMs);
      const heard = heardOn(door, load.lastTaken, over);
      await untilMissing(service.url, /^database: cannot be reached/, 10_000);
      const acknowledged = load.acknowledged;
      expect((await apiClient(service.url).get('/health/live')).status).toBe(200);
      const posted = await door.ward.post('/ward-events/hl7v2', load.lastTaken, hl7Type);
      expect([posted.status, posted.json['code']]).toEqual([503, 'unavailable']);
      expect(Number(posted.headers.get('retry-after'))).toBeGreaterThan(0);
      await over;
      expect(await heard).toBe('no answer');
      expect((await readinessOf(service.url)).status).toBe(503);
      expect(load.acknowledged).toBe(acknowledged);

      await (how === 'stopped' ? postgres.start() : postgres.thaw());
      await untilReady(service.url);
      await load.grownBy(3);
      load.end();
      await running;
      expect(ended).toBe(false);
      load.tell(`PostgreSQL ${how} for ${String(awayMs / 1000)} s`);
      await reckon(load.courses, door.idt, postgres.url);
      await verified(dataDir, { ...keys, DATABASE_URL: postgres.url });
    },
    awayMs * 2 + 240_000,
  );
});
