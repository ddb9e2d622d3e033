import { describeWithKafka, testKafka, type TestKafka } from '../../../test/support/kafka.js';
import { kafkaClient } from '../../platform/kafka.js';
import type { Projection } from '../port.js';
import { FeedSetting } from '../testing/feed-setting.js';
import { silentLog } from '../testing/silent-log.js';
import { KafkaTransport } from './kafka-transport.js';

const describeKafka = await describeWithKafka();

const nothing: Projection = {
  name: 'trial.nothing',
  version: 1,
  wants: {},
  tables: [],
  ddl: 'CREATE SCHEMA IF NOT EXISTS trial',
  fold: () => Promise.resolve(),
};

describeKafka('a log that nothing was written to, over Kafka', () => {
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

  it('is built at once: a fresh service is ready', async () => {
    const feed = await setting.started(nothing);
    await setting.until(async () => (await feed.status()).every(({ state }) => state === 'running'));
    expect(feed.faults()).toEqual([]);
    await setting.happened('ward-1', 'WardOpened');
    expect(await feed.caughtUp(['trial.nothing'], 20_000)).toBe(true);
  });
});
