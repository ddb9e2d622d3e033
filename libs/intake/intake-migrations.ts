import type { Migration } from '#libs/platform/migrations.js';

/** Technical registers of intake: outside the log (architecture.md §1), forward only. */
export const intakeMigrations: readonly Migration[] = [
  {
    name: '0001-messages-feeds-quarantine',
    sql: `
      -- Of a message that was taken, the control id and a keyed hash stay, and nothing of its content (architecture.md §7).
      CREATE TABLE intake.messages (
        feed text NOT NULL,
        control_id text NOT NULL,
        hash text NOT NULL,
        kind text NOT NULL,
        outcome text NOT NULL,
        reason text,
        stay_id text,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        repeats integer NOT NULL DEFAULT 0,
        -- The same control id had come with other content before.
        flagged boolean NOT NULL DEFAULT false,
        PRIMARY KEY (feed, control_id, hash)
      );
      CREATE INDEX messages_rate ON intake.messages (first_at, feed);

      CREATE TABLE intake.feeds (
        feed text PRIMARY KEY,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        -- The sender's recorded time of the last message: what is late shows as lag.
        last_recorded_at timestamptz,
        accepted bigint NOT NULL DEFAULT 0,
        duplicates bigint NOT NULL DEFAULT 0,
        ignored bigint NOT NULL DEFAULT 0,
        quarantined bigint NOT NULL DEFAULT 0,
        flagged bigint NOT NULL DEFAULT 0,
        hospitals text[] NOT NULL DEFAULT '{}'
      );

      CREATE TABLE intake.quarantine (
        id text PRIMARY KEY,
        feed text NOT NULL,
        control_id text NOT NULL,
        hash text NOT NULL,
        kind text NOT NULL,
        hospital text,
        field text NOT NULL,
        reason text NOT NULL,
        -- AES-256-GCM under a key derived from the master key; gone when settled or after 30 days.
        raw bytea NOT NULL,
        form text NOT NULL,
        received_at timestamptz NOT NULL,
        last_tried_at timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 1,
        UNIQUE (feed, control_id, hash)
      );
      CREATE INDEX quarantine_received ON intake.quarantine (received_at, id);

      CREATE TABLE intake.feed_mapping (
        feed text PRIMARY KEY,
        mapping jsonb NOT NULL,
        set_by text NOT NULL,
        set_at timestamptz NOT NULL
      );`,
  },
  {
    name: '0002-quarantine-worked-and-feeds-watched',
    sql: `
      ALTER TABLE intake.quarantine
        ADD COLUMN code text NOT NULL DEFAULT 'unsorted',
        -- The stay it names, and when the sender recorded it: messages of one stay are tried in this order.
        ADD COLUMN stay_id text,
        ADD COLUMN recorded_at timestamptz,
        -- The corrected message, where one could not be taken either; locked as the original is.
        ADD COLUMN corrected bytea,
        ADD COLUMN corrected_at timestamptz,
        ADD COLUMN corrected_by text;
      CREATE INDEX quarantine_stay ON intake.quarantine (stay_id) WHERE stay_id IS NOT NULL;
      CREATE INDEX quarantine_code ON intake.quarantine (code, feed);

      -- Trying many again, so that whoever asked can follow it.
      CREATE TABLE intake.quarantine_retries (
        id text PRIMARY KEY,
        hospital text,
        total integer NOT NULL,
        tried integer NOT NULL DEFAULT 0,
        settled integer NOT NULL DEFAULT 0,
        started_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        finished_at timestamptz
      );

      -- MSH-13, where the sender counts.
      ALTER TABLE intake.messages ADD COLUMN sequence bigint;
      ALTER TABLE intake.feeds
        ADD COLUMN expired bigint NOT NULL DEFAULT 0,
        -- As the others, but of what came from the hospital itself: not imported, not tried again.
        ADD COLUMN heard_at timestamptz,
        ADD COLUMN heard_recorded_at timestamptz;
      -- What came from the hospital itself in each hour (UTC), for five weeks.
      CREATE TABLE intake.feed_hours (
        feed text NOT NULL,
        hour timestamptz NOT NULL,
        messages bigint NOT NULL,
        PRIMARY KEY (feed, hour)
      );`,
  },
  {
    name: '0003-corrected-by-hand',
    // Looked through every few seconds.
    sql: `CREATE INDEX messages_corrected ON intake.messages (feed, control_id, hash) WHERE outcome = 'corrected';`,
  },
];
