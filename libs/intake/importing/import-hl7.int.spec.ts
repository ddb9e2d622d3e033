import { appendFile, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { adt } from '../testing/adt.js';
import { intakeAlone } from '../testing/intake-app.js';
import { Hl7Importer } from './import-hl7.js';

const excerpt = fileURLToPath(new URL('../fixtures/simhospital-excerpt.hl7', import.meta.url));
/** A public simulator's day; not part of the project (see its README there). */
const wholeDay = fileURLToPath(new URL('../../../../shared/data/simhospital-messages.hl7', import.meta.url));

let app: TestApp;
let folder: string;
const imported = (...files: string[]) => app.get(Hl7Importer).importHl7(files);
const rows = async (): Promise<string> => {
  await app.settled();
  const { rows: found } = await app.pool.query<{ row: unknown }>('SELECT row FROM intake.stays_v2 ORDER BY key');
  return JSON.stringify(found);
};

beforeAll(async () => {
  [app, folder] = await Promise.all([startTestApp({ module: intakeAlone }), mkdtemp(join(tmpdir(), 'import-'))]);
}, 60_000);
afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true });
});

describe('Importing a file of HL7 messages', () => {
  test('counts add up to the file, and every message not taken has its reason', async () => {
    const counts = await imported(excerpt);
    expect(counts).toMatchObject({ messages: 5, accepted: 3, duplicate: 0, ignored: 2, quarantined: 0, rejected: 0 });
    expect(counts.reasons).toEqual([
      { outcome: 'ignored', reason: 'ORU messages are not ward events.', count: 1 },
      { outcome: 'ignored', reason: 'MDM messages are not ward events.', count: 1 },
    ]);
  });

  test('the same file again changes nothing', async () => {
    const [before, head] = [await rows(), await app.store.head()];
    expect(await imported(excerpt, excerpt)).toMatchObject({ messages: 10, accepted: 0, duplicate: 10 });
    expect(await rows()).toBe(before);
    expect(await app.store.head()).toBe(head);
  });

  test('a file that breaks off, blank lines, garbage and several files in a row are taken as far as they can be', async () => {
    const [broken, empty] = [join(folder, 'broken.hl7'), join(folder, 'empty.hl7')];
    await writeFile(empty, '\r\n\r\n');
    await copyFile(excerpt, broken);
    await appendFile(broken, `\n\r\n${adt({ event: 'A01', controlId: 'last', visit: 'LAST^^^RAL' })}`);
    await appendFile(broken, '\n\nMSH|^~\\&|PAS|RAL');
    const progress: number[] = [];
    const counts = await app
      .get(Hl7Importer)
      .importHl7([empty, broken], { onProgress: ({ bytesDone }) => progress.push(bytesDone) });
    expect(counts).toMatchObject({ messages: 7, accepted: 1, duplicate: 5, rejected: 1 });
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  test('a whole public day adds up: 401 taken, 612 that are no ward events; importing it twice changes nothing', async () => {
    if (!existsSync(wholeDay)) throw new Error(`This test needs ${wholeDay}, which is not part of the project.`);
    const first = await imported(wholeDay);
    expect(first).toMatchObject({
      messages: 1013,
      accepted: 398,
      duplicate: 5,
      ignored: 610,
      quarantined: 0,
      rejected: 0,
    });
    const before = await rows();
    expect(await imported(wholeDay)).toMatchObject({ messages: 1013, accepted: 0, duplicate: 1013 });
    expect(await rows()).toBe(before);
  }, 120_000);
});
