import type { Pool, PoolClient } from 'pg';
import type { EventStore, Position, StoredEvent } from '../event-store/port.js';
import type { ConsumerId } from './checkpoints.js';
import type { ParkedEvent } from './port.js';

/** Who waits when an event fails: the person, else the stream. */
export const subjectOf = (event: StoredEvent): string => event.personId ?? event.streamId;

export interface ToPark {
  readonly event: StoredEvent;
  readonly reason: string;
}

export const waitsForEarlier = 'An earlier event of the same subject is parked.';

type Database = Pick<Pool | PoolClient, 'query'>;

/** Sets events aside, in the transaction that moves the checkpoint past them. */
export async function park(tx: PoolClient, { name, version }: ConsumerId, parked: readonly ToPark[]): Promise<void> {
  if (parked.length === 0) return;
  await tx.query(
    `INSERT INTO feed.parked (consumer, version, position, subject, event_id, type, reason, stream_id, revision)
     SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[])
     ON CONFLICT DO NOTHING`,
    [
      ...[name, version],
      parked.map(({ event }) => event.position),
      parked.map(({ event }) => subjectOf(event)),
      parked.map(({ event }) => event.eventId),
      parked.map(({ event }) => event.type),
      parked.map(({ reason }) => reason),
      parked.map(({ event }) => event.streamId),
      parked.map(({ event }) => event.revision),
    ],
  );
  await tx.query(
    `UPDATE feed.checkpoints SET parked_version = parked_version + 1 WHERE consumer = $1 AND version = $2`,
    [name, version],
  );
}

export async function parkedSubjects(database: Database, { name, version }: ConsumerId): Promise<Set<string>> {
  const { rows } = await database.query<{ subject: string }>(
    `SELECT DISTINCT subject FROM feed.parked WHERE consumer = $1 AND version = $2`,
    [name, version],
  );
  return new Set(rows.map((row) => row.subject));
}

/** A parked event as the log has it; nothing when the log does not have it any more. */
export async function readParked(
  store: EventStore,
  { position, streamId, revision }: { position: Position; streamId: string | null; revision: number | null },
): Promise<StoredEvent | undefined> {
  // What was parked before streams were noted is found by its place in a log without gaps.
  const found =
    streamId === null || revision === null
      ? (await store.readAll(String(BigInt(position) - 1n), {}, 1)).events
      : await store.readStream(streamId, revision);
  return found[0]?.position === position ? found[0] : undefined;
}

/** The positions parked by a consumer, of one subject or of all, in log order. */
export async function parkedPositions(
  database: Database,
  { name, version }: ConsumerId,
  subject?: string,
): Promise<readonly Position[]> {
  const { rows } = await database.query<{ position: Position }>(
    `SELECT position FROM feed.parked
      WHERE consumer = $1 AND version = $2 AND ($3::text IS NULL OR subject = $3) ORDER BY position`,
    [name, version, subject ?? null],
  );
  return rows.map((row) => row.position);
}

export async function release(tx: PoolClient, { name, version }: ConsumerId, position: Position): Promise<void> {
  await tx.query(`DELETE FROM feed.parked WHERE consumer = $1 AND version = $2 AND position = $3`, [
    name,
    version,
    position,
  ]);
  await tx.query(
    `UPDATE feed.checkpoints SET parked_version = parked_version + 1 WHERE consumer = $1 AND version = $2`,
    [name, version],
  );
}

export async function tellReason(
  tx: PoolClient,
  { name, version }: ConsumerId,
  position: Position,
  reason: string,
): Promise<void> {
  await tx.query(`UPDATE feed.parked SET reason = $4 WHERE consumer = $1 AND version = $2 AND position = $3`, [
    name,
    version,
    position,
    reason,
  ]);
}

export async function listParked(pool: Pool, consumers: readonly ConsumerId[]): Promise<readonly ParkedEvent[]> {
  const { rows } = await pool.query<{
    consumer: string;
    subject: string;
    position: string;
    event_id: string;
    type: string;
    reason: string;
    parked_at: Date;
  }>(
    `SELECT p.consumer, p.subject, p.position, p.event_id, p.type, p.reason, p.parked_at FROM feed.parked p
       JOIN unnest($1::text[], $2::int[]) c(consumer, version) USING (consumer, version)
      ORDER BY p.position, p.consumer`,
    [consumers.map((consumer) => consumer.name), consumers.map((consumer) => consumer.version)],
  );
  return rows.map((row) => ({
    consumer: row.consumer,
    subject: row.subject,
    position: row.position,
    eventId: row.event_id,
    type: row.type,
    reason: row.reason,
    parkedAt: row.parked_at.toISOString(),
  }));
}

/** Why an event failed, without what it said: quoted parts of messages may be values of a person's. */
export function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return 'It failed without an error.';
  const name = 'name' in error && typeof error.name === 'string' ? error.name : 'Error';
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const message = String(error.message)
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/\s+/g, ' ');
  return `${name}${code}: ${message}`.slice(0, 300);
}
