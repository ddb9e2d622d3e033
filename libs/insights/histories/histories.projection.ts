import type { PoolClient } from 'pg';
import type { Projection } from '#libs/event-feed/port.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { londonDate, type CivilDate } from '#libs/nhs/index.js';
import { type HistoryEntry, historyEntryOf, type HistoryKind } from './entries.js';

const ddl = `
CREATE SCHEMA IF NOT EXISTS insights;
CREATE TABLE IF NOT EXISTS insights.histories_v1 (
  stream text PRIMARY KEY,
  kind text NOT NULL,
  id text NOT NULL,
  case_id text,
  first_on date NOT NULL,
  last_on date NOT NULL,
  entries jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS histories_v1_days ON insights.histories_v1 (kind, last_on, first_on);
CREATE INDEX IF NOT EXISTS histories_v1_case ON insights.histories_v1 (case_id) WHERE case_id IS NOT NULL;
`;

interface Row {
  readonly stream: string;
  readonly kind: string;
  readonly id: string;
  case_id: string | null;
  first_on: CivilDate;
  last_on: CivilDate;
  readonly entries: HistoryEntry[];
}

/** The days an entry speaks of: a row of a figure lies between the first and the last of its history. */
const daysOf = ({ at, data }: HistoryEntry): CivilDate[] =>
  [
    londonDate(at),
    'startedOn' in data ? data.startedOn : null,
    'endedOn' in data ? data.endedOn : null,
    'dischargedOn' in data ? data.dischargedOn : null,
  ].filter((day) => day !== null);

const add = (rows: Map<string, Row>, stream: string, kind: HistoryKind, entry: HistoryEntry): void => {
  const days = daysOf(entry).sort();
  const [first = '', last = ''] = [days.at(0), days.at(-1)];
  const row = rows.get(stream) ?? {
    stream,
    kind,
    id: stream.slice(stream.indexOf('-') + 1),
    case_id: null,
    first_on: first,
    last_on: last,
    entries: [],
  };
  if (row.entries.some(({ eventId }) => eventId === entry.eventId)) return;
  row.entries.push(entry);
  if (first < row.first_on) row.first_on = first;
  if (last > row.last_on) row.last_on = last;
  if ('caseId' in entry.data) row.case_id = entry.data.caseId;
  rows.set(stream, row);
};

const fold = async (events: readonly StoredEvent[], tx: PoolClient): Promise<void> => {
  const found = events.flatMap((event) => {
    const entry = historyEntryOf(event);
    return entry ? [{ stream: event.streamId, ...entry }] : [];
  });
  if (found.length === 0) return;
  const held = await tx.query<Row>(
    `SELECT stream, kind, id, case_id, first_on::text, last_on::text, entries FROM insights.histories_v1 WHERE stream = ANY($1)`,
    [[...new Set(found.map(({ stream }) => stream))]],
  );
  const rows = new Map(held.rows.map((row) => [row.stream, row]));
  for (const { stream, kind, entry } of found) add(rows, stream, kind, entry);
  await tx.query(
    `INSERT INTO insights.histories_v1 (stream, kind, id, case_id, first_on, last_on, entries)
     SELECT stream, kind, id, case_id, first_on, last_on, entries
     FROM jsonb_to_recordset($1::jsonb) AS r(stream text, kind text, id text, case_id text, first_on date, last_on date, entries jsonb)
     ON CONFLICT (stream) DO UPDATE SET case_id = excluded.case_id, first_on = excluded.first_on, last_on = excluded.last_on,
       entries = excluded.entries`,
    [JSON.stringify([...rows.values()])],
  );
};

/** Requests, reablement episodes and day-91 checks: what each event said that a figure reads, in log order, with both clocks. */
export const historiesProjection: Projection = {
  name: 'insights.histories',
  version: 1,
  wants: {
    types: [
      'PlacementRequested',
      'RequestCompleted',
      'RequestChanged',
      'RequestApproved',
      'RequestPaused',
      'RequestResumed',
      'PlacementAwarded',
      'PlacementStarted',
      'PlacementFailed',
      'ProviderDeclined',
      'ReablementStarted',
      'ReablementEnded',
      'ReablementEndReversed',
      'Day91CheckScheduled',
      'Day91CheckReinstated',
      'Day91CheckCancelled',
      'Day91CheckCompleted',
      'Day91CheckReopened',
    ],
    streamPrefixes: ['request-', 'reablement-', 'check-'],
  },
  tables: ['insights.histories_v1'],
  ddl,
  fold,
};
