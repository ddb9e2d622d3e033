import type { PoolClient } from 'pg';
import type { Projection } from '#libs/event-feed/port.js';
import type { Queryable } from '#libs/event-feed/row-projection.js';
import { storableJson } from '#libs/platform/storable-json.js';
import type { Position, StoredEvent } from '#libs/event-store/port.js';
import { Facts, knownFacts } from './domain/counting.js';
import { factOf, isCaseFact, type StoredFact } from './domain/history.js';
import { endedFrom, endingFacts } from './domain/standing.js';
import { prepared } from '#libs/platform/prepared.js';

/** Its name, for `feed.onCommitted` and `feed.status`. */
export const casesConsumer = 'discharge.cases';
export const casesTable = 'discharge.cases_v2';
export const caseFactsTable = 'discharge.case_facts_v2';

type StreamKind = 'case' | 'request' | 'episode' | 'check';

const prefixes: readonly (readonly [string, StreamKind])[] = [
  ['case-', 'case'],
  ['request-', 'request'],
  ['reablement-', 'episode'],
  ['check-', 'check'],
];

const streamOf = (streamId: string): { kind: StreamKind; id: string } => {
  for (const [prefix, kind] of prefixes)
    if (streamId.startsWith(prefix)) return { kind, id: streamId.slice(prefix.length) };
  throw new Error('A stream of another kind reached the histories of cases.');
};

/** The id behind a key of these tables: a case id, a request id, … */
export const idOf = (key: string): string => streamOf(key).id;

/** A stream of a case's own kind is its id; the others name their case in their first event. */
const caseIdOf = ({ streamId, data }: Pick<StoredEvent, 'streamId' | 'data'>): string | null => {
  const { kind, id } = streamOf(streamId);
  if (kind === 'case') return id;
  return typeof data['caseId'] === 'string' ? data['caseId'] : null;
};

/**
 * `cases`: one row a stream that belongs to a case (its own, or that of a request, an episode or a check), by which a board chooses the
 * histories it reads. `case_facts`: what happened in it, a row each, so that an event writes itself and not the history before it.
 * Whatever the order in which streams of several contexts arrive, each is folded alone, and they meet by `case_id` when they are read.
 */
const ddl = `
CREATE SCHEMA IF NOT EXISTS discharge;
CREATE TABLE IF NOT EXISTS ${casesTable} (
  key text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL,
  case_id text,
  person_id text,
  hospital text,
  stay_id text,
  opened_at timestamptz NOT NULL,
  opened_recorded timestamptz NOT NULL,
  ended_at timestamptz,
  last_recorded timestamptz NOT NULL,
  position bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS cases_v2_case ON ${casesTable} (case_id);
CREATE INDEX IF NOT EXISTS cases_v2_stay ON ${casesTable} (stay_id);
CREATE INDEX IF NOT EXISTS cases_v2_ended ON ${casesTable} (kind, ended_at NULLS FIRST);
CREATE TABLE IF NOT EXISTS ${caseFactsTable} (
  key text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  fact json NOT NULL,
  PRIMARY KEY (key, position)
);
CREATE INDEX IF NOT EXISTS case_facts_v2_position ON ${caseFactsTable} (position);
CREATE INDEX IF NOT EXISTS case_facts_v2_recorded ON ${caseFactsTable} USING brin (recorded_at) WITH (pages_per_range = 16);
`;

/** The facts as JSON text, between separators that JSON has only escaped: `json` keeps whatever characters they hold. */
const writeFacts = `
INSERT INTO ${caseFactsTable} (key, position, recorded_at, fact)
SELECT u.key, u.position, u.recorded_at, u.fact::json
  FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], string_to_array($4, E'\\x1e')) AS u(key, position, recorded_at, fact)`;

/** Of a stream that is known only what may change: who it is about stands in its first event that says it. */
const writeStreams = `
INSERT INTO ${casesTable} AS t
  (key, kind, case_id, person_id, hospital, stay_id, opened_at, opened_recorded, ended_at, last_recorded, position)
SELECT key, kind, case_id, person_id, hospital, stay_id, first_at, first_recorded, ended_at, last_recorded, position
  FROM json_to_recordset($1::json)
  AS row(key text, kind text, case_id text, person_id text, hospital text, stay_id text, first_at timestamptz,
         first_recorded timestamptz, ended_at timestamptz, last_recorded timestamptz, position bigint)
ON CONFLICT (key) DO UPDATE SET
  case_id = coalesce(t.case_id, excluded.case_id), person_id = coalesce(t.person_id, excluded.person_id),
  last_recorded = excluded.last_recorded, position = excluded.position`;

const writeStandings = `
UPDATE ${casesTable} t SET hospital = row.hospital, stay_id = row.stay_id, ended_at = row.ended_at
  FROM json_to_recordset($1::json) AS row(key text, hospital text, stay_id text, ended_at timestamptz)
 WHERE t.key = row.key`;

const everything = { asOf: '', knownAt: '', live: true };

/** Types of facts by which a case is found otherwise than before. */
const telling: ReadonlySet<string> = new Set([
  'CaseReferred',
  'CaseLinkedToStay',
  'EntryMarkedInError',
  ...endingFacts,
]);

/** By what a board chooses a case's history; never more than a choice, `rowAt` decides. */
const standingOf = (key: string, history: readonly StoredFact[]) => {
  const facts = new Facts(knownFacts(history.filter(isCaseFact), everything).facts);
  const referral = facts.last('CaseReferred');
  const links = [...facts.of('CaseLinkedToStay')].sort((a, b) => a.revision - b.revision);
  return {
    key,
    hospital: referral?.data.hospital ?? null,
    stay_id: links.at(-1)?.data.stayId ?? null,
    ended_at: referral ? endedFrom(facts) : (history[0]?.occurredAt ?? null),
  };
};

/** The histories of these streams after the positions given, in the order of each stream; a stream without news is missing. */
export const readFacts = async (
  database: Queryable,
  wanted: readonly { readonly key: string; readonly after: Position }[],
): Promise<ReadonlyMap<string, readonly StoredFact[]>> => {
  if (wanted.length === 0) return new Map();
  const { rows } = await database.query<{ key: string; facts: readonly StoredFact[] }>(
    prepared(
      `SELECT f.key, json_agg(f.fact ORDER BY f.position) AS facts
     FROM unnest($1::text[], $2::bigint[]) AS wanted(key, after)
     JOIN ${caseFactsTable} f ON f.key = wanted.key AND f.position > wanted.after GROUP BY f.key`,
      [wanted.map(({ key }) => key), wanted.map(({ after }) => after)],
    ),
  );
  return new Map(rows.map(({ key, facts }) => [key, facts]));
};

/** Every history of every case, whole: what was true and when it was known. The board at any instant is made of these. */
export const casesProjection: Projection = {
  name: casesConsumer,
  version: 2,
  wants: { streamPrefixes: prefixes.map(([prefix]) => prefix) },
  tables: [casesTable, caseFactsTable],
  ddl,
  async fold(events: readonly StoredEvent[], tx: PoolClient): Promise<void> {
    const streams = [...Map.groupBy(events, ({ streamId }) => streamId)];
    const told = streams.filter(([, news]) =>
      news.some(({ type, streamId }) => telling.has(type) && streamId.startsWith('case-')),
    );
    await tx.query(
      prepared(writeFacts, [
        events.map(({ streamId }) => streamId),
        events.map(({ position }) => position),
        events.map(({ recordedAt }) => recordedAt),
        events.map((event) => JSON.stringify(factOf(event))).join('\u001e'),
      ]),
    );
    await tx.query(prepared(writeStreams, [storableJson(streams.map(([key, news]) => streamRow(key, news)))]));
    if (told.length === 0) return;
    const histories = await readFacts(
      tx,
      told.map(([key]) => ({ key, after: '0' })),
    );
    const standings = [...histories].map(([key, history]) => standingOf(key, history));
    await tx.query(prepared(writeStandings, [storableJson(standings)]));
  },
};

const streamRow = (key: string, news: readonly StoredEvent[]) => {
  const [first, last] = [news[0], news.at(-1)];
  return {
    key,
    kind: streamOf(key).kind,
    case_id: news.map(caseIdOf).find((id) => id !== null) ?? null,
    person_id: news.find(({ personId }) => personId !== undefined)?.personId ?? null,
    first_at: first?.occurredAt,
    first_recorded: first?.recordedAt,
    // A case whose referral is not heard yet is on no board.
    ended_at: streamOf(key).kind === 'case' ? first?.occurredAt : null,
    last_recorded: last?.recordedAt,
    position: last?.position,
  };
};
