import type { PoolClient } from 'pg';
import type { Projection } from '#libs/event-feed/port.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { followedEvents } from './followed-events.js';
import { foldPeople, peopleDdl, peopleTables } from './people-tables.js';
import { stayVersionOf, type StayVersion } from './stay-row.js';
import { prepared } from '#libs/platform/prepared.js';

/** Its name, for `feed.caughtUp([staysConsumer])`. */
export const staysConsumer = 'discharge.stays';
export const staysTable = 'discharge.stays_v2';
export const stayVersionsTable = 'discharge.stay_versions_v2';

/** `stay_versions`: what every event of a stay said, with the block after it; `stays`: which of them is the latest. */
const ddl = `
CREATE SCHEMA IF NOT EXISTS discharge;
CREATE TABLE IF NOT EXISTS ${stayVersionsTable} (
  stay_id text NOT NULL,
  revision integer NOT NULL,
  position bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  occurred_at timestamptz NOT NULL,
  type text NOT NULL,
  admission_cancelled_at timestamptz,
  discharge_cancelled_at timestamptz,
  person_id text NOT NULL,
  block jsonb NOT NULL,
  PRIMARY KEY (stay_id, revision)
);
CREATE INDEX IF NOT EXISTS stay_versions_v2_person ON ${stayVersionsTable} (person_id, recorded_at);
CREATE INDEX IF NOT EXISTS stay_versions_v2_heard ON ${stayVersionsTable} ((block->>'hospital'), recorded_at);
CREATE TABLE IF NOT EXISTS ${staysTable} (
  stay_id text PRIMARY KEY,
  revision integer NOT NULL,
  position bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  admission_cancelled_at timestamptz,
  discharge_cancelled_at timestamptz,
  person_id text NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS stays_v2_person ON ${staysTable} (person_id);
CREATE INDEX IF NOT EXISTS stays_v2_position ON ${staysTable} (position);
`;

const latest = 'stay_id, revision, position, recorded_at, admission_cancelled_at, discharge_cancelled_at, person_id';
const columns = `${latest}, occurred_at, type`;

const writeVersions = `
INSERT INTO ${stayVersionsTable} (${columns}, block)
SELECT ${columns}, block FROM json_to_recordset($1::json)
  AS row(stay_id text, revision integer, position bigint, recorded_at timestamptz, occurred_at timestamptz,
         type text, admission_cancelled_at timestamptz, discharge_cancelled_at timestamptz, person_id text, block jsonb)
ON CONFLICT (stay_id, revision) DO NOTHING`;

const writeLatest = `
INSERT INTO ${staysTable} (${latest})
SELECT ${latest} FROM json_to_recordset($1::json)
  AS row(stay_id text, revision integer, position bigint, recorded_at timestamptz,
         admission_cancelled_at timestamptz, discharge_cancelled_at timestamptz, person_id text)
ON CONFLICT (stay_id) DO UPDATE SET
  revision = EXCLUDED.revision, position = EXCLUDED.position, recorded_at = EXCLUDED.recorded_at,
  admission_cancelled_at = EXCLUDED.admission_cancelled_at, discharge_cancelled_at = EXCLUDED.discharge_cancelled_at,
  person_id = EXCLUDED.person_id
WHERE ${staysTable}.revision < EXCLUDED.revision`;

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
  block: version.block,
});

const stayPrefix = 'stay-';

interface Before {
  readonly admissionCancelledAt: string | null;
  readonly dischargeCancelledAt: string | null;
}

/** What the page builds on: only the cancellations are not in the newest block itself. */
const latestOf = async (events: readonly StoredEvent[], tx: PoolClient): Promise<ReadonlyMap<string, Before>> => {
  const ids = [...new Set(events.map(({ streamId }) => streamId.slice(stayPrefix.length)))];
  const { rows } = await tx.query<{ stay_id: string; admission: Date | null; discharge: Date | null }>(
    prepared(
      `SELECT stay_id, admission_cancelled_at AS admission, discharge_cancelled_at AS discharge
       FROM ${staysTable} WHERE stay_id = ANY($1)`,
      [ids],
    ),
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

const foldStays = async (events: readonly StoredEvent[], tx: PoolClient): Promise<void> => {
  if (events.length === 0) return;
  const latest = await latestOf(events, tx);
  const versions: StayVersion[] = [];
  const touched = new Map<string, StayVersion>();
  for (const event of events) {
    const stayId = event.streamId.slice(stayPrefix.length);
    const version = stayVersionOf(event, touched.get(stayId) ?? latest.get(stayId));
    if (!version) continue;
    versions.push(version);
    touched.set(stayId, version);
  }
  await tx.query(prepared(writeVersions, [JSON.stringify(versions.map(rowOf))]));
  await tx.query(prepared(writeLatest, [JSON.stringify([...touched.values()].map(latestRowOf))]));
};

/** The stays of every hospital as intake last said them: of each event only its block is read, the highest revision wins. Beside them who is whom and which cases there are. */
export const staysProjection: Projection = {
  name: staysConsumer,
  version: 2,
  wants: followedEvents,
  tables: [staysTable, stayVersionsTable, ...peopleTables],
  ddl: ddl + peopleDdl,
  async fold(events: readonly StoredEvent[], tx: PoolClient): Promise<void> {
    await foldStays(
      events.filter(({ streamId }) => streamId.startsWith(stayPrefix)),
      tx,
    );
    await foldPeople(events, tx);
  },
};
