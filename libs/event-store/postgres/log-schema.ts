import type { Migration } from '../../platform/migrations.js';

/** The advisory lock all writers of the log take as the last step before they insert. */
export const appendLock = 7_240_311;
/** The channel on which a commit is announced; only ever a hint to look. */
export const announceChannel = 'homeward_log';

/**
 * `data` and `metadata` are `json`, not `jsonb`: kept as they were written, and not unpacked at every append.
 * Collation "C": ids compare as bytes, whatever the locale of the database.
 */
const tables = `
CREATE TABLE IF NOT EXISTS log.events (
  position       bigint PRIMARY KEY,
  stream_id      text COLLATE "C" NOT NULL,
  revision       integer NOT NULL,
  event_id       text COLLATE "C" NOT NULL UNIQUE,
  type           text COLLATE "C" NOT NULL,
  schema_version integer NOT NULL,
  occurred_at    timestamptz(3) NOT NULL,
  recorded_at    timestamptz(3) NOT NULL,
  person_id      text COLLATE "C",
  data           json NOT NULL,
  metadata       json NOT NULL,
  UNIQUE (stream_id, revision)
);
-- "What was known at" is a prefix of the log: recorded_at rises with position.
CREATE INDEX IF NOT EXISTS events_recorded_at ON log.events USING brin (recorded_at);
`;

/**
 * Many appends, one round trip. Everything that decides happens under the lock: the position, the clock, the revisions.
 * A lock held to the end of the transaction makes the order of positions the order of commits, so that a reader who has
 * seen position n has seen everything below it. The statements after the lock each take a fresh snapshot (read committed),
 * and so see what the last holder committed.
 *
 * Per append: outcome 0 appended, 1 duplicate (with its first result), 2 wrong revision (with the revision found, -1 for none),
 * 3 some of its event ids are taken by something else. Expected: ≥ 0 exact, -1 no stream, -2 any.
 *
 * Sequential scans are switched off because the plans are kept for the life of a connection and the log grows under them.
 */
const append = `
CREATE OR REPLACE FUNCTION log.append(
  streams text[], append_stream int[], append_expected int[], append_size int[],
  event_ids text[], types text[], versions int[], occurred timestamptz[], persons text[], payloads text[], metadata text[],
  stamp timestamptz,
  OUT outcomes int[], OUT revisions int[], OUT positions bigint[], OUT recorded timestamptz
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  head bigint; first_head bigint; last_recorded timestamptz;
  current int[];
  taken int; taken_stream text[]; taken_revision int[]; taken_position bigint[];
  new_revision int[]; new_position bigint[];
  stream int; size int; done int := 0; same int; other int;
BEGIN
  PERFORM pg_advisory_xact_lock(${appendLock});

  SELECT e.position, e.recorded_at INTO head, last_recorded FROM log.events e ORDER BY e.position DESC LIMIT 1;
  head := coalesce(head, 0);
  first_head := head;
  recorded := greatest(date_trunc('milliseconds', coalesce(stamp, clock_timestamp())), last_recorded);

  SELECT array_agg(coalesce(
           (SELECT e.revision FROM log.events e WHERE e.stream_id = s.id ORDER BY e.revision DESC LIMIT 1), -1) ORDER BY s.n)
    INTO current FROM unnest(streams) WITH ORDINALITY s(id, n);

  SELECT count(e.position), array_agg(e.stream_id ORDER BY i.n), array_agg(e.revision ORDER BY i.n), array_agg(e.position ORDER BY i.n)
    INTO taken, taken_stream, taken_revision, taken_position
    FROM unnest(event_ids) WITH ORDINALITY i(id, n)
    LEFT JOIN LATERAL (SELECT * FROM log.events e WHERE e.event_id = i.id LIMIT 1) e ON true;

  new_revision := array_fill(NULL::int, ARRAY[array_length(event_ids, 1)]);
  new_position := array_fill(NULL::bigint, ARRAY[array_length(event_ids, 1)]);
  outcomes := array_fill(0, ARRAY[array_length(append_stream, 1)]);
  revisions := array_fill(0, ARRAY[array_length(append_stream, 1)]);
  positions := array_fill(0::bigint, ARRAY[array_length(append_stream, 1)]);

  FOR a IN 1 .. array_length(append_stream, 1) LOOP
    stream := append_stream[a];
    size := append_size[a];
    IF taken > 0 THEN
      same := 0;
      other := 0;
      FOR n IN done + 1 .. done + size LOOP
        IF taken_position[n] IS NULL THEN CONTINUE;
        ELSIF taken_stream[n] = streams[stream] THEN
          same := same + 1;
          revisions[a] := greatest(revisions[a], taken_revision[n]);
          positions[a] := greatest(positions[a], taken_position[n]);
        ELSE
          other := other + 1;
        END IF;
      END LOOP;
      IF same + other > 0 THEN
        outcomes[a] := CASE WHEN same = size THEN 1 ELSE 3 END;
        done := done + size;
        CONTINUE;
      END IF;
    END IF;
    IF append_expected[a] <> -2 AND append_expected[a] <> current[stream] THEN
      outcomes[a] := 2;
      revisions[a] := current[stream];
      done := done + size;
      CONTINUE;
    END IF;
    FOR n IN done + 1 .. done + size LOOP
      current[stream] := current[stream] + 1;
      head := head + 1;
      new_revision[n] := current[stream];
      new_position[n] := head;
    END LOOP;
    revisions[a] := current[stream];
    positions[a] := head;
    done := done + size;
  END LOOP;

  IF head > first_head THEN
    INSERT INTO log.events
      (position, stream_id, revision, event_id, type, schema_version, occurred_at, recorded_at, person_id, data, metadata)
    SELECT e.position, streams[e.stream], e.revision, e.id, e.type, e.version, e.occurred, recorded, e.person, e.payload::json, e.metadata::json
      FROM (SELECT * FROM unnest(
              event_ids, types, versions, occurred, persons, payloads, metadata, new_revision, new_position,
              (SELECT array_agg(s.stream ORDER BY s.n, k.k)
                 FROM unnest(append_stream, append_size) WITH ORDINALITY s(stream, size, n), generate_series(1, s.size) k(k))
            ) u(id, type, version, occurred, person, payload, metadata, revision, position, stream)) e
     WHERE e.position IS NOT NULL
     ORDER BY e.position;
    PERFORM pg_notify('${announceChannel}', head::text);
  END IF;
END $$;
`;

export const logMigrations: readonly Migration[] = [{ name: '0001-log', sql: tables + append }];
