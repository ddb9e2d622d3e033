import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { Database } from '../platform/database.js';
import { Problem } from '../platform/problem.js';
import { Settings } from '../platform/settings.js';
import { isPassword } from './passwords.js';
import { Users } from './postgres-users.js';
import { Turns } from './turns.js';
import type { User } from './users.js';

/** Wrong passwords in a row before a username is locked, and the time in which they must fall. */
export const wrongPasswordsAllowed = 10;
const withinMilliseconds = 15 * 60_000;
/** Wrong passwords from one address in a minute, over all usernames. */
export const wrongPasswordsPerAddress = 100;

/**
 * Checks passwords. Only wrong ones count towards the lock, so that a program may sign in as often as it likes; names
 * nobody has are locked in the same way, so that nobody can tell them apart.
 */
@Injectable()
export class SignIn {
  /** argon2 takes 19 MiB and a core each time: a few at once, the others wait. */
  private readonly turns = new Turns(4, 500);
  private readonly wrongByAddress = new Map<string, { count: number; since: number }>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: Settings,
    private readonly users: Users,
  ) {}

  /** The user of this name and password. @throws Problem 401 when they are not, 429 when there were too many wrong ones. */
  async check(username: string, password: string, address: string): Promise<User> {
    const user = await this.turns.take(async () => {
      this.refuseAddress(address);
      await this.refuseLocked(username);
      const account = await this.users.withHash(username);
      const right = await isPassword(password, account?.passwordHash);
      if (!right) await this.countWrong(username, address);
      return right ? account?.user : undefined;
    });
    if (!user) throw new Problem(401, 'sign-in.wrong', 'The username or the password is wrong.');
    await this.database.query('DELETE FROM access.wrong_password WHERE username_hash = $1 AND locked_until IS NULL', [
      keyOf(username),
    ]);
    return user;
  }

  private async refuseLocked(username: string): Promise<void> {
    const { rows } = await this.database.query<{ locked_until: Date }>(
      'SELECT locked_until FROM access.wrong_password WHERE username_hash = $1 AND locked_until > $2',
      [keyOf(username), this.clock.now()],
    );
    if (!rows[0]) return;
    const seconds = Math.ceil((rows[0].locked_until.getTime() - Date.parse(this.clock.now())) / 1000);
    throw tooMany('sign-in.locked', 'Too many wrong passwords for this username. Wait, then try again.', seconds);
  }

  private refuseAddress(address: string): void {
    const seen = this.wrongByAddress.get(address);
    if (seen && Date.now() - seen.since >= 60_000) this.wrongByAddress.delete(address);
    else if (seen && seen.count >= wrongPasswordsPerAddress) {
      throw tooMany('sign-in.too-many', 'Too many wrong passwords from this address. Wait, then try again.', 60);
    }
  }

  private async countWrong(username: string, address: string): Promise<void> {
    if (this.wrongByAddress.size > 10_000) this.wrongByAddress.clear();
    const seen = this.wrongByAddress.get(address) ?? { count: 0, since: Date.now() };
    this.wrongByAddress.set(address, { count: seen.count + 1, since: seen.since });
    const now = this.clock.now();
    await this.database.query(
      `INSERT INTO access.wrong_password AS w (username_hash, failures, first_at) VALUES ($1, 1, $2)
       ON CONFLICT (username_hash) DO UPDATE SET
         failures = CASE WHEN w.first_at < $3 OR w.locked_until <= $2 THEN 1 ELSE w.failures + 1 END,
         first_at = CASE WHEN w.first_at < $3 OR w.locked_until <= $2 THEN $2 ELSE w.first_at END,
         locked_until = CASE
           WHEN w.first_at < $3 OR w.locked_until <= $2 THEN NULL
           WHEN w.failures + 1 >= $4 THEN $5::timestamptz
           ELSE w.locked_until END`,
      [
        keyOf(username),
        now,
        new Date(Date.parse(now) - withinMilliseconds).toISOString(),
        wrongPasswordsAllowed,
        new Date(Date.parse(now) + this.settings.signInLockSeconds * 1000).toISOString(),
      ],
    );
  }
}

/** People type their password into the wrong field: what was typed as a username is not kept. */
const keyOf = (username: string): Buffer => createHash('sha256').update(username.trim().toLowerCase()).digest();

const tooMany = (code: string, message: string, retryAfterSeconds: number): Problem =>
  new Problem(429, code, message, { retryAfterSeconds });
