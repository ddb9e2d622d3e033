import { setTimeout as pause } from 'node:timers/promises';
import { describeWithKafka, kafkaToBreak, type KafkaToBreak } from '../support/kafka.js';
import { doorOf, secondsOr } from './support/doors.js';
import { untilMissing, untilReady } from './support/readiness.js';
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

/** `KAFKA_AWAY_SECONDS=600` tries the ten minutes of an outage that people notice. */
const awayMs = secondsOr('KAFKA_AWAY_SECONDS', 20);
const describeKafka = await describeWithKafka();

describeKafka(`Kafka away for ${String(awayMs / 1000)} s`, () => {
  let kafka: KafkaToBreak;
  let dataDir: string;
  let service: ServiceProcess;
  beforeAll(async () => {
    [kafka, dataDir] = await Promise.all([kafkaToBreak(), dataFolder()]);
    service = await startServiceProcess({ dataDir, env: onKafka(kafka) });
    await untilReady(service.url);
  }, 180_000);
  afterAll(async () => {
    await service.terminate();
    await kafka.stop();
    await removeDataFolder(dataDir);
  }, 60_000);

  it(
    'ward messages go on being acknowledged, readiness names Kafka, and all is caught up with in order afterwards',
    async () => {
      const door = await doorOf(service);
      const load = new WardLoad(() => door, 5000, awayMs + 90_000);
      const running = load.run();
      running.catch(() => undefined);
      await load.grownBy(2);

      await kafka.broker.stop();
      const back = Date.now() + awayMs;
      while (Date.now() < back) {
        await load.arrive();
        await pause(awayMs / 20);
      }
      expect(load.arrived).toBeGreaterThan(10);
      await untilMissing(service.url, /without Kafka/, 20_000);
      await untilMissing(service.url, /The log is not published/, 20_000);

      await kafka.broker.start();
      await untilReady(service.url);
      load.end();
      await running;
      load.tell(`Kafka away for ${String(awayMs / 1000)} s, ${String(load.arrived)} came in meanwhile`);
      await reckon(load.courses, door.idt, await databaseUrlOf(dataDir));
      const { repeats } = await reckonTopic(kafka, await databaseUrlOf(dataDir));
      expect(repeats).toBe(0);
      await verified(dataDir, onKafka(kafka));
    },
    awayMs * 2 + 300_000,
  );
});
