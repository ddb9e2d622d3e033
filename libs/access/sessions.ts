import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { Database } from '../platform/database.js';
import { newId } from '../platform/ids.js';
import { Settings } from '../platform/settings.js';
import { closeStreamsOf } from '../platform/sse.js';
import { Remembered } from './remembered.js';
import { hashOfSecret, newSecret } from './secrets.js';
import type { Session } from './session.js';
import type { Holder } from './tokens.js';

const longest = 12 * 3_600_000;
const idle = 4 * 3_600_000;
/** How stale `seen_at` may get before it is written again. */
const seenEvery = 60_000;

interface Held {
  readonly session: Session;
  readonly holder: Holder;
  readonly seenAt: string;
}

const isOver = ({ session, seenAt }: Held, now: string): boolean =>
  session.expiresAt <= now || Date.parse(seenAt) + idle <= Date.parse(now);

/** Sessions of pages: a cookie holds the secret, the database its hash. They end after 12 hours, or 4 without use. */
@Injectable()
export class Sessions {
  private readonly remembered = new Remembered<Held>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** A new session with a new secret: what the browser held before is ended, so that nobody can plant one. */
  async begin(userId: string, previous: string | undefined): Promise<{ secret: string; session: Session }> {
    if (previous !== undefined) await this.end(previous);
    const now = this.clock.now();
    const secret = newSecret();
    const session = {
      sessionId: newId(),
      userId,
      csrfToken: newSecret(),
      expiresAt: new Date(Date.parse(now) + longest).toISOString(),
    };
    await this.database.query(
      `INSERT INTO access.session (session_hash, session_id, user_id, csrf_token, created_at, seen_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $5, $6)`,
      [hashOfSecret(secret), session.sessionId, userId, session.csrfToken, now, session.expiresAt],
    );
    return { secret, session };
  }

  async find(secret: string): Promise<{ session: Session; holder: Holder } | undefined> {
    const held = await this.remembered.get(secret, () => this.read(secret));
    const now = this.clock.now();
    if (!held || isOver(held, now)) return undefined;
    if (Date.parse(held.seenAt) + seenEvery <= Date.parse(now)) {
      await this.database.query('UPDATE access.session SET seen_at = $2 WHERE session_hash = $1', [
        hashOfSecret(secret),
        now,
      ]);
      this.remembered.forget(secret);
    }
    return held;
  }

  /** Asks the database whether the session goes on, past what is remembered of it. Does not count as use. */
  async isGood(secret: string): Promise<boolean> {
    const held = await this.read(secret);
    return held !== undefined && !isOver(held, this.clock.now());
  }

  async end(secret: string): Promise<void> {
    const { rows } = await this.database.query<{ session_id: string }>(
      'DELETE FROM access.session WHERE session_hash = $1 RETURNING session_id',
      [hashOfSecret(secret)],
    );
    this.remembered.forget(secret);
    for (const row of rows) closeStreamsOf(row.session_id);
  }

  /** Asks the database again about every session, and closes the live streams of those that were ended. */
  forgetAll(ended: readonly string[]): void {
    this.remembered.clear();
    for (const sessionId of ended) closeStreamsOf(sessionId);
  }

  /** Says something on the next page this session sees. Never a name. */
  async flash(sessionId: string, message: string): Promise<void> {
    await this.database.query('UPDATE access.session SET flash = $2 WHERE session_id = $1', [
      sessionId,
      JSON.stringify(message),
    ]);
  }

  async takeFlash(sessionId: string): Promise<string | undefined> {
    const { rows } = await this.database.query<{ flash: unknown }>(
      `UPDATE access.session s SET flash = NULL FROM (SELECT session_id, flash FROM access.session WHERE session_id = $1) old
        WHERE s.session_id = old.session_id AND old.flash IS NOT NULL RETURNING old.flash`,
      [sessionId],
    );
    const message = rows[0]?.flash;
    return typeof message === 'string' ? message : undefined;
  }

  async dropExpired(): Promise<void> {
    const now = this.clock.now();
    await this.database.query('DELETE FROM access.session WHERE expires_at <= $1 OR seen_at <= $2', [
      now,
      new Date(Date.parse(now) - idle).toISOString(),
    ]);
  }

  private async read(secret: string): Promise<Held | undefined> {
    const { rows } = await this.database.query<
      Holder & { sessionId: string; csrfToken: string; seenAt: Date; expiresAt: Date }
    >(
      `SELECT s.session_id AS "sessionId", s.csrf_token AS "csrfToken", s.seen_at AS "seenAt", s.expires_at AS "expiresAt",
              a.user_id AS "userId", a.username, a.role, a.organisation
         FROM access.session s JOIN access.account a USING (user_id)
        WHERE s.session_hash = $1 AND NOT a.disabled AND (NOT a.demo OR $2)`,
      [hashOfSecret(secret), this.settings.demo !== 'off'],
    );
    const row = rows[0];
    if (!row) return undefined;
    const { userId, username, role, organisation } = row;
    return {
      session: { sessionId: row.sessionId, userId, csrfToken: row.csrfToken, expiresAt: row.expiresAt.toISOString() },
      holder: { userId, username, role, organisation },
      seenAt: row.seenAt.toISOString(),
    };
  }
}
