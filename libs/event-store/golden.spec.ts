import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { catalogue, contractOf } from '../contracts/catalogue.js';
import type { EventContract } from '../contracts/event-contract.js';
import { exampleOf } from '../contracts/event-examples.js';
import { publishedSchema, sealedSchema } from '../platform/asyncapi/event-messages.js';
import { projectRoot } from '../platform/root.js';
import { knownUpcasters } from './known-upcasters.js';
import type { StoredEvent } from './port.js';
import { upcastWith } from './upcasters.js';

/** How an event of each version stands in a log, for good: what lies in a log is read as long as there is one. */
const golden = join(projectRoot, 'libs', 'event-store', 'golden');
const fileOf = ({ stream, type, version }: EventContract): string =>
  join(golden, stream.slice(0, -1), `${type}.v${String(version)}.json`);

const asStored = (contract: EventContract): object => ({
  ...{ eventId: '018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f', type: contract.type, schemaVersion: contract.version },
  ...{ streamId: `${contract.stream}018f3c2e`, revision: 0, position: '1', personId: 'n0123456789abcdef' },
  ...{ occurredAt: '2026-11-23T08:30:00.000Z', recordedAt: '2026-11-23T08:31:00.000Z' },
  data: exampleOf(contract),
  metadata: {
    ...{ correlationId: '018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e10', source: 'api' },
    actor: { id: 'user-idt', role: 'idt', organisation: 'council' },
  },
});

const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }));
const faultsOf = (contract: EventContract, data: unknown): readonly unknown[] => {
  const fits = ajv.compile({ ...publishedSchema(contract.data, '#/$defs/sealed'), $defs: { sealed: sealedSchema } });
  return fits(data) ? [] : (fits.errors ?? []);
};

const newestOf = ({ type, streamId }: StoredEvent): EventContract | undefined =>
  catalogue
    .filter((contract) => contract.type === type && streamId.startsWith(contract.stream))
    .sort((a, b) => b.version - a.version)[0];

beforeAll(async () => {
  if (process.env['GOLDEN'] !== 'write') return;
  for (const contract of catalogue) {
    const file = fileOf(contract);
    if (existsSync(file)) continue;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(asStored(contract), null, 2)}\n`);
  }
});

it('every version of every event has its golden file (GOLDEN=write makes those that are missing), and no other', async () => {
  const files = await readdir(golden, { recursive: true });
  const there = files.filter((name) => name.endsWith('.json')).map((name) => join(golden, name));
  expect(there.sort()).toEqual(catalogue.map(fileOf).sort());
});

it.each(catalogue.map((contract) => [`${contract.stream}…`, contract.type, contract.version, contract] as const))(
  'what stands in a log as %s %s version %i is read as the newest version says',
  async (_stream, _type, _version, contract) => {
    const stored: StoredEvent = JSON.parse(await readFile(fileOf(contract), 'utf8'));
    expect(contractOf(stored.type, stored.schemaVersion, stored.streamId)).toBe(contract);
    const newest = newestOf(stored);
    const read = upcastWith(knownUpcasters)(stored);
    expect(read).toMatchObject({ type: stored.type, eventId: stored.eventId, schemaVersion: newest?.version });
    expect(faultsOf(newest ?? contract, read.data)).toEqual([]);
    // Pure: the same in, the same out, and what was given is left alone.
    expect(upcastWith(knownUpcasters)(stored)).toEqual(read);
    expect(stored).toEqual(JSON.parse(await readFile(fileOf(contract), 'utf8')));
  },
);
