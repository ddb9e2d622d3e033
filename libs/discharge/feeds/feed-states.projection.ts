import type { PoolClient } from 'pg';
import { feedContracts, type FeedEvent } from '#libs/contracts/intake/feed-events.js';
import type { Projection } from '#libs/event-feed/port.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { StoredEvent } from '#libs/event-store/port.js';

/** Its name, for `feed.caughtUp([feedStatesConsumer])`. */
export const feedStatesConsumer = 'discharge.feed-states';
export const feedStatesTable = 'discharge.feed_states_v1';

export type FeedTrouble = 'silent' | 'late';

/** What each feed was said to be, one row an event: so that a board of the past knows how fresh its rows were. */
const ddl = `
CREATE SCHEMA IF NOT EXISTS discharge;
CREATE TABLE IF NOT EXISTS ${feedStatesTable} (
  stream_id text NOT NULL,
  revision integer NOT NULL,
  position bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  feed text NOT NULL,
  hospitals text[] NOT NULL,
  state text NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (stream_id, revision)
);
CREATE INDEX IF NOT EXISTS feed_states_v1_position ON ${feedStatesTable} (position);
`;

const states: Readonly<Record<FeedEvent['type'], FeedTrouble | 'live'>> = {
  FeedFellSilent: 'silent',
  FeedFellBehind: 'late',
  FeedCaughtUp: 'live',
};

const isFeedNews = isOf(feedContracts);

/** How the ward feeds do, as intake says it when that changes. */
export const feedStatesProjection: Projection = {
  name: feedStatesConsumer,
  version: 1,
  wants: { streamPrefixes: ['feed-'], types: Object.keys(feedContracts) },
  tables: [feedStatesTable],
  ddl,
  async fold(events: readonly StoredEvent[], tx: PoolClient): Promise<void> {
    const rows = events.filter(isFeedNews).map((event) => ({
      stream_id: event.streamId,
      revision: event.revision,
      position: event.position,
      occurred_at: event.occurredAt,
      recorded_at: event.recordedAt,
      feed: event.data.feed,
      hospitals: event.data.hospitals,
      state: states[event.type],
      since: event.data.since,
    }));
    if (rows.length === 0) return;
    await tx.query(
      `INSERT INTO ${feedStatesTable}
       SELECT * FROM json_to_recordset($1::json) AS row(stream_id text, revision integer, position bigint, occurred_at timestamptz,
         recorded_at timestamptz, feed text, hospitals text[], state text, since timestamptz)
       ON CONFLICT (stream_id, revision) DO NOTHING`,
      [JSON.stringify(rows)],
    );
  },
};
