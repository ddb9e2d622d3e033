import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { deterministicId } from '#libs/platform/ids.js';
import { Turns } from '#libs/event-store/turns.js';
import type { Envelope, Fault } from '../domain/understood.js';
import { IntakeKeys } from '../intake-keys.js';
import type { Corrects, MessageForm } from '../taking/taken.js';
import { lock, unlock } from './quarantine-box.js';

/** Raw messages are kept for as long as nobody settled them, and no longer than this (architecture.md §7). */
export const keptDays = 30;

/** The bytes of a message that waits, as it came and as it was last corrected. */
export interface OpenedMessage {
  readonly raw: Buffer;
  readonly corrected: Buffer | undefined;
  readonly form: MessageForm;
  /** Who corrected it, and when. */
  readonly by: { readonly by: string; readonly at: string } | undefined;
}

interface Stored {
  readonly raw: Buffer;
  readonly corrected: Buffer | null;
  readonly corrected_by: string | null;
  readonly corrected_at: Date | null;
  readonly form: MessageForm;
}

/** A corrected message is bound to its id and to being the corrected one: neither can be passed off as the other. */
const correctedName = (id: string): string => `${id}/corrected`;

/** Messages that were read but could not be taken: encrypted, until they are taken after all or dismissed. */
@Injectable()
export class Quarantine {
  private readonly logger = new Logger('quarantine');
  private readonly turns = new Turns();

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
         (id, feed, control_id, hash, kind, hospital, code, field, reason, raw, form, received_at, last_tried_at, stay_id, recorded_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14)
       ON CONFLICT (id) DO UPDATE SET
         -- What a person corrected says why it still waits.
         code = CASE WHEN q.corrected IS NULL THEN excluded.code ELSE q.code END,
         field = CASE WHEN q.corrected IS NULL THEN excluded.field ELSE q.field END,
         reason = CASE WHEN q.corrected IS NULL THEN excluded.reason ELSE q.reason END,
         stay_id = coalesce(excluded.stay_id, q.stay_id), recorded_at = coalesce(excluded.recorded_at, q.recorded_at),
         last_tried_at = excluded.last_tried_at, attempts = q.attempts + 1`,
      [
        id,
        envelope.feed,
        envelope.controlId,
        hash,
        envelope.kind.slice(0, 100),
        envelope.hospital,
        fault.code,
        fault.field,
        fault.reason,
        lock(this.keys.quarantineKey, id, raw),
        form,
        this.clock.now(),
        envelope.visit ? this.keys.stayId(envelope.visit) : null,
        envelope.recordedAt ?? null,
      ],
    );
    return id;
  }

  /** Deals with one message while nobody else does, in no other process either: of two corrections at once one is taken. */
  alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    // One at a time in a process: each holds a connection, and needs others.
    return this.turns.take('alone', () =>
      this.database.tx(async (client) => {
        await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`intake.quarantine/${id}`]);
        return work();
      }),
    );
  }

  /** Keeps a corrected message that cannot be taken either beside the one that came. */
  async keepCorrection({ id, by, at }: Corrects, fault: Fault, raw: Buffer): Promise<void> {
    await this.database.query(
      `UPDATE intake.quarantine SET code = $2, field = $3, reason = $4, corrected = $5, corrected_at = $6, corrected_by = $7,
         last_tried_at = $8, attempts = attempts + 1 WHERE id = $1`,
      [
        id,
        fault.code,
        fault.field,
        fault.reason,
        lock(this.keys.quarantineKey, correctedName(id), raw),
        at,
        by,
        this.clock.now(),
      ],
    );
  }

  /** The message as it came, and as somebody corrected it. */
  async open(id: string): Promise<OpenedMessage | undefined> {
    const { rows } = await this.database.query<Stored>(
      'SELECT raw, corrected, corrected_by, corrected_at, form FROM intake.quarantine WHERE id = $1',
      [id],
    );
    const [row] = rows;
    const key = this.keys.quarantineKey;
    return (
      row && {
        raw: unlock(key, id, row.raw),
        corrected: row.corrected ? unlock(key, correctedName(id), row.corrected) : undefined,
        form: row.form,
        by:
          row.corrected_by === null || row.corrected_at === null
            ? undefined
            : { by: row.corrected_by, at: row.corrected_at.toISOString() },
      }
    );
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
        `UPDATE intake.messages SET outcome = 'dismissed', reason = $4
          WHERE feed = $1 AND control_id = $2 AND hash = $3 AND outcome = 'quarantined'`,
        [row.feed, row.control_id, row.hash, `Dismissed by ${by}: ${reason}`],
      );
      return true;
    });
  }

  /** Deletes what nobody settled in time, and says so: the register notes it, the feed counts it, the log of the service warns. Returns how many. */
  async forgetOld(): Promise<number> {
    const { rows } = await this.database.query<{ feed: string; expired: number }>(
      `WITH gone AS (
         DELETE FROM intake.quarantine WHERE received_at < $1::timestamptz - make_interval(days => $2)
         RETURNING feed, control_id, hash
       ), noted AS (
         UPDATE intake.messages m SET outcome = 'expired', reason = $3
           FROM gone g WHERE m.feed = g.feed AND m.control_id = g.control_id AND m.hash = g.hash AND m.outcome = 'quarantined'
       ), told AS (SELECT feed, count(*)::int AS expired FROM gone GROUP BY feed),
       counted AS (UPDATE intake.feeds f SET expired = f.expired + t.expired FROM told t WHERE f.feed = t.feed)
       SELECT feed, expired FROM told`,
      [this.clock.now(), keptDays, `Nobody settled it within ${String(keptDays)} days.`],
    );
    for (const { feed, expired } of rows)
      this.logger.warn({ feed, expired, because: `nobody settled them within ${String(keptDays)} days` });
    await this.database.query(
      `DELETE FROM intake.quarantine_retries WHERE started_at < $1::timestamptz - interval '30 days'`,
      [this.clock.now()],
    );
    return rows.reduce((sum, { expired }) => sum + expired, 0);
  }
}
