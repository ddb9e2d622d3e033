import { Kafka, logLevel } from 'kafkajs';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '#libs/platform/errors.js';
import type { KafkaSettings } from '#libs/platform/settings.js';
import { withStartLock } from '#libs/platform/start-lock.js';
import { kafkaBroker, type KafkaBroker } from './kafka-broker.mjs';
import { kafkaInDocker } from './kafka-docker.js';
import { stopSharedKafka } from './stop-kafka.mjs';

/** Also in stop-kafka.mjs. */
const home = join(tmpdir(), `homeward-test-kafka-${String(userInfo().uid)}`);
const lock = join(home, 'start.lock');

export interface TestKafka {
  readonly brokers: readonly string[];
  /** Of topics and groups: nobody else has it. */
  readonly prefix: string;
  /** The same, as the service takes it. */
  readonly settings: KafkaSettings;
  /** Deletes the topics of the prefix; the broker itself may serve others. */
  stop(): Promise<void>;
}

/** One that a test may stop, kill and start again. */
export interface KafkaToBreak extends TestKafka {
  readonly broker: KafkaBroker;
}

/**
 * A real Kafka with a prefix of its own, one a call. The broker: `TEST_KAFKA_BROKERS` or `KAFKA_BROKERS`, else a container where
 * Docker has the image, else one started from Maven Central's files; the last is shared by all runs of this user on this machine.
 * @throws Error that says why there is none.
 */
export const testKafka = async (): Promise<TestKafka> => testKafkaAt((await sharedBrokers()).split(','));

/**
 * `describe` where Kafka can be had; where it cannot, one that skips and names the reason, but for CI, where that is a failure.
 * At the top of a spec: `const describeKafka = await describeWithKafka();`
 */
export const describeWithKafka = async (): Promise<(name: string, tests: () => void) => void> => {
  if (process.env['CI'] === 'true') return describe;
  const missing = await sharedBrokers().then(
    () => undefined,
    (error: unknown) => messageOf(error),
  );
  if (missing === undefined) return describe;
  return (name, tests) => {
    describe.skip(`${name} (skipped: ${missing})`, tests);
  };
};

/** A broker of the caller's own, with its data in a folder that goes with it. It takes the place of the shared one unless others use that. */
export const kafkaToBreak = async (): Promise<KafkaToBreak> => {
  await mkdir(home, { recursive: true });
  await withStartLock(lock, async () => {
    await rm(join(home, 'users', String(process.pid)), { force: true });
    await stopSharedKafka();
  });
  const folder = await mkdtemp(join(tmpdir(), 'homeward-kafka-'));
  const broker = await kafkaBroker({ folder });
  await broker.start();
  return {
    ...testKafkaAt([broker.address]),
    broker,
    stop: async () => {
      await broker.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const testKafkaAt = (brokers: readonly string[]): TestKafka => {
  const prefix = `test-${Date.now().toString(36)}-${randomBytes(4).toString('hex')}.`;
  const plain = { tls: false, mechanism: 'plain', user: undefined, password: undefined } as const;
  return {
    brokers,
    prefix,
    settings: { brokers, prefix, partitions: 3, replicas: 1, ...plain },
    stop: () => deleteTopics(brokers, prefix),
  };
};

const deleteTopics = async (brokers: readonly string[], prefix: string): Promise<void> => {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
};

const sharedBrokers = async (): Promise<string> => {
  const given = process.env['TEST_KAFKA_BROKERS'] ?? process.env['KAFKA_BROKERS'];
  if (given !== undefined && given !== '') return given;
  await mkdir(join(home, 'users'), { recursive: true });
  return withStartLock(lock, async () => {
    await writeFile(join(home, 'users', String(process.pid)), '');
    const container = await ofThisRun('container', kafkaInDocker);
    if (container.address !== undefined) return container.address;
    try {
      return await launched();
    } catch (error) {
      throw new Error(
        `No Kafka to test with. ${messageOf(error)} In Docker: ${container.fault}. Or set TEST_KAFKA_BROKERS to a broker where topics may be made.`,
        { cause: error },
      );
    }
  });
};

type Found = { readonly address: string } | { readonly address?: undefined; readonly fault: string };

/** What was found once holds for the whole run, which is one process with one realm a spec: kept in a file. One of an earlier process does not count. */
const ofThisRun = async (name: string, find: () => Promise<string>): Promise<Found> => {
  const file = join(home, `${name}-${String(process.pid)}.json`);
  if (existsSync(file) && (await stat(file)).mtimeMs > Date.now() - process.uptime() * 1000) {
    const known: Found = JSON.parse(await readFile(file, 'utf8'));
    return known;
  }
  const found = await find().then(
    (address): Found => ({ address }),
    (error: unknown): Found => ({ fault: messageOf(error) }),
  );
  await writeFile(file, JSON.stringify(found));
  return found;
};

/** Adopts the broker that another run left up, else starts one afresh: its data is worth nothing. */
const launched = async (): Promise<string> => {
  const folder = join(home, 'broker');
  if (!(await kafkaBroker({ folder })).running()) await rm(folder, { recursive: true, force: true });
  const broker = await kafkaBroker({ folder });
  await broker.start();
  return broker.address;
};
