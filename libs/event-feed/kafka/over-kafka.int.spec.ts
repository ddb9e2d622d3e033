import { silentLog } from '../testing/silent-log.js';
import { describeWithKafka, testKafka, type TestKafka } from '../../../test/support/kafka.js';
import { kafkaClient } from '../../platform/kafka.js';
import { FeedSetting } from '../testing/feed-setting.js';
import { KafkaTransport } from './kafka-transport.js';

/** Everything the feed promises, once more over Kafka: the same suites, each setting with topics of its own. */
const describeKafka = await describeWithKafka();
let kafka: TestKafka | undefined;

describeKafka('over Kafka', () => {
  it('finds a broker', () => {
    expect(kafka?.brokers.length).toBeGreaterThan(0);
  });
});

try {
  kafka = await testKafka();
} catch (error) {
  if (process.env['CI'] === 'true') throw error;
}

if (kafka !== undefined) {
  const { settings } = kafka;
  let settingsMade = 0;
  FeedSetting.carriedBy = () => {
    settingsMade += 1;
    const own = { ...settings, prefix: `${settings.prefix}${String(settingsMade)}.` };
    return () => new KafkaTransport(kafkaClient(own, 'test', silentLog), own);
  };
  await import('../projections.int.spec.js');
  await import('../policies.int.spec.js');
  await import('../parking.int.spec.js');
  await import('../rebuild-and-verify.int.spec.js');
  await import('../answers-meanwhile.int.spec.js');
  await import('../take-over.int.spec.js');
}
afterAll(() => kafka?.stop());
