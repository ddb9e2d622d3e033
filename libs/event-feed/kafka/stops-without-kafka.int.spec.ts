import { describeWithKafka, kafkaToBreak, type KafkaToBreak } from '../../../test/support/kafka.js';
import { kafkaClient } from '../../platform/kafka.js';
import { FeedSetting } from '../testing/feed-setting.js';
import { silentLog } from '../testing/silent-log.js';
import { wardCounts } from '../testing/ward-counts.js';
import { KafkaTransport } from './kafka-transport.js';

const describeKafka = await describeWithKafka();

describeKafka('a feed whose broker was killed with events on their way', () => {
  let kafka: KafkaToBreak;
  let setting: FeedSetting;
  beforeAll(async () => {
    kafka = await kafkaToBreak();
    const { settings } = kafka;
    FeedSetting.carriedBy = () => () => new KafkaTransport(kafkaClient(settings, 'test', silentLog), settings);
    setting = await FeedSetting.open();
  }, 120_000);
  afterAll(async () => {
    await setting.close();
    await kafka.stop();
  }, 60_000);

  it('stops all the same, in the time a service has for that', async () => {
    const feed = await setting.started(wardCounts(), wardCounts({ name: 'trial.other' }));
    const came = await setting.happened('stay-1', 'Came', { ward: 'A1' }, 'p-1');
    expect(await feed.settled(came, { timeoutMs: 20_000 })).toBe(true);
    await kafka.broker.kill();
    await setting.happened('stay-2', 'Came', { ward: 'A1' }, 'p-2');
    await setting.until(() => Promise.resolve(feed.faults().length > 0));
    const before = performance.now();
    await feed.stop();
    expect(performance.now() - before).toBeLessThan(7_000);
  }, 60_000);
});
