import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { eventHeaders, progressType } from '#libs/contracts/event-names.js';
import { topicName, topics } from '#libs/platform/kafka.js';
import type { TestKafka } from '../../support/kafka.js';
import { queryOf } from './reckoning.js';
import { until } from './service-process.js';

/** What a service has in its environment to run on this Kafka. */
export const onKafka = ({ brokers, prefix }: TestKafka): Readonly<Record<string, string>> => ({
  EVENT_FEED: 'kafka',
  KAFKA_BROKERS: brokers.join(','),
  KAFKA_PREFIX: prefix,
  KAFKA_PARTITIONS: '3',
});

const clientOf = ({ brokers }: TestKafka): Kafka => new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });

/** Every record of a topic up to where it ended when asked. */
const recordsOf = async (kafka: TestKafka, topic: string): Promise<readonly KafkaMessage[]> => {
  const client = clientOf(kafka);
  const admin = client.admin();
  const consumer = client.consumer({ groupId: `${kafka.prefix}reckoning-${String(Date.now())}` });
  await admin.connect();
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    const left = new Set(ends.filter(({ low, high }) => low !== high).map(({ partition }) => partition));
    const ending = new Map(ends.map(({ partition, high }) => [partition, BigInt(high)]));
    const records: KafkaMessage[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: ({ partition, message }) => {
        records.push(message);
        if (BigInt(message.offset) + 1n >= (ending.get(partition) ?? 0n)) left.delete(partition);
        return Promise.resolve();
      },
    });
    await until(() => left.size === 0);
    return records;
  } finally {
    await consumer.disconnect();
    await admin.disconnect();
  }
};

interface Published {
  readonly repeats: number;
}

/**
 * Holds the events topic against the log: every event is on it, and those of one key came in log order. One that was sent
 * before a kill and not noted may be there again, behind its first.
 */
export const reckonTopic = async (kafka: TestKafka, databaseUrl: string): Promise<Published> => {
  const log = await queryOf<{ position: string }>(
    databaseUrl,
    'SELECT position::text AS position FROM log.events ORDER BY log.events.position',
  );
  const records = await recordsOf(kafka, topicName(kafka.prefix, topics.events));
  const seen = new Set<string>();
  const lastOf = new Map<string, bigint>();
  const outOfOrder: string[] = [];
  let repeats = 0;
  for (const { key, headers } of records) {
    if (String(headers?.[eventHeaders.type]) === progressType) continue;
    const position = String(headers?.[eventHeaders.position]);
    if (seen.has(position)) {
      repeats += 1;
      continue;
    }
    seen.add(position);
    const of = String(key);
    if (BigInt(position) < (lastOf.get(of) ?? 0n)) outOfOrder.push(position);
    lastOf.set(of, BigInt(position));
  }
  expect(outOfOrder).toEqual([]);
  expect([...seen].sort((a, b) => Number(a) - Number(b))).toEqual(log.map(({ position }) => position));
  return { repeats };
};
