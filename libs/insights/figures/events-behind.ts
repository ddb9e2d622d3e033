import type { Instant } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';

export interface Sources {
  readonly stayIds: ReadonlySet<string>;
  readonly caseIds: ReadonlySet<string>;
  readonly streams: ReadonlySet<string>;
}

export interface EventsBehind {
  readonly stays: ReadonlyMap<string, readonly string[]>;
  readonly cases: ReadonlyMap<string, readonly string[]>;
  readonly streams: ReadonlyMap<string, readonly string[]>;
}

const sourceSql = {
  stays: `SELECT stay_id AS id, e->>0 AS event_id, (e->>1)::timestamptz AS recorded_at, o
          FROM insights.stays_v3, jsonb_array_elements(events) WITH ORDINALITY AS x(e, o) WHERE stay_id = ANY($1)`,
  cases: `SELECT case_id AS id, e->>'eventId' AS event_id, (e->>'recordedAt')::timestamptz AS recorded_at, o
          FROM insights.cases_v3, jsonb_array_elements(entries) WITH ORDINALITY AS x(e, o) WHERE case_id = ANY($1)`,
  streams: `SELECT stream AS id, e->>'eventId' AS event_id, (e->>'recordedAt')::timestamptz AS recorded_at, o
          FROM insights.histories_v1, jsonb_array_elements(entries) WITH ORDINALITY AS x(e, o) WHERE stream = ANY($1)`,
} as const;

const idsOf = async (
  db: Database,
  source: keyof typeof sourceSql,
  ids: ReadonlySet<string>,
  knownAt: Instant | null,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  if (ids.size === 0) return new Map();
  const { rows } = await db.query<{ id: string; event_ids: string[] }>(
    `SELECT id, array_agg(event_id ORDER BY o) AS event_ids FROM (${sourceSql[source]}) AS e
     WHERE $2::timestamptz IS NULL OR recorded_at <= $2::timestamptz GROUP BY id`,
    [[...ids], knownAt],
  );
  return new Map(rows.map((row) => [row.id, row.event_ids]));
};

/** The ids of the events behind stays, cases and other streams, in log order, as known at an instant. */
export const eventsBehind = async (db: Database, sources: Sources, knownAt: Instant | null): Promise<EventsBehind> => ({
  stays: await idsOf(db, 'stays', sources.stayIds, knownAt),
  cases: await idsOf(db, 'cases', sources.caseIds, knownAt),
  streams: await idsOf(db, 'streams', sources.streams, knownAt),
});

const countSql = {
  stays: `SELECT coalesce(sum(jsonb_array_length(events)), 0)::int AS n FROM insights.stays_v3 WHERE stay_id = ANY($1)`,
  cases: `SELECT coalesce(sum(jsonb_array_length(entries)), 0)::int AS n FROM insights.cases_v3 WHERE case_id = ANY($1)`,
  streams: `SELECT coalesce(sum(jsonb_array_length(entries)), 0)::int AS n FROM insights.histories_v1 WHERE stream = ANY($1)`,
} as const;

const countOf = async (
  db: Database,
  source: keyof typeof countSql,
  ids: ReadonlySet<string>,
  knownAt: Instant | null,
): Promise<number> => {
  if (ids.size === 0) return 0;
  if (knownAt !== null)
    return [...(await idsOf(db, source, ids, knownAt)).values()].reduce((sum, each) => sum + each.length, 0);
  const { rows } = await db.query<{ n: number }>(countSql[source], [[...ids]]);
  return rows[0]?.n ?? 0;
};

/** How many events stand behind stays, cases and other streams, as known at an instant. */
export const countEvents = async (db: Database, sources: Sources, knownAt: Instant | null): Promise<number> =>
  (await countOf(db, 'stays', sources.stayIds, knownAt)) +
  (await countOf(db, 'cases', sources.caseIds, knownAt)) +
  (await countOf(db, 'streams', sources.streams, knownAt));
