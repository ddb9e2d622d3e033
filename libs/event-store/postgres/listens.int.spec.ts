import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import type { EventMetadata, EventStore } from '../port.js';
import { createPostgresEventStore } from './postgres-event-store.js';

const metadata: EventMetadata = {
  correlationId: 'listens',
  actor: { id: 'user-idt', role: 'idt', organisation: 'council' },
  source: 'api',
};

let database: TestDatabase;
let elsewhere: pg.Pool;
beforeAll(async () => {
  database = await startTestDatabase();
  elsewhere = new pg.Pool({ connectionString: database.url });
}, 60_000);
afterAll(async () => {
  await elsewhere.end();
  await database.stop();
});

const appendTo = (store: EventStore) =>
  store.append(
    'case-1',
    'any',
    [{ eventId: uuidv7(), type: 'Said', schemaVersion: 1, occurredAt: '2026-11-23T08:30:00.000Z', data: {} }],
    metadata,
  );

const ears = async (): Promise<number> => {
  const { rows } = await elsewhere.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
  );
  return rows[0]?.n ?? 0;
};
const until = async (wanted: number): Promise<void> => {
  for (let tries = 0; (await ears()) !== wanted; tries += 1) {
    if (tries === 100) throw new Error(`Not ${String(wanted)} in time.`);
    await pause(50);
  }
};

describe('A store listens to other processes', () => {
  test('until who follows is told to end, also while a page is dealt with', async () => {
    const store = createPostgresEventStore(database.pool);
    const stop = new AbortController();
    await appendTo(store);
    const pages = store.subscribe('0', {}, stop.signal)[Symbol.asyncIterator]();
    await pages.next();
    await until(1);
    stop.abort();
    await until(0);
    await pages.return?.();
  });

  test('also after somebody who ended before it had begun to', async () => {
    const store = createPostgresEventStore(database.pool, { pollMs: 60_000 });
    for await (const _page of store.subscribe('0', {}, AbortSignal.abort()));
    const stop = new AbortController();
    const from = await store.head();
    const pages = store.subscribe(from, {}, stop.signal)[Symbol.asyncIterator]();
    const next = pages.next();
    await until(1);
    // Nothing but the announcement tells of what another process appends.
    await appendTo(createPostgresEventStore(elsewhere));
    expect((await next).value.events).toHaveLength(1);
    stop.abort();
    await pages.return?.();
    await until(0);
  });

  test('again after its connection was broken', async () => {
    const store = createPostgresEventStore(database.pool, { pollMs: 60_000 });
    const stop = new AbortController();
    const from = await store.head();
    const pages = store.subscribe(from, {}, stop.signal)[Symbol.asyncIterator]();
    const next = pages.next();
    await until(1);
    await elsewhere.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
    );
    await until(0);
    await until(1);
    await appendTo(createPostgresEventStore(elsewhere));
    expect((await next).value.events).toHaveLength(1);
    stop.abort();
    await pages.return?.();
    await until(0);
  });
});
