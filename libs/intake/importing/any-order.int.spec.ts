import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { startTestApp } from '../../../test/support/app.js';
import { recordsOfDeath } from '../testing/deaths-in-memory.js';
import { intakeAlone } from '../testing/intake-app.js';
import { Hl7Importer } from './import-hl7.js';
import { readMessages } from './read-messages.js';

/** A public simulator's day; not part of the project (see its README there). */
const wholeDay = fileURLToPath(new URL('../../../../shared/data/simhospital-messages.hl7', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'any-order-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What the tables say in the end; when it was heard of and in which place of the log is not said there. */
const tables: Readonly<Record<string, string>> = {
  stays: 'SELECT key, row FROM intake.stays_v2 ORDER BY key',
  'seen together': 'SELECT * FROM people.identity_edge_v1 ORDER BY hash, other',
  'who stands for whom': 'SELECT * FROM people.identity_base_v1 ORDER BY person_id',
  'who was merged': 'SELECT * FROM people.identity_canonical_v1 ORDER BY base',
  'merges asked for': `SELECT survivor, loser, active FROM people.identity_merge_v1 WHERE because <> 'seen-together' ORDER BY merge_id`,
};

const imported = async (messages: readonly Buffer[], name: string): Promise<Record<string, unknown>> => {
  const file = join(folder, name);
  await writeFile(file, Buffer.concat(messages.flatMap((message) => [message, Buffer.from('\r\n')])));
  const app = await startTestApp({ module: intakeAlone });
  try {
    const counts = await app.get(Hl7Importer).importHl7([file]);
    expect(counts).toMatchObject({ messages: messages.length, quarantined: 0, rejected: 0 });
    await app.settled();
    const rows = await Promise.all(
      Object.entries(tables).map(async ([says, sql]) => [says, (await app.pool.query(sql)).rows] as const),
    );
    const { events } = await app.store.readAll('0', { types: ['DeathRecorded', 'DeathRecordWithdrawn'] }, 5000);
    return { ...Object.fromEntries(rows), deaths: [...recordsOfDeath(events)].toSorted() };
  } finally {
    await app.stop();
  }
};

test('a whole public day, in the order of the file, reversed and shuffled, leaves the same tables', async () => {
  if (!existsSync(wholeDay)) throw new Error(`This test needs ${wholeDay}, which is not part of the project.`);
  const messages: Buffer[] = [];
  for await (const { bytes } of readMessages(wholeDay)) messages.push(Buffer.from(bytes));
  const [shuffled = []] = fc.sample(fc.shuffledSubarray(messages, { minLength: messages.length }), {
    numRuns: 1,
    seed: 20261103,
  });
  const inOrder = await imported(messages, 'in-order.hl7');
  expect((inOrder['stays'] as unknown[]).length).toBeGreaterThan(100);
  expect(await imported(messages.toReversed(), 'reversed.hl7')).toEqual(inOrder);
  expect(await imported(shuffled, 'shuffled.hl7')).toEqual(inOrder);
}, 240_000);
