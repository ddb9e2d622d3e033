import { describeWithKafka, testKafka, type TestKafka } from '../../../test/support/kafka.js';
import { kafkaClient, topicName, topics } from '../../platform/kafka.js';
import { FeedSetting } from '../testing/feed-setting.js';
import { silentLog } from '../testing/silent-log.js';
import { wardCounts } from '../testing/ward-counts.js';
import { KafkaTransport } from './kafka-transport.js';

const describeKafka = await describeWithKafka();

describeKafka('a topic that is given more partitions while consumers read it', () => {
  let kafka: TestKafka;
  let setting: FeedSetting;
  beforeAll(async () => {
    kafka = await testKafka();
    const { settings } = kafka;
    FeedSetting.carriedBy = () => () => new KafkaTransport(kafkaClient(settings, 'test', silentLog), settings);
    setting = await FeedSetting.open();
  }, 120_000);
  afterAll(async () => {
    await setting.close();
    await kafka.stop();
  });

  const addPartitions = async (): Promise<void> => {
    const { settings } = kafka;
    const admin = kafkaClient(settings, 'test', silentLog).admin();
    await admin.connect();
    const topic = topicName(settings.prefix, topics.events);
    await admin.createPartitions({ topicPartitions: [{ topic, count: settings.partitions + 5 }] });
    await admin.disconnect();
  };

  it('brings every event all the same, also those in partitions that their reader does not know of yet', async () => {
    const wards = wardCounts();
    const relay = await setting.started();
    const feed = await setting.started(wards);
    expect(
      await feed.settled(await setting.happened('stay-x', 'Came', { ward: 'A1' }, 'p-x'), { timeoutMs: 20_000 }),
    ).toBe(true);
    await addPartitions();
    // Whoever publishes from now on knows of the new partitions at once, a reader after minutes.
    await relay.stop();
    for (let n = 0; n < 30; n += 1) await setting.happened(`stay-${n}`, 'Came', { ward: 'A1' }, `p-${n}`);
    expect(await feed.settled(await setting.store.head(), { timeoutMs: 20_000 })).toBe(true);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 31 });
  });
});
