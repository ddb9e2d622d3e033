import type { ApiClient } from '../../../test/support/api-client.js';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { eventually } from '../../../test/support/eventually.js';
import { describeWithKafka, kafkaToBreak, type KafkaToBreak } from '../../../test/support/kafka.js';
import { intakeAlone } from '../testing/intake-app.js';
import { admitted, binary, partnerAt } from '../testing/partner.js';

const describeKafka = await describeWithKafka();

let kafka: KafkaToBreak;
let app: TestApp;
let admin: ApiClient;

const why = async (): Promise<unknown> => {
  const { notReady } = (await admin.get('/health/ready')).json as { notReady: { name: string; why: string }[] };
  return notReady.find(({ name }) => name === 'kafka ward events')?.why;
};
const isReady = async (): Promise<boolean> => (await why()) === undefined;

describeKafka('While Kafka is away', () => {
  beforeAll(async () => {
    kafka = await kafkaToBreak();
    await kafka.broker.stop();
    const env = { KAFKA_BROKERS: kafka.brokers.join(), KAFKA_PREFIX: kafka.prefix };
    app = await startTestApp({ module: intakeAlone, env });
    admin = await app.api('admin');
  }, 120_000);
  afterAll(async () => {
    await kafka.stop();
  });

  test('the service starts and says so, and takes ward events once Kafka is there, and again after it was killed', async () => {
    expect(await why()).toBe('is not connected');
    await kafka.broker.start();
    await eventually('it is connected', isReady);
    const partner = await partnerAt(kafka);
    await partner.send(binary(admitted('A1')));
    await eventually('the first is taken', async () => (await partner.unsettled()) === 0);

    await kafka.broker.kill();
    await eventually('readiness says so', async () => (await why()) === 'is not connected');
    await kafka.broker.start();
    await partner.send(binary(admitted('A2')));
    await eventually('the second is taken', async () => (await partner.unsettled()) === 0);
    await eventually('it is connected', isReady);
    await app.settled();
    expect((await admin.get('/stays')).json['items']).toHaveLength(2);
    await partner.stop();
  }, 120_000);

  test('the service stops within ten seconds', async () => {
    await kafka.broker.kill();
    const before = Date.now();
    await app.stop();
    expect(Date.now() - before).toBeLessThan(10_000);
  }, 60_000);
});
