import { setTimeout as pause } from 'node:timers/promises';
import { doorOf, rounds } from './support/doors.js';
import { reckon, verified } from './support/reckoning.js';
import {
  dataFolder,
  databaseUrlOf,
  postmasterOf,
  removeDataFolder,
  startServiceProcess,
  type ServiceProcess,
} from './support/service-process.js';
import { WardLoad } from './support/ward-load.js';

describe('the service killed under load', () => {
  let dataDir: string;
  let service: ServiceProcess;
  beforeAll(async () => {
    dataDir = await dataFolder();
    service = await startServiceProcess({ dataDir });
  }, 120_000);
  afterAll(async () => {
    await service.terminate();
    await removeDataFolder(dataDir);
  }, 60_000);

  it(
    'comes back by itself, on the PostgreSQL that was left running, with all it had acknowledged, once',
    async () => {
      const door = await doorOf(service);
      const postmaster = await postmasterOf(dataDir);
      const load = new WardLoad(() => door);
      const running = load.run();
      running.catch(() => undefined);
      const { url, mllpPort } = service;
      for (let round = 0; round < rounds; round += 1) {
        // When it is killed is left to chance: that is what is tried here.
        await Promise.race([running, pause(500 + Math.random() * 2000)]);
        await service.kill();
        load.disturb();
        service = await startServiceProcess({ dataDir, httpPort: Number(new URL(url).port), mllpPort });
      }
      await load.grownBy(3);
      load.end();
      await running;
      expect(await postmasterOf(dataDir)).toBe(postmaster);
      load.tell(`${String(rounds)} kills of the service`);
      await reckon(load.courses, door.idt, await databaseUrlOf(dataDir));
      await verified(dataDir);
    },
    180_000 + rounds * 40_000,
  );
});
