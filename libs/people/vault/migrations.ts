import type { Migration } from '../../platform/migrations.js';

/** The vault stands outside the log (architecture.md §1.1): what is deleted here is gone. */
export const vaultMigrations: readonly Migration[] = [
  {
    name: '0001-data-keys',
    sql: `
      CREATE TABLE people.data_keys (
        person_id     text COLLATE "C" PRIMARY KEY,
        -- The data key under the master key; null once the person is erased: the row stays, so that no new key is ever made.
        wrapped       bytea,
        master_key_id text COLLATE "C",
        -- Tells the key without telling it: the proof of the erasure names it.
        fingerprint   text COLLATE "C" NOT NULL,
        erased_at     timestamptz,
        CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL)),
        CHECK ((wrapped IS NULL) = (master_key_id IS NULL))
      );
      CREATE INDEX data_keys_master ON people.data_keys (master_key_id) WHERE wrapped IS NOT NULL;
    `,
  },
];
