import type { PoolClient } from 'pg';
import type { StoredEvent } from '#libs/event-store/port.js';
import { prepared } from '#libs/platform/prepared.js';

/** Version 2 is the one before, kept for one release (stays.projection.ts). */
export type StaysVersion = 2 | 3;

const named = (name: string, version: StaysVersion): string => `discharge.${name}_v${String(version)}`;
const tablesOf = (version: StaysVersion) => ({
  caseIndex: named('case_index', version),
  merges: named('person_merges', version),
  deaths: named('person_deaths', version),
  progress: named('stays_progress', version),
});

export const {
  caseIndex: caseIndexTable,
  merges: mergesTable,
  deaths: deathsTable,
  progress: progressTable,
} = tablesOf(3);

/** Who is whom, who has died, which cases there are, and how far the log was taken in. */
export const peopleTables = (version: StaysVersion): readonly string[] => Object.values(tablesOf(version));

export const peopleDdl = (version: StaysVersion): string => {
  const { caseIndex, merges, deaths, progress } = tablesOf(version);
  const index = (name: string): string => `${name}_v${String(version)}`;
  return `
CREATE TABLE IF NOT EXISTS ${caseIndex} (
  case_id text PRIMARY KEY,
  person_id text NOT NULL,
  hospital text NOT NULL,
  referred_at timestamptz NOT NULL,
  position bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS ${index('case_index')}_person ON ${caseIndex} (person_id);
CREATE TABLE IF NOT EXISTS ${merges} (
  merge_id text PRIMARY KEY,
  survivor text NOT NULL,
  loser text NOT NULL,
  stands boolean NOT NULL
);
CREATE INDEX IF NOT EXISTS ${index('person_merges')}_survivor ON ${merges} (survivor) WHERE stands;
CREATE INDEX IF NOT EXISTS ${index('person_merges')}_loser ON ${merges} (loser) WHERE stands;
CREATE TABLE IF NOT EXISTS ${deaths} (
  person_id text NOT NULL,
  source text NOT NULL,
  died_at timestamptz,
  stands boolean NOT NULL,
  PRIMARY KEY (person_id, source)
);
CREATE TABLE IF NOT EXISTS ${progress} (
  only_row boolean PRIMARY KEY,
  position bigint NOT NULL
);
`;
};

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const statements = (version: StaysVersion) => {
  const { caseIndex, merges, deaths, progress } = tablesOf(version);
  return {
    putCase: `INSERT INTO ${caseIndex} (case_id, person_id, hospital, referred_at, position)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT (case_id) DO NOTHING`,
    putMerge: `INSERT INTO ${merges} (merge_id, survivor, loser, stands) VALUES ($1, $2, $3, $4)
  ON CONFLICT (merge_id) DO UPDATE SET stands = EXCLUDED.stands`,
    putDeath: `INSERT INTO ${deaths} (person_id, source, died_at, stands) VALUES ($1, $2, $3, $4)
  ON CONFLICT (person_id, source) DO UPDATE SET died_at = EXCLUDED.died_at, stands = EXCLUDED.stands`,
    putProgress: `INSERT INTO ${progress} (only_row, position) VALUES (true, $1)
  ON CONFLICT (only_row) DO UPDATE SET position = EXCLUDED.position`,
  };
};
type Statements = ReturnType<typeof statements>;

/** The statement an event calls for; these are rare beside ward messages, so that one by one is quick enough. */
const statementFor = (
  event: StoredEvent,
  { putCase, putMerge, putDeath }: Statements,
): readonly [string, readonly unknown[]] | undefined => {
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
export const peopleFold = (version: StaysVersion) => {
  const known = statements(version);
  return async (events: readonly StoredEvent[], tx: PoolClient): Promise<void> => {
    for (const event of events) {
      const statement = statementFor(event, known);
      if (statement) await tx.query(prepared(statement[0], statement[1]));
    }
    const last = events.at(-1);
    if (last) await tx.query(prepared(known.putProgress, [last.position]));
  };
};
