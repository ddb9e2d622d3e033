import type { PoolClient } from 'pg';
import type { Projection } from '#libs/event-feed/port.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { followedEvents } from './followed-events.js';
import { peopleDdl, peopleFold, peopleTables, type StaysVersion } from './people-tables.js';
import { stayVersionOf, type StayVersion } from './stay-row.js';
import { prepared } from '#libs/platform/prepared.js';
import { listStatement } from '#libs/platform/row-list.js';

/** Its name, for `feed.caughtUp([staysConsumer])`. */
export const staysConsumer = 'discharge.stays';
const namesOf = (version: StaysVersion) => ({
  stays: `discharge.stays_v${String(version)}`,
  versions: `discharge.stay_versions_v${String(version)}`,
});
export const { stays: staysTable, versions: stayVersionsTable } = namesOf(3);

/**
 * `stay_versions`: what every event of a stay said, with the block after it, as it came; `stays`: which of them is the latest. Version 2 had the position in the
 * row of the stay, with an index that each of its messages had to write, and read the hospital out of the block.
 */
const ddlOf = (version: StaysVersion): string => {
  const { stays, versions } = namesOf(version);
  const before = version === 2;
  const indexesBefore = `
CREATE INDEX IF NOT EXISTS stay_versions_v2_person ON ${versions} (person_id, recorded_at);
CREATE INDEX IF NOT EXISTS stay_versions_v2_heard ON ${versions} ((block->>'hospital'), recorded_at);
CREATE INDEX IF NOT EXISTS stays_v2_position ON ${stays} (position);`;
  const indexes = `
CREATE INDEX IF NOT EXISTS stay_versions_v3_heard ON ${versions} (hospital, recorded_at);
CREATE INDEX IF NOT EXISTS stay_versions_v3_position ON ${versions} (position);`;
  return `
CREATE SCHEMA IF NOT EXISTS discharge;
CREATE TABLE IF NOT EXISTS ${versions} (
  stay_id text NOT NULL,
  revision integer NOT NULL,
  position bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  occurred_at timestamptz NOT NULL,
  type text NOT NULL,
  admission_cancelled_at timestamptz,
  discharge_cancelled_at timestamptz,
  ${before ? 'person_id text NOT NULL' : 'hospital text'},
  block ${before ? 'jsonb' : 'json'} NOT NULL,
  PRIMARY KEY (stay_id, revision)
);
CREATE TABLE IF NOT EXISTS ${stays} (
  stay_id text PRIMARY KEY,
  revision integer NOT NULL,
  ${before ? 'position bigint NOT NULL,' : ''}
  recorded_at timestamptz NOT NULL,
  admission_cancelled_at timestamptz,
  discharge_cancelled_at timestamptz,
  person_id text NOT NULL
) WITH (fillfactor = 75);
CREATE INDEX IF NOT EXISTS stays_v${String(version)}_person ON ${stays} (person_id);${before ? indexesBefore : indexes}
${peopleDdl(version)}`;
};

const standIns = {
  [staysTable]: `SELECT stay_id, revision, recorded_at, admission_cancelled_at, discharge_cancelled_at, person_id FROM discharge.stays_v2`,
  [stayVersionsTable]: `SELECT stay_id, revision, position, recorded_at, occurred_at, type, admission_cancelled_at, discharge_cancelled_at,
    block->>'hospital' AS hospital, block::json AS block FROM discharge.stay_versions_v2`,
};

const statementsOf = (version: StaysVersion) => {
  const { stays, versions } = namesOf(version);
  const before = version === 2;
  const own = `stay_id, revision, ${before ? 'position, ' : ''}recorded_at, admission_cancelled_at, discharge_cancelled_at, person_id`;
  const columns = `stay_id, revision, position, recorded_at, occurred_at, type, admission_cancelled_at, discharge_cancelled_at, ${before ? 'person_id' : 'hospital'}, block`;
  return {
    read: `SELECT stay_id, admission_cancelled_at AS admission, discharge_cancelled_at AS discharge
       FROM ${stays} WHERE stay_id = ANY($1)`,
    writeVersions: listStatement(
      `stay_id text, revision integer, position bigint, recorded_at timestamptz, occurred_at timestamptz, type text,
       admission_cancelled_at timestamptz, discharge_cancelled_at timestamptz, person_id text, hospital text, block ${before ? 'jsonb' : 'json'}`,
      (rows) => `INSERT INTO ${versions} (${columns}) SELECT ${columns} FROM ${rows} AS r
       ON CONFLICT (stay_id, revision) DO NOTHING`,
    ),
    writeLatest: listStatement(
      `stay_id text, revision integer, position bigint, recorded_at timestamptz,
       admission_cancelled_at timestamptz, discharge_cancelled_at timestamptz, person_id text`,
      (rows) => `INSERT INTO ${stays} (${own}) SELECT ${own} FROM ${rows} AS r
       ON CONFLICT (stay_id) DO UPDATE SET
         revision = EXCLUDED.revision, ${before ? 'position = EXCLUDED.position, ' : ''}recorded_at = EXCLUDED.recorded_at,
         admission_cancelled_at = EXCLUDED.admission_cancelled_at, discharge_cancelled_at = EXCLUDED.discharge_cancelled_at,
         person_id = EXCLUDED.person_id
       WHERE ${stays}.revision < EXCLUDED.revision`,
    ),
  };
};
type Statements = ReturnType<typeof statementsOf>;

const latestRowOf = (version: StayVersion) => ({
  stay_id: version.stayId,
  revision: version.revision,
  position: version.position,
  recorded_at: version.recordedAt,
  admission_cancelled_at: version.admissionCancelledAt,
  discharge_cancelled_at: version.dischargeCancelledAt,
  person_id: version.block.personId,
});
const rowOf = (version: StayVersion) => ({
  ...latestRowOf(version),
  occurred_at: version.occurredAt,
  type: version.type,
  hospital: version.block.hospital,
  block: version.block,
});

const stayPrefix = 'stay-';

interface Before {
  readonly admissionCancelledAt: string | null;
  readonly dischargeCancelledAt: string | null;
}

/** What the page builds on: only the cancellations are not in the newest block itself. */
const latestOf = async (
  events: readonly StoredEvent[],
  tx: PoolClient,
  read: string,
): Promise<ReadonlyMap<string, Before>> => {
  const ids = [...new Set(events.map(({ streamId }) => streamId.slice(stayPrefix.length)))];
  const { rows } = await tx.query<{ stay_id: string; admission: Date | null; discharge: Date | null }>(
    prepared(read, [ids]),
  );
  return new Map(
    rows.map((row) => [
      row.stay_id,
      {
        admissionCancelledAt: row.admission?.toISOString() ?? null,
        dischargeCancelledAt: row.discharge?.toISOString() ?? null,
      },
    ]),
  );
};

const foldStays = async (
  events: readonly StoredEvent[],
  tx: PoolClient,
  { read, writeVersions, writeLatest }: Statements,
): Promise<void> => {
  if (events.length === 0) return;
  const latest = await latestOf(events, tx, read);
  const versions: StayVersion[] = [];
  const touched = new Map<string, StayVersion>();
  for (const event of events) {
    const stayId = event.streamId.slice(stayPrefix.length);
    const version = stayVersionOf(event, touched.get(stayId) ?? latest.get(stayId));
    if (!version) continue;
    versions.push(version);
    touched.set(stayId, version);
  }
  await tx.query(writeVersions.with(versions.map(rowOf)));
  await tx.query(writeLatest.with([...touched.values()].map(latestRowOf)));
};

const staysOf = (version: StaysVersion): Projection => {
  const { stays, versions } = namesOf(version);
  const statements = statementsOf(version);
  const foldPeople = peopleFold(version);
  return {
    name: staysConsumer,
    version,
    wants: followedEvents,
    tables: [stays, versions, ...peopleTables(version)],
    ddl: ddlOf(version),
    async fold(events: readonly StoredEvent[], tx: PoolClient): Promise<void> {
      const ofStays = events.filter(({ streamId }) => streamId.startsWith(stayPrefix));
      await foldStays(ofStays, tx, statements);
      await foldPeople(events, tx);
    },
  };
};

/** The stays of every hospital as intake last said them: of each event only its block is read, the highest revision wins. Beside them who is whom and which cases there are. */
export const staysProjection: Projection = {
  ...staysOf(3),
  replaces: { projection: staysOf(2), as: standIns },
};
