import type { Migration } from '../platform/migrations.js';

/** Technical registers of access: outside the log (`architecture.md` §1), forward only. */
export const accessMigrations: readonly Migration[] = [
  {
    name: '0001-users-sessions-audit',
    sql: `
      CREATE TABLE access.account (
        user_id text PRIMARY KEY,
        username text NOT NULL,
        role text NOT NULL,
        organisation text NOT NULL,
        password_hash text NOT NULL,
        demo boolean NOT NULL DEFAULT false,
        disabled boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX account_username ON access.account (lower(username));

      CREATE TABLE access.token (
        token_hash bytea PRIMARY KEY,
        user_id text NOT NULL REFERENCES access.account ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX token_expiry ON access.token (expires_at);
      CREATE INDEX token_of_user ON access.token (user_id);

      CREATE TABLE access.session (
        session_hash bytea PRIMARY KEY,
        session_id text NOT NULL UNIQUE,
        user_id text NOT NULL REFERENCES access.account ON DELETE CASCADE,
        csrf_token text NOT NULL,
        flash jsonb,
        created_at timestamptz NOT NULL,
        seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX session_expiry ON access.session (expires_at);
      CREATE INDEX session_of_user ON access.session (user_id);

      CREATE TABLE access.wrong_password (
        username_hash bytea PRIMARY KEY,
        failures integer NOT NULL,
        first_at timestamptz NOT NULL,
        locked_until timestamptz
      );

      CREATE TABLE access.audit (
        entry_id text PRIMARY KEY,
        at timestamptz NOT NULL,
        user_id text NOT NULL,
        username text NOT NULL,
        role text NOT NULL,
        organisation text NOT NULL,
        what text NOT NULL,
        case_ids text[] NOT NULL DEFAULT '{}',
        person_ids text[] NOT NULL DEFAULT '{}',
        why text
      );
      CREATE INDEX audit_at ON access.audit (at DESC, entry_id DESC);
      CREATE INDEX audit_of_user ON access.audit (user_id, at DESC);
      CREATE INDEX audit_cases ON access.audit USING gin (case_ids);
      CREATE INDEX audit_people ON access.audit USING gin (person_ids);
    `,
  },
];
