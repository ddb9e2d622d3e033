import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database.js';
import { newId } from '../platform/ids.js';
import { Settings } from '../platform/settings.js';
import { roles, type Role } from './capabilities.js';
import { hashPassword } from './passwords.js';
import { Sessions } from './sessions.js';
import { AccessTokens } from './tokens.js';
import { UserDirectory, type User } from './users.js';

interface AccountRow {
  user_id: string;
  username: string;
  role: string;
  organisation: string;
  password_hash: string;
  demo: boolean;
  disabled: boolean;
}

export interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
  readonly organisation: string;
  readonly userId?: string;
  readonly demo?: boolean;
}

export type Kept =
  | { readonly ok: true; readonly userId: string }
  | { readonly ok: false; readonly code: 'username.taken' | 'user.unknown' };

const isRole = (text: string): text is Role => roles.some((role) => role === text);

const userOf = (row: AccountRow): User => {
  if (!isRole(row.role)) throw new Error(`A user has a role this version does not know.`);
  return {
    userId: row.user_id,
    username: row.username,
    role: row.role,
    organisation: row.organisation,
    demo: row.demo,
    disabled: row.disabled,
  };
};

/** The register of users, in `access.account`. Demo users count as nobody unless the demo is on. */
@Injectable()
export class Users extends UserDirectory {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly tokens: AccessTokens,
    private readonly sessions: Sessions,
  ) {
    super();
  }

  override async byUsername(username: string): Promise<User | undefined> {
    return (await this.withHash(username))?.user;
  }

  override async byIds(userIds: readonly string[]): Promise<ReadonlyMap<string, User>> {
    const { rows } = await this.database.query<AccountRow>('SELECT * FROM access.account WHERE user_id = ANY($1)', [
      userIds,
    ]);
    return new Map(rows.map((row) => [row.user_id, userOf(row)]));
  }

  /** For sign-in only. */
  async withHash(username: string): Promise<{ user: User; passwordHash: string } | undefined> {
    const { rows } = await this.database.query<AccountRow>(
      'SELECT * FROM access.account WHERE lower(username) = lower($1) AND NOT disabled AND (NOT demo OR $2)',
      [username, this.settings.demo !== 'off'],
    );
    return rows[0] && { user: userOf(rows[0]), passwordHash: rows[0].password_hash };
  }

  async list(): Promise<readonly User[]> {
    const { rows } = await this.database.query<AccountRow>('SELECT * FROM access.account ORDER BY lower(username)');
    return rows.map(userOf);
  }

  async add(user: NewUser): Promise<Kept> {
    const userId = user.userId ?? newId();
    const { rowCount } = await this.database.query(
      `INSERT INTO access.account (user_id, username, role, organisation, password_hash, demo)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [userId, user.username, user.role, user.organisation, await hashPassword(user.password), user.demo ?? false],
    );
    return rowCount === 1 ? { ok: true, userId } : { ok: false, code: 'username.taken' };
  }

  /** A new password ends every session and token of the user. */
  async setPassword(username: string, password: string): Promise<Kept> {
    return this.change(username, 'password_hash = $2', [await hashPassword(password)]);
  }

  /** A disabled user cannot sign in, and what was signed in is signed out. */
  async setDisabled(username: string, disabled: boolean): Promise<Kept> {
    return this.change(username, 'disabled = $2', [disabled]);
  }

  private async change(username: string, assignment: string, values: readonly unknown[]): Promise<Kept> {
    const ended: string[] = [];
    const kept = await this.database.tx<Kept>(async (client) => {
      const { rows } = await client.query<{ user_id: string }>(
        `UPDATE access.account SET ${assignment} WHERE lower(username) = lower($1) RETURNING user_id`,
        [username, ...values],
      );
      const userId = rows[0]?.user_id;
      if (userId === undefined) return { ok: false, code: 'user.unknown' };
      await client.query('DELETE FROM access.token WHERE user_id = $1', [userId]);
      const sessions = await client.query<{ session_id: string }>(
        'DELETE FROM access.session WHERE user_id = $1 RETURNING session_id',
        [userId],
      );
      ended.push(...sessions.rows.map((row) => row.session_id));
      return { ok: true, userId };
    });
    this.tokens.forgetAll();
    this.sessions.forgetAll(ended);
    return kept;
  }
}
