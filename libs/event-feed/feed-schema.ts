import type { Migration } from '../platform/migrations.js';

/** The feed's own bookkeeping: how far each consumer has come, and the events it set aside. */
const bookkeeping = `
CREATE TABLE IF NOT EXISTS feed.checkpoints (
  consumer       text NOT NULL,
  version        integer NOT NULL,
  kind           text NOT NULL,
  position       bigint NOT NULL DEFAULT 0,
  state          text NOT NULL DEFAULT 'building',
  reason         text,
  tables         text[] NOT NULL,
  -- The last position a policy wrote, so that "settled" can follow it after a restart and from another process.
  last_output    bigint NOT NULL DEFAULT 0,
  -- Raised whenever parked events come or go: a runner that knows another number reads its parked subjects again.
  parked_version bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (consumer, version)
);

CREATE TABLE IF NOT EXISTS feed.parked (
  consumer  text NOT NULL,
  version   integer NOT NULL,
  position  bigint NOT NULL,
  subject   text NOT NULL,
  event_id  text NOT NULL,
  type      text NOT NULL,
  reason    text NOT NULL,
  parked_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, version, position),
  FOREIGN KEY (consumer, version) REFERENCES feed.checkpoints ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS parked_subject ON feed.parked (consumer, version, subject, position);
`;

/** For the transport by Kafka: where consumers read on, how far the log was published, which parked events were told. */
const kafka = `
ALTER TABLE feed.checkpoints ADD COLUMN IF NOT EXISTS marks jsonb;
ALTER TABLE feed.parked
  ADD COLUMN IF NOT EXISTS stream_id text,
  ADD COLUMN IF NOT EXISTS revision integer,
  ADD COLUMN IF NOT EXISTS told_at timestamptz(3);
CREATE TABLE IF NOT EXISTS feed.relays (
  topic    text PRIMARY KEY,
  position bigint NOT NULL DEFAULT 0
);
`;

export const feedMigrations: readonly Migration[] = [
  { name: '0001-bookkeeping', sql: bookkeeping },
  { name: '0002-kafka', sql: kafka },
  {
    name: '0003-made-of',
    // What a consumer's tables were made of: they are not touched again while that stays the same.
    sql: `ALTER TABLE feed.checkpoints ADD COLUMN IF NOT EXISTS made_of text;`,
  },
  {
    name: '0004-shadow',
    // The schema a new version is built in while the one before it answers; null for all others.
    sql: `ALTER TABLE feed.checkpoints ADD COLUMN IF NOT EXISTS shadow text;`,
  },
];
