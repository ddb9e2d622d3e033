import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { decodeCursor, defaultLimit, pageOf, type List } from '#libs/platform/list.js';
import { deterministicId } from '#libs/platform/ids.js';
import type { Envelope, Fault } from '../domain/understood.js';
import { IntakeKeys } from '../intake-keys.js';
import type { MessageForm } from '../taking/taken.js';
import { lock, unlock } from './quarantine-box.js';

/** A message that could not be taken, without its content. */
export interface QuarantinedMessage {
  readonly id: string;
  readonly feed: string;
  readonly controlId: string;
  readonly kind: string;
  readonly hospital: string | null;
  /** The field at fault, and why in plain words. */
  readonly field: string;
  readonly reason: string;
  readonly receivedAt: string;
  readonly lastTriedAt: string;
  readonly attempts: number;
}

interface Row {
  readonly id: string;
  readonly feed: string;
  readonly control_id: string;
  readonly kind: string;
  readonly hospital: string | null;
  readonly field: string;
  readonly reason: string;
  readonly received_at: Date;
  readonly last_tried_at: Date;
  readonly attempts: number;
}

const columns = 'id, feed, control_id, kind, hospital, field, reason, received_at, last_tried_at, attempts';

const shown = (row: Row): QuarantinedMessage => ({
  id: row.id,
  feed: row.feed,
  controlId: row.control_id,
  kind: row.kind,
  hospital: row.hospital,
  field: row.field,
  reason: row.reason,
  receivedAt: row.received_at.toISOString(),
  lastTriedAt: row.last_tried_at.toISOString(),
  attempts: row.attempts,
});

const isCursor = (key: unknown): key is readonly [string, string] =>
  Array.isArray(key) &&
  key.length === 2 &&
  typeof key[0] === 'string' &&
  !Number.isNaN(Date.parse(key[0])) &&
  typeof key[1] === 'string';

/** Raw messages are kept for as long as nobody settled them, and no longer than this (architecture.md §7). */
const keptDays = 30;

/** Messages that were read but could not be taken: encrypted, until they are taken after all or dismissed. */
@Injectable()
export class Quarantine {
  constructor(
    private readonly database: Database,
    private readonly keys: IntakeKeys,
    private readonly clock: Clock,
  ) {}

  /** Committed to disk when it resolves: only then may the sender be answered. The same message again is one entry, tried once more. */
  async keep(envelope: Envelope, hash: string, fault: Fault, form: MessageForm, raw: Buffer): Promise<string> {
    const id = deterministicId('quarantine', envelope.feed, envelope.controlId, hash);
    await this.database.query(
      `INSERT INTO intake.quarantine AS q
         (id, feed, control_id, hash, kind, hospital, field, reason, raw, form, received_at, last_tried_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
       ON CONFLICT (id) DO UPDATE SET field = excluded.field, reason = excluded.reason,
         last_tried_at = excluded.last_tried_at, attempts = q.attempts + 1`,
      [
        id,
        envelope.feed,
        envelope.controlId,
        hash,
        envelope.kind.slice(0, 100),
        envelope.hospital,
        fault.field,
        fault.reason,
        lock(this.keys.quarantineKey, id, raw),
        form,
        this.clock.now(),
      ],
    );
    return id;
  }

  /** Newest first; `hospital` scopes to one trust. */
  async page(
    { limit = defaultLimit, cursor }: { limit?: number; cursor?: string },
    hospital?: string,
  ): Promise<List<QuarantinedMessage>> {
    const [receivedAt, id] = cursor === undefined ? [null, null] : decodeCursor(cursor, isCursor);
    const { rows } = await this.database.query<Row>(
      `SELECT ${columns} FROM intake.quarantine
        WHERE ($1::text IS NULL OR hospital = $1) AND ($2::timestamptz IS NULL OR (received_at, id) < ($2::timestamptz, $3::text))
        ORDER BY received_at DESC, id DESC LIMIT $4`,
      [hospital ?? null, receivedAt, id, limit + 1],
    );
    return pageOf(rows.map(shown), limit, (item) => [item.receivedAt, item.id]);
  }

  async find(id: string, hospital?: string): Promise<QuarantinedMessage | undefined> {
    const { rows } = await this.database.query<Row>(
      `SELECT ${columns} FROM intake.quarantine WHERE id = $1 AND ($2::text IS NULL OR hospital = $2)`,
      [id, hospital ?? null],
    );
    return rows[0] && shown(rows[0]);
  }

  /** The message as it came. */
  async open(id: string): Promise<{ readonly raw: Buffer; readonly form: MessageForm } | undefined> {
    const { rows } = await this.database.query<{ raw: Buffer; form: MessageForm }>(
      'SELECT raw, form FROM intake.quarantine WHERE id = $1',
      [id],
    );
    return rows[0] && { raw: unlock(this.keys.quarantineKey, id, rows[0].raw), form: rows[0].form };
  }

  /** Takes it out for good; the register remembers that it was dismissed, why and by whom. */
  dismiss(id: string, reason: string, by: string): Promise<boolean> {
    return this.database.tx(async (client) => {
      const { rows } = await client.query<{ feed: string; control_id: string; hash: string }>(
        'DELETE FROM intake.quarantine WHERE id = $1 RETURNING feed, control_id, hash',
        [id],
      );
      const [row] = rows;
      if (!row) return false;
      await client.query(
        `UPDATE intake.messages SET outcome = 'dismissed', reason = $4 WHERE feed = $1 AND control_id = $2 AND hash = $3`,
        [row.feed, row.control_id, row.hash, `Dismissed by ${by}: ${reason}`],
      );
      return true;
    });
  }

  /** Forgets what nobody settled in time. */
  async forgetOld(): Promise<void> {
    await this.database.query(
      `DELETE FROM intake.quarantine WHERE received_at < $1::timestamptz - make_interval(days => $2)`,
      [this.clock.now(), keptDays],
    );
  }
}
