import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import type { AllPage, EventMetadata, EventStore } from '../port.js';
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

interface Following {
  readonly stop: AbortController;
  readonly pages: AsyncIterator<AllPage>;
}
const ended = async ({ stop, pages }: Following): Promise<void> => {
  stop.abort();
  try {
    await until(0);
  } finally {
    await pages.return?.();
  }
};

const following = (store: EventStore, from: string): Following => {
  const stop = new AbortController();
  return { stop, pages: store.subscribe(from, {}, stop.signal)[Symbol.asyncIterator]() };
};

const nothing = (): Promise<void> => Promise.resolve();
interface Happenings {
  /** Before anybody follows. */
  readonly before?: (store: EventStore) => Promise<void>;
  /** While somebody does. */
  readonly during?: () => Promise<void>;
}

/** Follows what another process appends, of which nothing but its announcement tells: the polls lie too far apart. */
const hearsOfOthers = async ({ before = nothing, during = nothing }: Happenings): Promise<void> => {
  const store = createPostgresEventStore(database.pool, { pollMs: 60_000 });
  await before(store);
  const followed = following(store, await store.head());
  const next = followed.pages.next();
  await until(1);
  await during();
  await until(1);
  await appendTo(createPostgresEventStore(elsewhere));
  expect(((await next).value as AllPage).events).toHaveLength(1);
  await ended(followed);
};

describe('A store listens to other processes', () => {
  test('until who follows is told to end, also while a page is dealt with', async () => {
    const store = createPostgresEventStore(database.pool);
    await appendTo(store);
    const followed = following(store, '0');
    await followed.pages.next();
    await until(1);
    await ended(followed);
  });

  test('also after somebody who ended before it had begun to', async () => {
    await hearsOfOthers({
      before: async (store) => {
        for await (const _page of store.subscribe('0', {}, AbortSignal.abort()));
      },
    });
  });

  test('again after its connection was broken', async () => {
    await hearsOfOthers({
      during: async () => {
        await elsewhere.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
        );
        await until(0);
      },
    });
  });
});
