import { jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import type { AllPage, EventMetadata } from '../port.js';
import { createPostgresEventStore } from './postgres-event-store.js';

const metadata: EventMetadata = {
  correlationId: 'looks',
  actor: { id: 'user-idt', role: 'idt', organisation: 'council' },
  source: 'api',
};

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, 60_000);
afterAll(() => database.stop());

describe('A subscription that has come to the end of the log', () => {
  test('does not look again for what it has just seen the end of', async () => {
    const store = createPostgresEventStore(database.pool, { pollMs: 60_000 });
    const stop = new AbortController();
    const readAll = jest.spyOn(store, 'readAll');
    const append = () =>
      store.append(
        'case-1',
        'any',
        [{ eventId: uuidv7(), type: 'Said', schemaVersion: 1, occurredAt: '2026-11-23T08:30:00.000Z', data: {} }],
        metadata,
      );
    await append();
    const pages = store.subscribe('0', {}, stop.signal)[Symbol.asyncIterator]();
    expect((await pages.next()).value.events).toHaveLength(1);
    // Asked for more, it waits: a look of its own would be made before anything else of this turn.
    const next = pages.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(readAll).toHaveBeenCalledTimes(1);
    await append();
    expect((await next).value.events).toHaveLength(1);
    stop.abort();
    await pages.return?.();
  });
});

describe('What is rare in a long log', () => {
  const said = (type: string) => ({
    eventId: uuidv7(),
    type,
    schemaVersion: 1,
    occurredAt: '2026-11-23T08:30:00.000Z',
    data: {},
  });

  test('is looked for a stretch at a time: each page says how far, and the last that it was the last', async () => {
    const store = createPostgresEventStore(database.pool, { stretch: 10, pollMs: 20 });
    const from = Number(await store.head());
    for (const type of ['Rare', 'Other', 'Other', 'Rare'])
      await store.append(
        'case-2',
        'any',
        Array.from({ length: type === 'Rare' ? 1 : 12 }, () => said(type)),
        metadata,
      );
    const pages: AllPage[] = [];
    for (let after = String(from); pages.at(-1)?.atEnd !== true; after = pages.at(-1)?.readTo ?? '')
      pages.push(await store.readAll(after, { types: ['Rare'] }, 2));
    expect(pages.map(({ readTo, atEnd, events }) => [Number(readTo) - from, atEnd, events.length])).toEqual([
      [10, false, 1],
      [20, false, 0],
      [26, true, 1],
    ]);
    // Whoever asks for many events is shown as many positions.
    expect(await store.readAll(String(from), { types: ['Rare'] }, 100)).toMatchObject({ atEnd: true });
    const stop = new AbortController();
    const followed: string[] = [];
    for await (const page of store.subscribe(String(from), { types: ['Rare'] }, stop.signal)) {
      followed.push(...page.events.map(({ position }) => String(Number(position) - from)));
      if (followed.length === 2) stop.abort();
    }
    expect(followed).toEqual(['1', '26']);
  });
});
