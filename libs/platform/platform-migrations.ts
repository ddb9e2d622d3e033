import type { Migration } from './migrations.js';

export const platformMigrations: readonly Migration[] = [
  {
    name: '0001-idempotency-keys',
    sql: `
      CREATE TABLE platform.idempotency_key (
        user_id text NOT NULL,
        path text NOT NULL,
        key text NOT NULL,
        fingerprint bytea NOT NULL,
        state text NOT NULL CHECK (state IN ('running', 'failed', 'done')),
        instance_id text NOT NULL,
        attempt integer NOT NULL DEFAULT 1,
        begun_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        -- json and not jsonb: the answer is given again with its fields in the order of the first time.
        answer json,
        PRIMARY KEY (user_id, path, key)
      );
      CREATE INDEX idempotency_key_expiry ON platform.idempotency_key (expires_at);
    `,
  },
];
