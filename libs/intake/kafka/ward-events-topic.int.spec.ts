import type { KafkaMessage } from 'kafkajs';
import { Metrics } from '#libs/platform/metrics.js';
import type { ApiClient } from '../../../test/support/api-client.js';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { eventually } from '../../../test/support/eventually.js';
import { describeWithKafka, testKafka, type TestKafka } from '../../../test/support/kafka.js';
import { intakeAlone } from '../testing/intake-app.js';
import { admitted, binary, partnerAt, structured, wardEvent, type Partner } from '../testing/partner.js';

const describeKafka = await describeWithKafka();

let kafka: TestKafka;
let database: TestDatabase;
let partner: Partner;
let app: TestApp;
let admin: ApiClient;

const start = (): Promise<TestApp> =>
  startTestApp({
    module: intakeAlone,
    database,
    env: { KAFKA_BROKERS: kafka.brokers.join(), KAFKA_PREFIX: kafka.prefix, KAFKA_PARTITIONS: '3' },
  });

const ready = (client: ApiClient): Promise<void> =>
  eventually('the consumer is connected', async () => {
    const { json } = await client.get('/health/ready');
    return !JSON.stringify(json['notReady']).includes('kafka ward events');
  });

const settled = (): Promise<void> =>
  eventually('every message is settled', async () => (await partner.unsettled()) === 0);

/** What became of the messages that this instance took, by result. */
const counts = async (of: TestApp): Promise<Record<string, number>> => {
  const metric = await of.get(Metrics).registry.getSingleMetric('homeward_kafka_ward_events_total')?.get();
  return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [String(labels['result']), value]));
};

const stays = async (): Promise<readonly Record<string, unknown>[]> => {
  await app.settled();
  const { items } = (await admin.get('/stays?limit=200')).json as { items: Record<string, unknown>[] };
  return items;
};

const stayEvents = async (): Promise<number> => {
  const { rows } = await app.pool.query<{ n: string }>(
    `SELECT count(*) AS n FROM log.events WHERE stream_id LIKE 'stay-%'`,
  );
  return Number(rows[0]?.n);
};

describeKafka('Ward events by Kafka', () => {
  beforeEach(async () => {
    [kafka, database] = await Promise.all([testKafka(), startTestDatabase()]);
    app = await start();
    admin = await app.api('admin');
    await ready(admin);
    partner = await partnerAt(kafka);
  }, 120_000);
  afterEach(async () => {
    await partner.stop();
    await app.stop();
    await Promise.all([kafka.stop(), database.stop()]);
  }, 60_000);

  test('make a stay in either content mode, and the same event again is a duplicate, by Kafka as by HTTP', async () => {
    const course = [
      admitted('K1'),
      wardEvent('K1', 'moved', '2026-11-03T11:00:00Z', { ward: 'OAK', at: '2026-11-03T11:00:00Z' }),
    ];
    await partner.send(...course.map((event) => binary(event)));
    await partner.send(...course.map((event) => structured(event)));
    await settled();
    const again = await admin.post('/ward-events', course[0]?.toJSON(), {
      'content-type': 'application/cloudevents+json',
    });
    expect(again.json).toMatchObject({ duplicates: 1 });
    expect(await counts(app)).toEqual({ accepted: 2, duplicate: 2 });
    expect(await stays()).toMatchObject([{ hospital: 'RAL', ward: 'OAK', status: 'open' }]);
    const { items } = (await admin.get('/feeds')).json as { items: Record<string, unknown>[] };
    expect(items).toMatchObject([{ feed: 'RAL-KAFKA', accepted: 2, duplicates: 3 }]);
  });

  test('go past one that cannot be read, which becomes a dead letter as it came', async () => {
    const place = { key: 'K2', partition: 0 };
    await partner.send(
      binary(admitted('K2')),
      { ...binary(admitted('K2')), value: '{"not json' },
      { ...place, value: 'free text', headers: { note: 'mine' } },
      { ...place, value: '[]', headers: { 'content-type': 'application/cloudevents-batch+json' } },
      { ...place, value: '{"specversion":"1.0"}', headers: { 'content-type': 'application/cloudevents+json' } },
      { ...place, value: null },
      {
        ...place,
        value: '['.repeat(200_000) + ']'.repeat(200_000),
        headers: { ce_specversion: '1.0', ce_id: '1', ce_source: 'x', ce_type: 'y' },
      },
      binary(wardEvent('K2', 'moved', '2026-11-03T11:00:00Z', { ward: 'OAK', at: '2026-11-03T11:00:00Z' })),
    );
    await settled();
    expect(await counts(app)).toEqual({ accepted: 2, rejected: 6 });
    expect(await stays()).toMatchObject([{ ward: 'OAK' }]);
    const placed = ({ headers }: KafkaMessage): number => Number(String(headers?.['deadletter-offset']));
    const letters = (await partner.deadLetters()).toSorted((a, b) => placed(a) - placed(b));
    expect(letters.map(placed)).toEqual([1, 2, 3, 4, 5, 6]);
    const second = letters[1];
    expect([second?.key, second?.value].map(String)).toEqual(['K2', 'free text']);
    expect(
      Object.fromEntries(Object.entries(second?.headers ?? {}).map(([name, text]) => [name, String(text)])),
    ).toEqual({
      note: 'mine',
      'deadletter-reason':
        'The record is no CloudEvent: it has neither ce_ headers nor the content type of a whole event.',
      'deadletter-topic': `${kafka.prefix}homeward.ward-events.v1`,
      'deadletter-partition': '0',
      'deadletter-offset': '2',
    });
  });

  test('wait in quarantine when their content is refused, and their dead letter holds no content', async () => {
    await partner.send(
      binary(wardEvent('K3', 'moved', '2026-11-03T11:00:00Z', { ward: 'OAK' })),
      binary(wardEvent('K3', 'unheard-of', '2026-11-03T12:00:00Z', { ward: 'OAK' })),
      binary(admitted('K3')),
    );
    await settled();
    expect(await counts(app)).toEqual({ quarantined: 1, ignored: 1, accepted: 1 });
    const { items } = (await admin.get('/quarantine')).json as { items: Record<string, unknown>[] };
    expect(items).toMatchObject([{ feed: 'RAL-KAFKA', field: 'data' }]);
    const [letter, ...more] = await partner.deadLetters();
    expect([letter?.value, String(letter?.headers?.['deadletter-reason']), more.length]).toEqual([
      null,
      "The data is not that of this type: data must have required property 'at'.",
      0,
    ]);
  });

  test('go past one that is too large to be kept: its dead letter goes without its content', async () => {
    const { ConfigResourceTypes, Kafka, logLevel } = await import('kafkajs');
    const operator = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await operator.connect();
    await operator.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: `${kafka.prefix}homeward.dead-letters.v1`,
          configEntries: [{ name: 'max.message.bytes', value: '2000' }],
        },
      ],
    });
    await operator.disconnect();
    await partner.send({ key: 'K9', value: 'x'.repeat(7_000_000), partition: 0 }, binary(admitted('K9')));
    await settled();
    expect(await counts(app)).toEqual({ rejected: 1, accepted: 1 });
    const [letter] = await partner.deadLetters();
    expect([letter?.value, String(letter?.headers?.['deadletter-reason'])]).toEqual([
      null,
      expect.stringMatching(/ The content is too large to be kept\.$/),
    ]);
  });

  test('wait while the database is away: nothing is lost, no offset moved, and the partition is kept', async () => {
    await partner.send(binary(admitted('K4')));
    await settled();
    const elsewhere = await startTestDatabase();
    const name = new URL(database.url).pathname.slice(1);
    await elsewhere.pool.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await elsewhere.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await partner.send(...Array.from({ length: 40 }, (_, n) => binary(admitted(`K4-${String(n)}`), n % 3)), {
      key: 'K4',
      value: 'poison',
      partition: 0,
    });
    await eventually('it waits', async () => (await partner.unsettled()) === 41);
    const before = Date.now();
    await eventually('more than a session has passed', () => Date.now() - before > 20_000);
    expect(await partner.unsettled()).toBe(41);
    expect((await admin.get('/health/ready')).json['notReady']).toEqual([
      { name: 'database', why: 'cannot be reached' },
      { name: 'kafka ward events', why: 'waits until its messages can be stored' },
      expect.objectContaining({ name: 'feed' }),
    ]);
    await elsewhere.pool.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await settled();
    expect(await counts(app)).toEqual({ accepted: 41, rejected: 1 });
    expect(await stays()).toHaveLength(41);
    await elsewhere.stop();
  }, 90_000);

  test('stop within ten seconds while the database is away, and are taken after the next start', async () => {
    const elsewhere = await startTestDatabase();
    const name = new URL(database.url).pathname.slice(1);
    await elsewhere.pool.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await elsewhere.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await partner.send(...Array.from({ length: 10 }, (_, n) => binary(admitted(`K5-${String(n)}`), n % 3)));
    const before = Date.now();
    await app.stop();
    expect(Date.now() - before).toBeLessThan(10_000);
    await elsewhere.pool.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    app = await start();
    admin = await app.api('admin');
    await settled();
    expect(await stays()).toHaveLength(10);
    await elsewhere.stop();
  }, 60_000);

  test('have one effect with two instances, of which one stops and comes back under load', async () => {
    const other = await start();
    await ready(await other.api('admin'));
    const visits = Array.from({ length: 600 }, (_, n) => `K6-${String(n)}`);
    const sending = (async () => {
      for (let at = 0; at < visits.length; at += 50)
        await partner.send(...visits.slice(at, at + 50).map((visit, n) => binary(admitted(visit), n % 3)));
    })();
    await eventually('both have begun', async () => Object.keys(await counts(other)).length > 0, 30_000);
    await app.stop();
    app = await start();
    await sending;
    await settled();
    admin = await app.api('admin');
    expect(await stayEvents()).toBe(visits.length);
    await other.stop();
  }, 90_000);

  test('are read however the partner compressed them', async () => {
    const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = await import('kafkajs');
    const { zstdCompressSync, zstdDecompressSync } = await import('node:zlib');
    const codec = CompressionCodecs[CompressionTypes.ZSTD];
    CompressionCodecs[CompressionTypes.ZSTD] = () => ({
      compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(zstdCompressSync(buffer)),
      decompress: (buffer: Buffer) => Promise.resolve(zstdDecompressSync(buffer)),
    });
    const producer = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({
      topic: `${kafka.prefix}homeward.ward-events.v1`,
      compression: CompressionTypes.ZSTD,
      messages: [binary(admitted('K7')), binary(admitted('K8'))],
    });
    await producer.disconnect();
    CompressionCodecs[CompressionTypes.ZSTD] = codec;
    await settled();
    expect(await counts(app)).toEqual({ accepted: 2 });
  });
});
