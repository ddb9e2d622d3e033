import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { wardEventNames } from '#libs/contracts/intake/ward-events.js';
import { intakeAlone } from '#libs/intake/testing/intake-app.js';
import { topicName, topics } from '#libs/platform/kafka.js';
import { Metrics } from '#libs/platform/metrics.js';
import { projectRoot } from '#libs/platform/root.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { describeWithKafka, testKafka, type TestKafka } from '../support/kafka.js';

const run = promisify(execFile);
const describeKafka = await describeWithKafka();

/** Whether this machine has a program. */
const has = (program: string): Promise<boolean> =>
  run('bash', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );

/** A test of what needs a program; where that is missing it is skipped and says why. */
const testWith = async (program: string): Promise<(name: string, body: () => Promise<void>) => void> => {
  if (await has(program)) return (name, body) => test(name, body, 120_000);
  return (name, body) => test.skip(`${name} (skipped: ${program} is not installed; Debian has it)`, body);
};

interface Block {
  readonly section: string;
  readonly language: string;
  readonly code: string;
}

const page = readFileSync(join(projectRoot, 'docs', 'own-events.md'), 'utf8');

/** The code blocks that are to be run, by the heading they stand under. */
const blocks: readonly Block[] = page.split(/^## /m).flatMap((part) =>
  [...part.matchAll(/^```(bash|js)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
    section: part.slice(0, part.indexOf('\n')),
    language,
    code,
  })),
);

const withCurl = blocks.filter(({ code }) => code.startsWith('curl '));
const withKcat = blocks.filter(({ code }) => code.startsWith('kcat '));
const withFetch = blocks.filter(({ code }) => code.includes('await fetch('));
const withKafkajs = blocks.filter(({ code }) => code.includes("from 'kafkajs'"));

const testCurl = await testWith('curl');
const testKcat = await testWith('kcat');

let kafka: TestKafka;
let app: TestApp;
let env: Record<string, string>;
let events = 0;

/** Runs a block as it stands on the page, in a process of its own; what it printed. */
const output = async ({ language, code }: Block): Promise<string> => {
  const [program, args] =
    language === 'js'
      ? [process.execPath, ['--input-type=module', '-e', code]]
      : ['bash', ['-euo', 'pipefail', '-c', code]];
  const { stdout } = await run(program, args, { cwd: projectRoot, env: { ...process.env, ...env } });
  return stdout;
};

/** Each event of the answer was taken, or known to be taken; nothing was odd about it. */
const isTaken = async (block: Block): Promise<void> => {
  const answer: unknown = JSON.parse((await output(block)).replace(/^200 /, ''));
  const { messages, accepted, duplicates } = answer as { messages: object[]; accepted: number; duplicates: number };
  expect({ section: block.section, answer }).toMatchObject({ answer: { quarantined: 0, rejected: 0, ignored: 0 } });
  expect(accepted + duplicates).toBe(messages.length);
  expect(messages).toEqual(
    messages.map(() => ({ controlId: expect.any(String), ack: 'AA', stayId: expect.any(String) })),
  );
};

const byKafka = async (): Promise<Record<string, number>> => {
  const metric = await app.get(Metrics).registry.getSingleMetric('homeward_kafka_ward_events_total')?.get();
  return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [String(labels['result']), value]));
};

const arrive = async (sent: readonly Block[]): Promise<void> => {
  for (const block of sent) await output(block);
  events += sent.length;
  await eventually('all are settled', async () => {
    const counts = await byKafka();
    return Object.values(counts).reduce((sum, n) => sum + n, 0) === events;
  });
  const { accepted = 0, duplicate = 0, ...others } = await byKafka();
  expect([accepted + duplicate, others]).toEqual([events, {}]);
};

describeKafka('The page of our own ward events', () => {
  beforeAll(async () => {
    kafka = await testKafka();
    const KAFKA_BROKERS = kafka.brokers.join();
    app = await startTestApp({
      module: intakeAlone,
      env: { KAFKA_BROKERS, KAFKA_PREFIX: kafka.prefix, KAFKA_PARTITIONS: '1' },
    });
    const admin = await app.api('admin');
    await eventually('the topic is there and read', async () => {
      const { json } = await admin.get('/health/ready');
      return !JSON.stringify(json['notReady']).includes('kafka ward events');
    });
    env = {
      HOMEWARD: app.url,
      TOKEN: admin.token ?? '',
      KAFKA_BROKERS,
      TOPIC: topicName(kafka.prefix, topics.wardEvents),
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
    };
  }, 120_000);
  afterAll(async () => {
    await app?.stop();
    await kafka?.stop();
  }, 60_000);

  test('has every kind of event with curl, kcat, fetch and kafkajs, one in binary mode and one batch', () => {
    const kinds = (of: readonly Block[]): readonly string[] =>
      of
        .map(({ section }) => section)
        .filter((one) => wardEventNames.some((name) => name === one))
        .toSorted();
    const every = wardEventNames.toSorted();
    expect([withCurl, withKcat, withFetch, withKafkajs].map(kinds)).toEqual([every, every, every, every]);
    expect(withCurl.slice(-2).map(({ section }) => section)).toEqual(['In binary mode over HTTP', 'Many at once']);
    expect(blocks).toHaveLength(withCurl.length + withKcat.length + withFetch.length + withKafkajs.length);
    for (const name of wardEventNames) expect(page).toContain(`"homeward.ward.${name}.v1"`);
  });

  testCurl('is right about curl', async () => {
    for (const block of withCurl) await isTaken(block);
  });
  testKcat('is right about kcat', () => arrive(withKcat));
  test('is right about fetch', async () => {
    for (const block of withFetch) await isTaken(block);
  }, 120_000);
  test('is right about kafkajs', () => arrive(withKafkajs), 120_000);

  test('tells of one stay, once, whichever way each event came', async () => {
    await app.settled();
    const { items } = (await (await app.api('admin')).get('/stays')).json as { items: unknown[] };
    expect(items).toMatchObject([
      { status: 'open', hospital: 'RAL', ward: 'OAK', room: '2', bed: 'B', expectedDischargeDate: '2026-11-09' },
    ]);
    const { rows } = await app.pool.query<{ n: string }>(
      `SELECT count(*) AS n FROM log.events WHERE stream_id LIKE 'stay-%'`,
    );
    expect(rows).toEqual([{ n: String(wardEventNames.length) }]);
  });
});
