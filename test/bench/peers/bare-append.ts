import type pg from 'pg';
import type { EventMetadata, EventToAppend } from '#libs/event-store/port.js';

/**
 * The raw limit of appending with one call each: a row under a `bigserial`, with the indexes any log needs (event id, stream and
 * revision). No lock and no order: a reader of these positions loses rows under concurrent writers.
 */
export const bareAppendSchema = `
CREATE TABLE bare_events (
  position       bigserial PRIMARY KEY,
  stream_id      text COLLATE "C" NOT NULL,
  revision       integer NOT NULL,
  event_id       text COLLATE "C" NOT NULL UNIQUE,
  type           text COLLATE "C" NOT NULL,
  schema_version integer NOT NULL,
  occurred_at    timestamptz(3) NOT NULL,
  recorded_at    timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  person_id      text COLLATE "C",
  data           json NOT NULL,
  metadata       json NOT NULL,
  UNIQUE (stream_id, revision)
);
CREATE FUNCTION bare_append(
  stream text, revision int, id text, type text, version int, occurred timestamptz, person text, data json, metadata json
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  appended bigint;
BEGIN
  INSERT INTO bare_events (stream_id, revision, event_id, type, schema_version, occurred_at, person_id, data, metadata)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING position INTO appended;
  RETURN appended;
END $$;
`;

/** The caller says the revision: nothing is looked up. */
export const bareAppend = async (
  pool: pg.Pool,
  streamId: string,
  revision: number,
  event: EventToAppend,
  metadata: EventMetadata,
): Promise<void> => {
  await pool.query({
    name: 'bare-append',
    text: 'SELECT bare_append($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    values: [
      streamId,
      revision,
      event.eventId,
      event.type,
      event.schemaVersion,
      event.occurredAt,
      event.personId ?? null,
      JSON.stringify(event.data),
      JSON.stringify(metadata),
    ],
  });
};
