import { Injectable } from '@nestjs/common';
import { Database } from '#libs/platform/database.js';
import { decodeCursor, defaultLimit, pageOf, type List } from '#libs/platform/list.js';
import { faultCodeOf, faultWords, type FaultCode } from '../domain/fault-words.js';
import type { MessageForm } from '../taking/taken.js';
import { keptDays } from './quarantine.js';

/** A message that could not be taken, without its content. */
export interface QuarantinedMessage {
  readonly id: string;
  readonly feed: string;
  readonly controlId: string;
  readonly kind: string;
  readonly form: MessageForm;
  readonly hospital: string | null;
  /** The reason it comes under, in a few words, and what to do about it. */
  readonly code: FaultCode;
  readonly title: string;
  readonly remedy: string;
  /** The field at fault, and why, for whoever sends it. */
  readonly field: string;
  readonly reason: string;
  /** The stay it names; others that name it are tried with it, in the order in which the hospital recorded them. */
  readonly stayId: string | null;
  readonly recordedAt: string | null;
  readonly receivedAt: string;
  readonly lastTriedAt: string;
  readonly attempts: number;
  /** When it is deleted, settled or not. */
  readonly expiresAt: string;
  /** When a person corrected it, without success as yet. */
  readonly correctedAt: string | null;
}

/** Which of them; `hospital` scopes to one trust. */
export interface QuarantineChoice {
  readonly feed?: string | undefined;
  readonly reason?: FaultCode | undefined;
  readonly hospital?: string | undefined;
}

export interface ReasonCount {
  readonly reason: FaultCode;
  readonly title: string;
  readonly count: number;
  /** When the oldest of them came. */
  readonly oldestAt: string;
  readonly feeds: readonly { readonly feed: string; readonly count: number }[];
}

interface Row {
  readonly id: string;
  readonly feed: string;
  readonly control_id: string;
  readonly kind: string;
  readonly form: MessageForm;
  readonly hospital: string | null;
  readonly code: string;
  readonly field: string;
  readonly reason: string;
  readonly stay_id: string | null;
  readonly recorded_at: Date | null;
  readonly received_at: Date;
  readonly last_tried_at: Date;
  readonly attempts: number;
  readonly corrected_at: Date | null;
}

const columns = `id, feed, control_id, kind, form, hospital, code, field, reason, stay_id, recorded_at, received_at, last_tried_at, attempts, corrected_at`;
const dayMs = 86_400_000;

const shown = (row: Row): QuarantinedMessage => {
  const code = faultCodeOf(row.code);
  const { title, remedy } = faultWords[code];
  return {
    id: row.id,
    feed: row.feed,
    controlId: row.control_id,
    kind: row.kind,
    form: row.form,
    hospital: row.hospital,
    code,
    title,
    remedy,
    field: row.field,
    reason: row.reason,
    stayId: row.stay_id,
    recordedAt: row.recorded_at?.toISOString() ?? null,
    receivedAt: row.received_at.toISOString(),
    lastTriedAt: row.last_tried_at.toISOString(),
    attempts: row.attempts,
    expiresAt: new Date(row.received_at.getTime() + keptDays * dayMs).toISOString(),
    correctedAt: row.corrected_at?.toISOString() ?? null,
  };
};

const isCursor = (key: unknown): key is readonly [string, string] =>
  Array.isArray(key) &&
  key.length === 2 &&
  typeof key[0] === 'string' &&
  !Number.isNaN(Date.parse(key[0])) &&
  typeof key[1] === 'string';

/** As the sender recorded them; what does not say when goes by when it came. */
const inOrder = 'coalesce(recorded_at, received_at), received_at, id';
const chosen = `($1::text IS NULL OR hospital = $1) AND ($2::text IS NULL OR feed = $2) AND ($3::text IS NULL OR code = $3)`;
const valuesOf = ({ hospital, feed, reason }: QuarantineChoice) => [hospital ?? null, feed ?? null, reason ?? null];

/** What waits in quarantine, without its content. */
@Injectable()
export class QuarantineList {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async page(
    { limit = defaultLimit, cursor }: { readonly limit?: number; readonly cursor?: string },
    choice: QuarantineChoice = {},
  ): Promise<List<QuarantinedMessage>> {
    const [receivedAt, id] = cursor === undefined ? [null, null] : decodeCursor(cursor, isCursor);
    const { rows } = await this.database.query<Row>(
      `SELECT ${columns} FROM intake.quarantine
        WHERE ${chosen} AND ($4::timestamptz IS NULL OR (received_at, id) < ($4::timestamptz, $5::text))
        ORDER BY received_at DESC, id DESC LIMIT $6`,
      [...valuesOf(choice), receivedAt, id, limit + 1],
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

  /** The others that name the same stay, in the order in which they are tried. */
  async together({ id, stayId }: QuarantinedMessage, hospital?: string): Promise<readonly QuarantinedMessage[]> {
    if (stayId === null) return [];
    const { rows } = await this.database.query<Row>(
      `SELECT ${columns} FROM intake.quarantine
        WHERE stay_id = $1 AND id <> $2 AND ($3::text IS NULL OR hospital = $3) ORDER BY ${inOrder}`,
      [stayId, id, hospital ?? null],
    );
    return rows.map(shown);
  }

  /** Those chosen, and with them the others of their stays, in the order in which they are to be tried. */
  async toTry(choice: QuarantineChoice): Promise<readonly string[]> {
    const { rows } = await this.database.query<{ id: string }>(
      `SELECT id FROM intake.quarantine q
        WHERE (${chosen}) OR (($1::text IS NULL OR hospital = $1) AND stay_id IN (
          SELECT stay_id FROM intake.quarantine WHERE ${chosen} AND stay_id IS NOT NULL))
        ORDER BY ${inOrder}`,
      valuesOf(choice),
    );
    return rows.map(({ id }) => id);
  }

  /** How many wait for each reason, the most first. */
  async counts(hospital?: string): Promise<readonly ReasonCount[]> {
    const { rows } = await this.database.query<{ code: string; feed: string; count: number; oldest: Date }>(
      `SELECT code, feed, count(*)::int AS count, min(received_at) AS oldest FROM intake.quarantine
        WHERE $1::text IS NULL OR hospital = $1 GROUP BY code, feed ORDER BY count DESC, feed`,
      [hospital ?? null],
    );
    return [...Map.groupBy(rows, ({ code }) => faultCodeOf(code))]
      .map(([reason, of]) => ({
        reason,
        title: faultWords[reason].title,
        count: of.reduce((sum, { count }) => sum + count, 0),
        oldestAt: new Date(Math.min(...of.map(({ oldest }) => oldest.getTime()))).toISOString(),
        feeds: of.map(({ feed, count }) => ({ feed, count })),
      }))
      .toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  }
}
