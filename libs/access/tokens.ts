import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { Database } from '../platform/database.js';
import { Settings } from '../platform/settings.js';
import type { Role } from './capabilities.js';
import { Remembered } from './remembered.js';
import { hashOfSecret, newSecret } from './secrets.js';

/** Whoever holds a token or a session. */
export interface Holder {
  readonly userId: string;
  readonly username: string;
  readonly role: Role;
  readonly organisation: string;
}

const hours = 12;

/** Access tokens of programs: opaque, kept as hashes, good for 12 hours. */
@Injectable()
export class AccessTokens {
  private readonly remembered = new Remembered<Holder & { expiresAt: string }>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  async issue(userId: string): Promise<{ accessToken: string; expiresAt: string }> {
    const accessToken = newSecret();
    const now = this.clock.now();
    const expiresAt = new Date(Date.parse(now) + hours * 3_600_000).toISOString();
    await this.database.query(
      'INSERT INTO access.token (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)',
      [hashOfSecret(accessToken), userId, now, expiresAt],
    );
    return { accessToken, expiresAt };
  }

  /** Whose token this is, while it is good. */
  async holderOf(token: string): Promise<Holder | undefined> {
    const now = this.clock.now();
    const holder = await this.remembered.get(token, () => this.read(token));
    return holder && holder.expiresAt > now ? holder : undefined;
  }

  /** Asks the database whether the token is good, past what is remembered of it. */
  async isGood(token: string): Promise<boolean> {
    const holder = await this.read(token);
    return holder !== undefined && holder.expiresAt > this.clock.now();
  }

  async revoke(token: string): Promise<void> {
    await this.database.query('DELETE FROM access.token WHERE token_hash = $1', [hashOfSecret(token)]);
    this.remembered.forget(token);
  }

  /** Asks the database again about every token, e.g. after a user was changed. */
  forgetAll(): void {
    this.remembered.clear();
  }

  async dropExpired(): Promise<void> {
    await this.database.query('DELETE FROM access.token WHERE expires_at <= $1', [this.clock.now()]);
  }

  private async read(token: string): Promise<(Holder & { expiresAt: string }) | undefined> {
    const { rows } = await this.database.query<Holder & { expiresAt: Date }>(
      `SELECT a.user_id AS "userId", a.username, a.role, a.organisation, t.expires_at AS "expiresAt"
         FROM access.token t JOIN access.account a USING (user_id)
        WHERE t.token_hash = $1 AND NOT a.disabled AND (NOT a.demo OR $2)`,
      [hashOfSecret(token), this.settings.demo !== 'off'],
    );
    return rows[0] && { ...rows[0], expiresAt: rows[0].expiresAt.toISOString() };
  }
}
