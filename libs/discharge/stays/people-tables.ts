import type { PoolClient } from 'pg';
import type { StoredEvent } from '#libs/event-store/port.js';
import { prepared } from '#libs/platform/prepared.js';

export const caseIndexTable = 'discharge.case_index_v2';
export const mergesTable = 'discharge.person_merges_v2';
export const deathsTable = 'discharge.person_deaths_v2';
export const progressTable = 'discharge.stays_progress_v2';

/** Who is whom, who has died, which cases there are, and how far the log was taken in. */
export const peopleTables = [caseIndexTable, mergesTable, deathsTable, progressTable];

export const peopleDdl = `
CREATE TABLE IF NOT EXISTS ${caseIndexTable} (
  case_id text PRIMARY KEY,
  person_id text NOT NULL,
  hospital text NOT NULL,
  referred_at timestamptz NOT NULL,
  position bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS case_index_v2_person ON ${caseIndexTable} (person_id);
CREATE TABLE IF NOT EXISTS ${mergesTable} (
  merge_id text PRIMARY KEY,
  survivor text NOT NULL,
  loser text NOT NULL,
  stands boolean NOT NULL
);
CREATE INDEX IF NOT EXISTS person_merges_v2_survivor ON ${mergesTable} (survivor) WHERE stands;
CREATE INDEX IF NOT EXISTS person_merges_v2_loser ON ${mergesTable} (loser) WHERE stands;
CREATE TABLE IF NOT EXISTS ${deathsTable} (
  person_id text NOT NULL,
  source text NOT NULL,
  died_at timestamptz,
  stands boolean NOT NULL,
  PRIMARY KEY (person_id, source)
);
CREATE TABLE IF NOT EXISTS ${progressTable} (
  only_row boolean PRIMARY KEY,
  position bigint NOT NULL
);
`;

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const putCase = `INSERT INTO ${caseIndexTable} (case_id, person_id, hospital, referred_at, position)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT (case_id) DO NOTHING`;
const putMerge = `INSERT INTO ${mergesTable} (merge_id, survivor, loser, stands) VALUES ($1, $2, $3, $4)
  ON CONFLICT (merge_id) DO UPDATE SET stands = EXCLUDED.stands`;
const putDeath = `INSERT INTO ${deathsTable} (person_id, source, died_at, stands) VALUES ($1, $2, $3, $4)
  ON CONFLICT (person_id, source) DO UPDATE SET died_at = EXCLUDED.died_at, stands = EXCLUDED.stands`;
const putProgress = `INSERT INTO ${progressTable} (only_row, position) VALUES (true, $1)
  ON CONFLICT (only_row) DO UPDATE SET position = EXCLUDED.position`;

/** The statement an event calls for; these are rare beside ward messages, so that one by one is quick enough. */
const statementFor = (event: StoredEvent): readonly [string, readonly unknown[]] | undefined => {
  const { data, personId } = event;
  switch (event.type) {
    case 'CaseReferred': {
      const caseId = event.streamId.slice('case-'.length);
      return [putCase, [caseId, personId, text(data['hospital']), event.occurredAt, event.position]];
    }
    case 'PeopleMerged':
    case 'MergeReverted': {
      const { mergeId, survivor, loser } = data;
      return [putMerge, [text(mergeId), text(survivor), text(loser), event.type === 'PeopleMerged']];
    }
    case 'DeathRecorded':
      return [putDeath, [personId, text(data['source']), text(data['diedAt']), true]];
    case 'DeathRecordWithdrawn':
      return [putDeath, [personId, text(data['source']), null, false]];
    default:
      return undefined;
  }
};

/** Folds what is not about a stay, and notes how far the log was taken in. */
export const foldPeople = async (events: readonly StoredEvent[], tx: PoolClient): Promise<void> => {
  for (const event of events) {
    const statement = statementFor(event);
    if (statement) await tx.query(prepared(statement[0], statement[1]));
  }
  const last = events.at(-1);
  if (last) await tx.query(prepared(putProgress, [last.position]));
};
