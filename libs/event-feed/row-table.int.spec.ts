import { startTestDatabase, type TestDatabase } from '../../test/support/database.js';
import type { StoredEvent } from '../event-store/port.js';
import { transaction } from '../platform/transaction.js';
import { metadata } from './testing/feed-setting.js';
import { rowProjection } from './row-projection.js';

const counts = rowProjection<{ readonly ward: string; readonly times: number }>({
  name: 'trial.counts',
  version: 1,
  wants: { types: ['Seen'] },
  schema: 'trial',
  table: 'counts',
  columns: { ward: 'text' },
  indexes: ['ward'],
  keyOf: (event) => event.streamId,
  initial: (key) => ({ ward: `ward of ${key}`, times: 0 }),
  evolve: (row) => ({ ...row, times: row.times + 1 }),
  columnsOf: ({ ward }) => ({ ward }),
});

const seen = (streamId: string, position: number): StoredEvent => ({
  ...{ eventId: `e${position}`, type: 'Seen', schemaVersion: 1, streamId, revision: 0, position: String(position) },
  ...{ occurredAt: '2026-11-23T08:30:00.000Z', recordedAt: '2026-11-23T08:30:00.000Z', data: {}, metadata },
});

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

it('rows that are written again leave their indexes alone while no indexed column changes', async () => {
  await database.pool.query(counts.ddl);
  const streams = Array.from({ length: 2000 }, (_, at) => `stay-${String(at)}`);
  await transaction(database.pool, (tx) =>
    counts.fold(
      streams.map((stream, at) => seen(stream, at + 1)),
      tx,
    ),
  );
  const again = streams.filter((_, at) => at % 8 === 0);
  const written = await transaction(database.pool, async (tx) => {
    await counts.fold(
      again.map((stream, at) => seen(stream, 3000 + at)),
      tx,
    );
    const { rows } = await tx.query<{ updated: number; hot: number }>(
      `SELECT n_tup_upd::int AS updated, n_tup_hot_upd::int AS hot FROM pg_stat_xact_user_tables WHERE relid = '${counts.tableName}'::regclass`,
    );
    return rows[0];
  });
  expect(written).toEqual({ updated: again.length, hot: again.length });
});

it('rows that every event says whole are kept as they came, without looking at what was there', async () => {
  const latest = rowProjection<{ readonly said: string } | null>({
    ...{ name: 'trial.latest', version: 1, wants: { types: ['Seen'] }, schema: 'trial', table: 'latest' },
    ...{ keptAs: 'json', saysAll: true, keyOf: ({ streamId }) => streamId, initial: () => null },
    evolve: (row, { position }) => (row === null ? { said: position } : null),
  });
  await database.pool.query(latest.ddl);
  const fold = async (position: number): Promise<number | undefined> =>
    transaction(database.pool, async (tx) => {
      await latest.fold([seen('stay-1', position)], tx);
      const { rows } = await tx.query<{ read: number }>(
        `SELECT idx_tup_fetch::int + seq_tup_read::int AS read FROM pg_stat_xact_user_tables WHERE relid = '${latest.tableName}'::regclass`,
      );
      return rows[0]?.read;
    });
  expect(await fold(1)).toBe(0);
  // Only to find what it replaces.
  expect(await fold(2)).toBeLessThanOrEqual(1);
  expect(await latest.find(database.pool, 'stay-1')).toEqual({ said: '2' });
  await fold(4);
  await fold(3);
  expect(await latest.find(database.pool, 'stay-1')).toEqual({ said: '4' });
  expect(await latest.select(database.pool, `WHERE t.row ->> 'said' = $1`, ['4'])).toHaveLength(1);
});
