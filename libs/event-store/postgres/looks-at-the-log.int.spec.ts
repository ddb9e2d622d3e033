import { jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import type { EventMetadata } from '../port.js';
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
