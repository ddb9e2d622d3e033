import { setTimeout as pause } from 'node:timers/promises';
import { describeWithKafka, kafkaToBreak, type KafkaToBreak } from '../support/kafka.js';
import { doorOf, rounds } from './support/doors.js';
import { untilReady } from './support/readiness.js';
import { reckon, verified } from './support/reckoning.js';
import {
  dataFolder,
  databaseUrlOf,
  removeDataFolder,
  startServiceProcess,
  type ServiceProcess,
} from './support/service-process.js';
import { onKafka, reckonTopic } from './support/topic.js';
import { WardLoad } from './support/ward-load.js';

const describeKafka = await describeWithKafka();

describeKafka('the broker killed under load', () => {
  let kafka: KafkaToBreak;
  let dataDir: string;
  let service: ServiceProcess;
  let ended = false;
  beforeAll(async () => {
    [kafka, dataDir] = await Promise.all([kafkaToBreak(), dataFolder()]);
    service = await startServiceProcess({ dataDir, env: onKafka(kafka) });
    void service.exited.then(() => (ended = true));
    await untilReady(service.url);
  }, 180_000);
  afterAll(async () => {
    await service.terminate();
    await kafka.stop();
    await removeDataFolder(dataDir);
  }, 60_000);

  it(
    'comes back with all that was published; nothing acknowledged is lost, out of order or done twice',
    async () => {
      const door = await doorOf(service);
      const load = new WardLoad(() => door);
      const running = load.run();
      running.catch(() => undefined);
      for (let round = 0; round < rounds; round += 1) {
        await Promise.race([running, pause(300 + Math.random() * 2000)]);
        await kafka.broker.kill();
        await kafka.broker.start();
        await load.grownBy(1);
      }
      await load.grownBy(3);
      load.end();
      await running;
      await untilReady(service.url);
      expect(ended).toBe(false);
      load.tell(`${String(rounds)} kills of the broker`);
      await reckon(load.courses, door.idt, await databaseUrlOf(dataDir));
      await reckonTopic(kafka, await databaseUrlOf(dataDir));
      await verified(dataDir, onKafka(kafka));
    },
    240_000 + rounds * 60_000,
  );
});
