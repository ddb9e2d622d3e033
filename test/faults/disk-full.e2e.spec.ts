import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres } from '#libs/platform/embedded-postgres.js';
import { hl7Type } from '../e2e/ward.js';
import type { ApiAnswer } from '../support/api-client.js';
import { doorOf, secondsOr } from './support/doors.js';
import { untilMissing, untilReady } from './support/readiness.js';
import { reckon, verified } from './support/reckoning.js';
import { databaseUrlOf, startServiceProcess, until, type ServiceProcess } from './support/service-process.js';
import { smallDisk, whyNoSmallDisk, type SmallDisk } from './support/small-disk.js';
import { WardLoad } from './support/ward-load.js';

/** How long there is no room; `DISK_FULL_SECONDS` for longer. */
const fullMs = secondsOr('DISK_FULL_SECONDS', 5);
const megabytes = 160;
const missing = await whyNoSmallDisk();
const describeWithDisk = missing === undefined ? describe : describe.skip;

describeWithDisk(`a disk that fills under load${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let disk: SmallDisk;
  let service: ServiceProcess;
  let ended = false;
  beforeAll(async () => {
    disk = await smallDisk(megabytes);
    service = await startServiceProcess({ dataDir: disk.dataDir });
    void service.exited.then(() => (ended = true));
  }, 120_000);
  afterAll(async () => {
    await disk.enlarge(4 * megabytes);
    await service.terminate();
    const left = await startEmbeddedPostgres({ dataDir: disk.dataDir, log: () => undefined });
    await left.stop();
    await disk.remove();
  }, 90_000);

  it(
    'what finds no room is refused; once there is room all goes on, with nothing acknowledged lost or doubled',
    async () => {
      const door = await doorOf(service);
      const load = new WardLoad(() => door);
      const running = load.run();
      running.catch(() => undefined);
      await load.grownBy(2);

      // The load goes on until it finds no room; the disk is filled again in case PostgreSQL gave some back.
      await until(async () => {
        await disk.fill();
        await load.grownBy(0);
        return load.resent > 0;
      });
      let refused: ApiAnswer | undefined;
      await until(async () => {
        const answer = await door.ward.post('/ward-events/hl7v2', load.announce(), hl7Type);
        if (answer.status === 503) refused = answer;
        else await disk.fill();
        return refused !== undefined;
      });
      expect(refused?.json['code']).toBe('unavailable');
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      await untilMissing(service.url, /^database: has no room left on its disk/, 10_000);
      await pause(fullMs);
      const unanswered = load.resent;
      expect(unanswered).toBeGreaterThan(0);

      await disk.enlarge(4 * megabytes);
      await untilReady(service.url);
      await load.grownBy(3);
      load.end();
      await running;
      expect(ended).toBe(false);
      load.tell(`the disk full for ${String(fullMs / 1000)} s`);
      await reckon(load.courses, door.idt, await databaseUrlOf(disk.dataDir));
      await verified(disk.dataDir);
    },
    fullMs + 240_000,
  );
});
