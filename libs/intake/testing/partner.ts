import { CloudEvent, Kafka as CloudEvents } from 'cloudevents';
import { Kafka, logLevel, Partitioners, type KafkaMessage, type Message, type Producer } from 'kafkajs';
import { topicName, topics } from '#libs/platform/kafka.js';
import type { TestKafka } from '../../../test/support/kafka.js';

/** A partner that sends ward events by Kafka, and reads what became of its messages. */
export interface Partner {
  send(...messages: readonly Message[]): Promise<void>;
  /** All dead letters so far, in no order. */
  deadLetters(): Promise<readonly KafkaMessage[]>;
  /** Messages of the topic that the group has not settled. */
  unsettled(): Promise<number>;
  stop(): Promise<void>;
}

/** One of our own ward events, of hospital RAL. */
export const wardEvent = (visit: string, name: string, at: string, data: object): CloudEvent<object> =>
  new CloudEvent({
    id: `${visit}-${name}-${at}`,
    source: 'RAL-KAFKA',
    type: `homeward.ward.${name}.v1`,
    subject: visit,
    time: at,
    recordedtime: at,
    datacontenttype: 'application/json',
    data,
  });

export const admitted = (visit: string, more: object = {}): CloudEvent<object> =>
  wardEvent(visit, 'admitted', '2026-11-03T09:00:00Z', {
    person: { localIds: [{ authority: 'RAL', type: 'MR', value: visit }], familyName: 'TEST', birthDate: '1940-02-15' },
    hospital: 'RAL',
    ward: 'LARCH',
    admittedAt: '2026-11-03T09:00:00Z',
    ...more,
  });

/** As the CloudEvents SDK writes it; by default all go to one partition, in the order they are sent. */
export const binary = (event: CloudEvent<object>, partition = 0): Message => {
  const { headers, body } = CloudEvents.binary(event);
  return { key: event.subject ?? null, value: textOf(body), headers: texts(headers), partition };
};

export const structured = (event: CloudEvent<object>, partition = 0): Message => {
  const { headers, body } = CloudEvents.structured(event);
  return { key: event.subject ?? null, value: textOf(body), headers: texts(headers), partition };
};

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

const texts = (headers: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );

export const partnerAt = async ({ brokers, prefix }: TestKafka): Promise<Partner> => {
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'partner', logLevel: logLevel.NOTHING });
  const producer: Producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  const topic = topicName(prefix, topics.wardEvents);
  const sum = (offsets: readonly { readonly offset: string }[]): number =>
    offsets.reduce((total, { offset }) => total + Math.max(0, Number(offset)), 0);
  return {
    send: async (...messages) => void (await producer.send({ topic, messages: [...messages] })),
    deadLetters: () => readAll(kafka, topicName(prefix, topics.deadLetters), `${prefix}reader-${String(Date.now())}`),
    unsettled: async () => {
      const groupId = topicName(prefix, 'homeward.intake.ward-events');
      const [there, settled] = await Promise.all([
        admin.fetchTopicOffsets(topic),
        admin.fetchOffsets({ groupId, topics: [topic] }),
      ]);
      return sum(there) - sum(settled[0]?.partitions ?? []);
    },
    stop: async () => {
      await Promise.all([producer.disconnect(), admin.disconnect()]);
    },
  };
};

const readAll = async (kafka: Kafka, topic: string, groupId: string): Promise<readonly KafkaMessage[]> => {
  const admin = kafka.admin();
  await admin.connect();
  const expected = (await admin.fetchTopicOffsets(topic)).reduce((total, { offset }) => total + Number(offset), 0);
  await admin.disconnect();
  const read: KafkaMessage[] = [];
  if (expected === 0) return read;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    void consumer.run({
      eachMessage: ({ message }) => {
        read.push(message);
        if (read.length === expected) resolve();
        return Promise.resolve();
      },
    });
  });
  await consumer.disconnect();
  return read;
};
