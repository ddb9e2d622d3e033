/**
 * One statement, one round trip: notes the messages of a batch, takes out of quarantine what was taken after all, and counts for each feed.
 * `hasty`: this transaction does not wait for the disk. `ignored` and `quarantined` of what was known are 0 and all of them.
 */
export const noteMessages = `
WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS off),
arrived AS MATERIALIZED (
  SELECT u.* FROM hasty, unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[],
    $11::int[], $12::boolean[], $13::int[], $14::int[], $15::int[], $16::int[], $17::int[], $18::int[], $19::boolean[], $20::bigint[], $21::text[], $22::text[])
    AS u (feed, control_id, hash, kind, outcome, reason, stay_id, hospital, recorded, at,
          repeats, reused, new_accepted, new_duplicates, new_ignored, quarantined, known_accepted, known_duplicates,
          live, sequence, corrects, corrected_by)
), noted AS (
  INSERT INTO intake.messages AS m (feed, control_id, hash, kind, outcome, reason, stay_id, first_at, last_at, repeats, sequence, flagged)
  SELECT feed, control_id, hash, kind, outcome, reason, stay_id, at, at, repeats, sequence,
         reused OR EXISTS (SELECT 1 FROM intake.messages o
                            WHERE o.feed = arrived.feed AND o.control_id = arrived.control_id AND o.hash <> arrived.hash
                              AND o.outcome <> 'corrected' AND NOT (arrived.corrects IS NOT NULL AND EXISTS (
                                SELECT 1 FROM intake.quarantine c WHERE c.id = arrived.corrects AND c.hash = o.hash)))
    FROM arrived
  ON CONFLICT (feed, control_id, hash) DO UPDATE SET
    last_at = excluded.last_at, repeats = m.repeats + 1 + excluded.repeats,
    outcome = CASE WHEN m.outcome IN ('quarantined', 'dismissed', 'expired') THEN excluded.outcome ELSE m.outcome END,
    reason = CASE WHEN m.outcome IN ('quarantined', 'dismissed', 'expired') THEN excluded.reason ELSE m.reason END,
    stay_id = coalesce(m.stay_id, excluded.stay_id)
  RETURNING feed, control_id, hash, repeats, flagged
), told AS (
  SELECT a.*, n.flagged, n.repeats > a.repeats AS known FROM arrived a JOIN noted n USING (feed, control_id, hash)
), settled AS (
  DELETE FROM intake.quarantine q USING arrived a
   WHERE a.outcome <> 'quarantined' AND q.feed = a.feed AND q.control_id = a.control_id AND q.hash = a.hash
), corrected AS (
  UPDATE intake.messages o SET outcome = 'corrected', reason = 'Corrected by ' || a.corrected_by, stay_id = coalesce(a.stay_id, o.stay_id)
    FROM arrived a JOIN intake.quarantine c ON c.id = a.corrects
   WHERE a.outcome <> 'quarantined' AND o.feed = c.feed AND o.control_id = c.control_id AND o.hash = c.hash
), settled_by_hand AS (
  DELETE FROM intake.quarantine q USING arrived a WHERE a.outcome <> 'quarantined' AND q.id = a.corrects
), by_hour AS (
  INSERT INTO intake.feed_hours AS h (feed, hour, messages)
  SELECT feed, date_trunc('hour', at, 'UTC'), sum(1 + repeats) FROM arrived WHERE live GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (feed, hour) DO UPDATE SET messages = h.messages + excluded.messages
), counted AS (
  INSERT INTO intake.feeds AS f
    (feed, first_at, last_at, last_recorded_at, heard_at, heard_recorded_at, accepted, duplicates, ignored, quarantined, flagged, hospitals)
  SELECT feed, min(at), max(at), max(recorded), max(at) FILTER (WHERE live), max(recorded) FILTER (WHERE live),
         sum(CASE WHEN known THEN known_accepted ELSE new_accepted END),
         sum(CASE WHEN known THEN known_duplicates ELSE new_duplicates END),
         sum(CASE WHEN known THEN 0 ELSE new_ignored END),
         sum(quarantined),
         count(*) FILTER (WHERE flagged AND NOT known),
         coalesce(array_agg(DISTINCT hospital) FILTER (WHERE hospital IS NOT NULL), '{}')
    FROM told GROUP BY feed ORDER BY feed
  ON CONFLICT (feed) DO UPDATE SET
    last_at = greatest(f.last_at, excluded.last_at), last_recorded_at = coalesce(excluded.last_recorded_at, f.last_recorded_at),
    heard_at = greatest(f.heard_at, excluded.heard_at), heard_recorded_at = coalesce(excluded.heard_recorded_at, f.heard_recorded_at),
    accepted = f.accepted + excluded.accepted, duplicates = f.duplicates + excluded.duplicates, ignored = f.ignored + excluded.ignored,
    quarantined = f.quarantined + excluded.quarantined, flagged = f.flagged + excluded.flagged,
    hospitals = CASE WHEN f.hospitals @> excluded.hospitals THEN f.hospitals
                     ELSE (SELECT array_agg(DISTINCT h ORDER BY h) FROM unnest(f.hospitals || excluded.hospitals) h) END
)
SELECT feed, control_id, hash, known, flagged FROM told`;
