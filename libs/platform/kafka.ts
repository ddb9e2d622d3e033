import type { LoggerService } from '@nestjs/common';
import { Kafka, logLevel, type Admin, type IResourceConfigEntry, type LogEntry, type SASLOptions } from 'kafkajs';
import type { KafkaSettings } from './settings.js';

/** The topics, before the prefix of the installation (architecture.md §5). */
export const topics = {
  /** Every event of the log, in its order per key. */
  events: 'homeward.events.v1',
  /** Ward events of partners, in. */
  wardEvents: 'homeward.ward-events.v1',
  /** What could not be taken, with the reason. */
  deadLetters: 'homeward.dead-letters.v1',
} as const;

/** Of a topic or a consumer group in an installation that shares its broker. */
export const topicName = (prefix: string, name: string): string => `${prefix}${name}`;

/** Bytes of one message, and of one batch: a stay of years with its whole history fits. */
export const maxMessageBytes = 8 * 1024 * 1024;

type Log = Pick<LoggerService, 'log' | 'warn' | 'error'> & Required<Pick<LoggerService, 'debug'>>;

/**
 * A client for the broker of the settings. A call that finds the broker away is tried for about 10 s and then fails: whoever
 * calls tries again for as long as it wants the answer, and can stop in between. (kafkajs restarts a consumer by itself.)
 */
export const kafkaClient = (settings: KafkaSettings, clientId: string, log: Log): Kafka =>
  new Kafka({
    clientId,
    brokers: [...settings.brokers],
    ssl: settings.tls,
    ...saslOf(settings),
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 200, factor: 0.2, multiplier: 2, maxRetryTime: 3000, retries: 6 },
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      told(log, entry);
    },
  });

const saslOf = ({ mechanism, user, password }: KafkaSettings): { sasl?: SASLOptions } => {
  if (user === undefined || password === undefined) return {};
  const account = { username: user, password };
  return { sasl: mechanism === 'plain' ? { mechanism, ...account } : { mechanism, ...account } };
};

/** Answers of a broker that has just begun, or has just made a topic or a group: kafkajs asks again. */
const passing =
  /group coordinator is not available|does not host this topic-partition|middle of a leadership election|is rebalancing/;

/** What kafkajs may say of its work; anything else it hands over (keys, values, stacks, assignments) is left out. */
const mayBeSaid = ['groupId', 'topic', 'partition', 'offset', 'broker', 'clientId', 'retryCount', 'retryTime'];

/** kafkajs's own words, without what stands behind a colon: that quotes errors, and they may quote what was sent. */
const told = (log: Log, { level, log: said }: LogEntry): void => {
  const fields = mayBeSaid.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]] as const]));
  const words = { says: /^[^:(]*/.exec(said.message)?.[0].trim() ?? '', ...Object.fromEntries(fields) };
  const why: unknown = said['error'];
  const harmless = passing.test(said.message) || (typeof why === 'string' && passing.test(why));
  if (harmless || level >= logLevel.INFO) log.debug(words, 'kafka');
  else if (level === logLevel.WARN) log.warn(words, 'kafka');
  else log.error(words, 'kafka');
};

const ofEveryTopic = (replicas: number): IResourceConfigEntry[] => [
  { name: 'max.message.bytes', value: String(maxMessageBytes) },
  // A write counts once all replicas but one have it.
  { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
];

const ofSomeTopics: Readonly<Record<string, IResourceConfigEntry[]>> = {
  // Partners compress as they like, kafkajs reads gzip: the broker packs anew.
  [topics.wardEvents]: [{ name: 'compression.type', value: 'gzip' }],
  // As long as a raw message may be kept at all (architecture.md §7); room for the headers that tell why.
  [topics.deadLetters]: [
    { name: 'retention.ms', value: String(30 * 86_400_000) },
    { name: 'max.message.bytes', value: String(maxMessageBytes + 1_048_576) },
  ],
};

/**
 * Makes the topics that are missing, with the partitions and replicas of the settings; those that are there stay as they are.
 * `names` are without prefix.
 */
export const ensureTopics = async (admin: Admin, settings: KafkaSettings, names: readonly string[]): Promise<void> => {
  const there = new Set(await admin.listTopics());
  const missing = names.filter((name) => !there.has(topicName(settings.prefix, name)));
  if (missing.length === 0) return;
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((name) => ({
      topic: topicName(settings.prefix, name),
      numPartitions: settings.partitions,
      replicationFactor: settings.replicas,
      configEntries: configOf(name, settings.replicas),
    })),
  });
};

const configOf = (name: string, replicas: number): IResourceConfigEntry[] => {
  const own = ofSomeTopics[name] ?? [];
  return [...ofEveryTopic(replicas).filter((entry) => !own.some((one) => one.name === entry.name)), ...own];
};
