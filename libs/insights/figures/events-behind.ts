import type { Instant } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { Parameters, readMany } from './sql.js';

export interface Sources {
  readonly stayIds: ReadonlySet<string>;
  readonly caseIds: ReadonlySet<string>;
  readonly streams: ReadonlySet<string>;
}

/** The ids of the events behind a unit. */
export interface EventsBehind {
  of(unit: {
    readonly stayId: string | null;
    readonly caseId: string | null;
    readonly streams: readonly string[];
  }): readonly string[];
}

const sourceSql = {
  stays: `SELECT stay_id AS id, e->>0 AS event_id, (e->>1)::timestamptz AS recorded_at, '' AS part, o
          FROM insights.stays_v6, json_array_elements(events) WITH ORDINALITY AS x(e, o) WHERE stay_id = ANY($1)`,
  cases: `SELECT case_id AS id, x.e->>'eventId' AS event_id, (x.e->>'recordedAt')::timestamptz AS recorded_at, '' AS part, o
          FROM insights.cases_v6, json_array_elements(entries) WITH ORDINALITY AS x(e, o) WHERE case_id = ANY($1)`,
  casesOfStays: `SELECT c.stay_id AS id, x.e->>'eventId' AS event_id, (x.e->>'recordedAt')::timestamptz AS recorded_at, case_id AS part, o
          FROM insights.case_facts_v6 c JOIN insights.cases_v6 USING (case_id), json_array_elements(entries) WITH ORDINALITY AS x(e, o)
          WHERE c.stay_id = ANY($1) AND CASE WHEN $2::timestamptz IS NULL THEN c.known_until IS NULL
            ELSE c.known_from <= $2::timestamptz AND (c.known_until IS NULL OR c.known_until > $2::timestamptz) END`,
  streams: `SELECT stream AS id, e->>'eventId' AS event_id, (e->>'recordedAt')::timestamptz AS recorded_at, '' AS part, o
          FROM insights.histories_v2, jsonb_array_elements(entries) WITH ORDINALITY AS x(e, o) WHERE stream = ANY($1)`,
} as const;

const idsOf = async (
  db: Database,
  source: keyof typeof sourceSql,
  ids: ReadonlySet<string>,
  knownAt: Instant | null,
): Promise<ReadonlyMap<string, readonly string[]>> => {
  if (ids.size === 0) return new Map();
  const { rows } = await db.query<{ id: string; event_ids: string[] }>(
    `SELECT id, array_agg(event_id ORDER BY part, o) AS event_ids FROM (${sourceSql[source]}) AS e
     WHERE $2::timestamptz IS NULL OR recorded_at <= $2::timestamptz GROUP BY id`,
    [[...ids], knownAt],
  );
  return new Map(rows.map((row) => [row.id, row.event_ids]));
};

/**
 * The events behind stays, cases and other streams, each in log order, as known at an instant. `whole`: behind a stay stand its own and those of all its
 * cases, else those of the case named with it.
 */
export const eventsBehind = async (
  db: Database,
  sources: Sources,
  knownAt: Instant | null,
  whole: boolean,
): Promise<EventsBehind> => {
  const stays = await idsOf(db, 'stays', sources.stayIds, knownAt);
  const cases = whole
    ? await idsOf(db, 'casesOfStays', sources.stayIds, knownAt)
    : await idsOf(db, 'cases', sources.caseIds, knownAt);
  const streams = await idsOf(db, 'streams', sources.streams, knownAt);
  return {
    of: (unit) => [
      ...(stays.get(unit.stayId ?? '') ?? []),
      ...(cases.get((whole ? unit.stayId : unit.caseId) ?? '') ?? []),
      ...unit.streams.flatMap((stream) => streams.get(stream) ?? []),
    ],
  };
};

/** How many events of these streams were recorded by an instant: their times are kept in order, beside what they said. */
const countOf = async (
  db: Database,
  table: string,
  streams: readonly string[],
  knownAt: Instant | null,
): Promise<number> => {
  if (streams.length === 0) return 0;
  const parameters = new Parameters();
  const ids = parameters.add(streams);
  const known =
    knownAt === null ? 'cardinality(recorded)' : `width_bucket(${parameters.add(knownAt)}::timestamptz, recorded)`;
  const { rows } = await readMany<{ n: number }>(
    db,
    `SELECT coalesce(sum(${known}), 0)::int AS n FROM ${table} WHERE stream = ANY(${ids})`,
    parameters.values,
  );
  return rows[0]?.n ?? 0;
};

/** How many events stand behind stays, cases and other streams, as known at an instant. */
export const countEvents = async (
  db: Database,
  { stayIds, caseIds, streams }: Sources,
  knownAt: Instant | null,
): Promise<number> => {
  const ofStays = [...[...stayIds].map((id) => `stay-${id}`), ...[...caseIds].map((id) => `case-${id}`)];
  const [own, care] = await Promise.all([
    countOf(db, 'insights.event_times_v6', ofStays, knownAt),
    countOf(db, 'insights.care_event_times_v2', [...streams], knownAt),
  ]);
  return own + care;
};
