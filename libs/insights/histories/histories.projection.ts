import type { PoolClient } from 'pg';
import type { Projection } from '#libs/event-feed/port.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import type { CivilDate } from '#libs/nhs/index.js';
import type { HistoryKind } from '../domain/care-fact.js';
import { prepared } from '#libs/platform/prepared.js';
import { listStatement } from '#libs/platform/row-list.js';
import { saveVersions, versionTable, type Written, Writing } from '../versions.js';
import { type HistoryEntry, historyEntryOf } from './entries.js';
import { PageOfHistories } from './folding.js';
import { careFactColumns, historiesDdl, historiesStandIns, historiesTables, type HistoriesVersion } from './tables.js';

interface Row {
  readonly stream: string;
  readonly kind: HistoryKind;
  readonly id: string;
  readonly case_id: string | null;
  readonly first_on: CivilDate;
  readonly last_on: CivilDate;
  readonly entries: HistoryEntry[];
  readonly facts?: Record<string, Written>;
}

const load = async (
  streams: readonly string[],
  tx: PoolClient,
  version: HistoriesVersion,
): Promise<PageOfHistories> => {
  const page = new PageOfHistories();
  const { rows } = await tx.query<Row>(
    prepared(
      `SELECT stream, kind, id, case_id, first_on::text, last_on::text, entries${version === 1 ? '' : ', facts'}
     FROM insights.histories_v${String(version)} WHERE stream = ANY($1)`,
      [streams],
    ),
  );
  for (const { stream, kind, id, case_id, first_on, last_on, entries, facts = {} } of rows)
    page.histories.set(stream, {
      stream,
      kind,
      id,
      caseId: case_id,
      firstOn: first_on,
      lastOn: last_on,
      entries,
      facts,
    });
  return page;
};

const statementsOf = (version: HistoriesVersion) => {
  const [column, typed, updated] =
    version === 1 ? ['', '', ''] : [', facts', ', facts jsonb', ', facts = excluded.facts'];
  return {
    histories: listStatement(
      `stream text, kind text, id text, case_id text, first_on date, last_on date, entries jsonb${typed}`,
      (
        rows,
      ) => `INSERT INTO insights.histories_v${String(version)} (stream, kind, id, case_id, first_on, last_on, entries${column})
     SELECT stream, kind, id, case_id, first_on, last_on, entries${column} FROM ${rows} AS r
     ON CONFLICT (stream) DO UPDATE SET case_id = excluded.case_id, first_on = excluded.first_on, last_on = excluded.last_on,
       entries = excluded.entries${updated}`,
    ),
    times: listStatement(
      'stream text, recorded timestamptz[]',
      (rows) => `INSERT INTO insights.care_event_times_v2 (stream, recorded) SELECT stream, recorded FROM ${rows} AS r
     ON CONFLICT (stream) DO UPDATE SET recorded = excluded.recorded`,
    ),
  };
};

const factTable = versionTable(
  'insights.care_facts_v2',
  [
    ['id', 'text'],
    ['kind', 'text'],
    ['n', 'integer'],
  ],
  careFactColumns,
);

const save = async (
  page: PageOfHistories,
  writing: Writing,
  version: HistoriesVersion,
  into: ReturnType<typeof statementsOf>,
): Promise<void> => {
  const histories = [...page.touched].flatMap((stream) => page.histories.get(stream) ?? []);
  await writing.put(
    into.histories,
    histories.map(({ stream, kind, id, caseId, firstOn, lastOn, entries, facts }) => ({
      ...{ stream, kind, id, case_id: caseId, first_on: firstOn, last_on: lastOn, entries, facts },
    })),
  );
  if (version === 1) return;
  await writing.put(
    into.times,
    histories.map(({ stream, entries }) => ({ stream, recorded: entries.map(({ recordedAt }) => recordedAt) })),
  );
  await saveVersions(writing, page.facts, factTable);
};

const historiesOf = (version: HistoriesVersion): Projection => {
  const into = statementsOf(version);
  return {
    name: 'insights.histories',
    version,
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
    tables: historiesTables(version),
    ddl: historiesDdl(version),
    async fold(events: readonly StoredEvent[], tx) {
      const found = events.flatMap((event) => {
        const entry = historyEntryOf(event);
        return entry ? [{ stream: event.streamId, ...entry }] : [];
      });
      if (found.length === 0) return;
      const page = await load([...new Set(found.map(({ stream }) => stream))], tx, version);
      for (const { stream, kind, entry } of found) page.apply(stream, kind, entry);
      if (page.touched.size === 0) return;
      const writing = new Writing(tx);
      await save(page, writing, version, into);
      await writing.done();
    },
  };
};

/**
 * Requests, reablement episodes and day-91 checks: what each event said that a figure reads, in log order, with both clocks, and what of it figures count,
 * each version with the time in which it was what we knew. Version 1, kept for one release, held no facts.
 */
export const historiesProjection: Projection = {
  ...historiesOf(2),
  replaces: { projection: historiesOf(1), as: historiesStandIns },
};
