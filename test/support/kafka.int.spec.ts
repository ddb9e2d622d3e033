import { Kafka, logLevel } from 'kafkajs';
import { describeWithKafka, kafkaToBreak, testKafka } from './kafka.js';

const describeKafka = await describeWithKafka();
const clientOf = (brokers: readonly string[]) => new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });

const topicsAt = async (brokers: readonly string[]): Promise<readonly string[]> => {
  const admin = clientOf(brokers).admin();
  await admin.connect();
  try {
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
};

const make = async (brokers: readonly string[], topic: string): Promise<void> => {
  const admin = clientOf(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
  await admin.disconnect();
};

describeKafka('A Kafka to test with', () => {
  test('is one broker for all, and a prefix for each', async () => {
    const [one, other] = await Promise.all([testKafka(), testKafka()]);
    expect(one.brokers).toEqual(other.brokers);
    expect(one.prefix).not.toBe(other.prefix);
    await make(one.brokers, `${one.prefix}a`);
    await make(one.brokers, `${other.prefix}a`);
    await one.stop();
    const left = await topicsAt(other.brokers);
    expect([left.includes(`${one.prefix}a`), left.includes(`${other.prefix}a`)]).toEqual([false, true]);
    await other.stop();
  }, 120_000);

  test('is there again after a kill, at the same address and with its topics', async () => {
    const kafka = await kafkaToBreak();
    try {
      await make(kafka.brokers, `${kafka.prefix}kept`);
      await kafka.broker.kill();
      expect(kafka.broker.running()).toBe(false);
      await kafka.broker.start();
      expect(await topicsAt(kafka.brokers)).toContain(`${kafka.prefix}kept`);
    } finally {
      await kafka.stop();
    }
  }, 120_000);
});
