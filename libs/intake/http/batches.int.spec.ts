import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hl7Importer } from '../importing/import-hl7.js';
import { adt } from '../testing/adt.js';
import { course, hl7, startWard, type Ward } from '../testing/ward.js';

let here: Ward;
let folder: string;
beforeAll(async () => {
  [here, folder] = await Promise.all([startWard(), mkdtemp(join(tmpdir(), 'homeward-batches-'))]);
}, 60_000);
afterAll(async () => {
  await here.app.stop();
  await rm(folder, { recursive: true, force: true });
});

const header = 'PAS|RAL|HOMEWARD|BARNET|20261103101500';
const inBatch = (messages: readonly string[], count: string): string =>
  [`BHS|^~\\&|${header}`, ...messages, `BTS|${count}`].join('\r');
const inFile = (batches: readonly string[], count: string): string =>
  [`FHS|^~\\&|${header}`, ...batches, `FTS|${count}`].join('\r\n');
const send = async (body: string) => {
  const answer = await here.admin.post('/ward-events/hl7v2', body, hl7);
  expect(answer.status).toBe(200);
  return answer.json;
};

describe('A batch of HL7 messages', () => {
  test('is taken as its messages are, and its envelope is part of none of them', async () => {
    const messages = course(here.someone()).map(adt);
    const whole = await send(inFile([inBatch(messages.slice(0, 4), '4'), inBatch(messages.slice(4), '2')], '2'));
    expect(whole).toMatchObject({ accepted: 6, duplicates: 0, quarantined: 0, rejected: 0 });
    expect(whole).not.toHaveProperty('warnings');
    // The same content: not one is taken for another message under a known id.
    const again = await send(messages.join('\r'));
    expect(again).toMatchObject({ accepted: 0, duplicates: 6 });
    const file = join(folder, 'batch.hl7');
    await writeFile(file, inFile([inBatch(messages.slice(0, 4), '4'), inBatch(messages.slice(4), '2')], '2'));
    const imported = await here.app.get(Hl7Importer).importHl7([file]);
    expect(imported).toMatchObject({ messages: 6, accepted: 0, duplicate: 6, rejected: 0, warnings: [] });
  });

  test('with a count that is not right is taken all the same, and the answer says so', async () => {
    const messages = course(here.someone()).map(adt);
    const answer = await send(inFile([inBatch(messages, '7')], '2'));
    expect(answer).toMatchObject({
      accepted: 6,
      warnings: [
        { field: 'BTS-1', message: 'BTS-1 of batch 1 says 7, but 6 messages came.' },
        { field: 'FTS-1', message: 'FTS-1 of the file says 2, but 1 batch came.' },
      ],
    });
    const [cut, strange] = [join(folder, 'cut.hl7'), join(folder, 'strange.hl7')];
    await writeFile(cut, inFile([inBatch(messages, '6')], '1').split('BTS')[0] ?? '');
    await writeFile(strange, `${inBatch(messages, '6')}\nwhat is this\n${messages[0] ?? ''}`);
    const imported = await here.app.get(Hl7Importer).importHl7([cut, strange]);
    expect(imported).toMatchObject({ messages: 13, duplicate: 13, rejected: 0 });
    expect(imported.warnings).toEqual([
      { file: cut, field: 'BTS', message: 'BTS is missing: batch 1 may not be whole.' },
      { file: cut, field: 'FTS', message: 'FTS is missing: the file may not be whole.' },
      {
        file: strange,
        field: 'BTS',
        message: 'Something that is no message stands behind the end of a batch; it is not taken.',
      },
    ]);
  });

  test('may be empty, as on a night when nothing happened', async () => {
    expect(await send(inFile([inBatch([], '0')], '1'))).toMatchObject({ accepted: 0, rejected: 0, messages: [] });
    const answer = await here.admin.post('/ward-events/hl7v2', '\r\n', hl7);
    expect(answer.status).toBe(400);
  });

  test('of nearly 10 MB is taken, and a larger body refused', async () => {
    const [admitted = ''] = course(here.someone()).map(adt);
    const note = `NTE|1||${'x'.repeat(1_000_000)}`;
    const large = Array.from({ length: 10 }, (_, n) =>
      [admitted.replace(/\|C\d+-1\|/, `|large-${String(n)}|`), note].join('\r'),
    );
    expect(await send(inBatch(large, '10'))).toMatchObject({ accepted: 10, rejected: 0 });
    const answer = await here.admin.post('/ward-events/hl7v2', inBatch([...large, note.repeat(2)], '10'), hl7);
    expect(answer.status).toBe(413);
  });
});
