import { startTestDatabase, type TestDatabase } from '../support/database.js';
import { describeWithKafka, testKafka, type TestKafka } from '../support/kafka.js';
import { doorOf, roundsOr } from './support/doors.js';
import { untilReady } from './support/readiness.js';
import { reckon, verified } from './support/reckoning.js';
import { dataFolder, removeDataFolder, startServiceProcess, type ServiceProcess } from './support/service-process.js';
import { onKafka, reckonTopic } from './support/topic.js';
import { WardLoad, type Door } from './support/ward-load.js';

/** A round takes as long as Kafka waits for a member that says nothing any more: 10 s. */
const rounds = roundsOr(1);
const describeKafka = await describeWithKafka();

describeKafka('two instances on one database and one Kafka, load on both', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  let dataDir: string;
  let env: Readonly<Record<string, string>>;
  let instances: readonly ServiceProcess[] = [];
  beforeAll(async () => {
    [kafka, database, dataDir] = await Promise.all([testKafka(), startTestDatabase(), dataFolder()]);
    env = {
      ...onKafka(kafka),
      MASTER_KEY: '71'.repeat(32),
      PSEUDONYM_KEY: '72'.repeat(32),
      DATABASE_URL: database.url,
    };
    instances = await Promise.all([startServiceProcess({ dataDir, env }), startServiceProcess({ dataDir, env })]);
    await Promise.all(instances.map(({ url }) => untilReady(url)));
  }, 180_000);
  afterAll(async () => {
    await Promise.all(instances.map((instance) => instance.terminate()));
    await kafka.stop();
    await database.stop();
    await removeDataFolder(dataDir);
  }, 60_000);

  it(
    'when one is killed the other takes over its consumers, and everything is done once',
    async () => {
      let standing: readonly Door[] = await Promise.all(instances.map(doorOf));
      let tries = 0;
      const load = new WardLoad(() => {
        tries += 1;
        const door = standing[tries % standing.length];
        if (door === undefined) throw new Error('Nobody is left.');
        return door;
      });
      const running = load.run();
      running.catch(() => undefined);
      for (let round = 0; round < rounds; round += 1) {
        await load.grownBy(2);
        const [first, second] = instances;
        if (first === undefined || second === undefined) throw new Error('Nobody is left.');
        standing = standing.slice(1);
        await first.kill();
        await load.grownBy(2);
        await untilReady(second.url);
        const again = await startServiceProcess({ dataDir, env });
        instances = [second, again];
        standing = [...standing, await doorOf(again)];
      }
      await load.grownBy(2);
      load.end();
      await running;
      load.tell(`one of two instances on Kafka killed, ${String(rounds)} times`);
      for (const { idt } of standing) await reckon(load.courses, idt, database.url);
      await reckonTopic(kafka, database.url);
      await verified(dataDir, env);
    },
    240_000 + rounds * 60_000,
  );
});
