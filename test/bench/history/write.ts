import type pg from 'pg';
import { encrypt, fingerprintOf } from '#libs/people/vault/cipher.js';
import { masterKeyIdOf } from '#libs/people/vault/data-keys.js';
import { keys } from '../ground/ground.js';
import type { Plan } from './plan.js';
import { dataKeyOf, type LogRow } from './story.js';

const pageSize = 4000;
const separator = '\u001e';

const insert = `
INSERT INTO log.events
  (position, stream_id, revision, event_id, type, schema_version, occurred_at, recorded_at, person_id, data, metadata)
SELECT $1::bigint + e.n - 1, e.stream_id, e.revision, e.event_id, e.type, e.version, e.occurred_at, e.recorded_at,
       nullif(e.person_id, ''), e.data::json, e.metadata::json
  FROM unnest(string_to_array($2, E'\\x1e'), string_to_array($3, E'\\x1e')::int[], string_to_array($4, E'\\x1e'),
              string_to_array($5, E'\\x1e'), string_to_array($6, E'\\x1e')::int[],
              string_to_array($7, E'\\x1e')::timestamptz[], string_to_array($8, E'\\x1e')::timestamptz[],
              string_to_array($9, E'\\x1e'), string_to_array($10, E'\\x1e'), string_to_array($11, E'\\x1e'))
    WITH ORDINALITY AS e(stream_id, revision, event_id, type, version, occurred_at, recorded_at, person_id, data, metadata, n)`;

const columns: readonly ((row: LogRow) => string)[] = [
  (row) => row.streamId,
  (row) => String(row.revision),
  (row) => row.eventId,
  (row) => row.type,
  (row) => String(row.schemaVersion),
  (row) => row.occurredAt,
  (row) => row.recordedAt,
  (row) => row.personId ?? '',
  (row) => row.data,
  (row) => row.metadata,
];

/** Writes rows to the log from this position on, past the store: nobody else may be writing. */
export const writeRows = async (pool: pg.Pool, firstPosition: number, rows: readonly LogRow[]): Promise<void> => {
  const values = columns.map((column) => rows.map(column).join(separator));
  await pool.query({ name: 'bench-write', text: insert, values: [firstPosition, ...values] });
};

/** Writes the events of a plan from place `from` up to `to`, after what the log holds; two pages are on their way at a time. */
export const writePlan = async (
  pool: pg.Pool,
  plan: Plan,
  { from, to, firstPosition }: { from: number; to: number; firstPosition: number },
  onProgress: (done: number) => void,
): Promise<void> => {
  let next = from;
  const writer = async (): Promise<void> => {
    while (next < to) {
      const begin = next;
      next = Math.min(to, begin + pageSize);
      const rows = Array.from({ length: next - begin }, (_, at) => plan.row(begin + at));
      await writeRows(pool, firstPosition + begin - from, rows);
      onProgress(Math.min(to, begin + pageSize) - from);
    }
  };
  await Promise.all([writer(), writer()]);
};

/** The data keys of all people of a plan, wrapped as the vault wraps them. */
export const writeDataKeys = async (pool: pg.Pool, plan: Plan): Promise<void> => {
  const masterKey = Buffer.from(keys.MASTER_KEY, 'hex');
  const people = [...plan.people()];
  for (let from = 0; from < people.length; from += pageSize) {
    const page = people.slice(from, from + pageSize).map(({ number, personId }) => {
      const key = dataKeyOf(number);
      return { personId, wrapped: encrypt(masterKey, personId, key), fingerprint: fingerprintOf('data-key', key) };
    });
    await pool.query(
      `INSERT INTO people.data_keys (person_id, wrapped, master_key_id, fingerprint)
       SELECT k.person_id, k.wrapped, $2, k.fingerprint FROM unnest($1::text[], $3::bytea[], $4::text[]) k(person_id, wrapped, fingerprint)`,
      [
        page.map(({ personId }) => personId),
        masterKeyIdOf(masterKey),
        page.map(({ wrapped }) => wrapped),
        page.map(({ fingerprint }) => fingerprint),
      ],
    );
  }
};
