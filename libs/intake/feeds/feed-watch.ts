import { Injectable } from '@nestjs/common';
import { feedContracts, type FeedEvent } from '#libs/contracts/intake/feed-events.js';
import { isOf } from '#libs/event-store/contracted.js';
import { EventStore, type ExpectedRevision } from '#libs/event-store/port.js';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { newId } from '#libs/platform/ids.js';
import type { FeedState } from '../domain/feed-health.js';
import { FeedsReader, type WatchedFeed } from './feeds.reader.js';

/** How often feeds are looked at; what changes shows on boards within this time. */
export const watchEveryMs = 60_000;

interface Told {
  readonly state: FeedState;
  readonly revision: ExpectedRevision;
}

const isFeedNews = isOf(feedContracts);
const states: Readonly<Record<FeedEvent['type'], FeedState>> = {
  FeedFellSilent: 'silent',
  FeedFellBehind: 'late',
  FeedCaughtUp: 'live',
};

/**
 * Tells the other contexts when a feed falls silent or behind, and when it has caught up: one event a change, none while nothing changes.
 * A feed that goes up and down about the rule for being late is told when it was so at two looks in a row.
 */
@Injectable()
export class FeedWatch {
  private readonly seen = new Map<string, FeedState>();

  constructor(
    private readonly feeds: FeedsReader,
    private readonly store: EventStore,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Looks at every feed. */
  async look(): Promise<void> {
    for (const feed of await this.feeds.watched()) await this.lookAt(feed);
  }

  /** Only the last weeks are needed for what is usual. */
  async forgetOldHours(): Promise<void> {
    await this.database.query(`DELETE FROM intake.feed_hours WHERE hour < $1::timestamptz - interval '35 days'`, [
      this.clock.now(),
    ]);
  }

  private async lookAt(feed: WatchedFeed): Promise<void> {
    const { state } = feed.health;
    const before = this.seen.get(feed.feedId);
    this.seen.set(feed.feedId, state);
    const told = await this.toldOf(feed.feedId);
    const now = state === 'unknown' ? 'live' : state;
    if (told.state === now) return;
    const wavers = told.state === 'late' || now === 'late';
    if (wavers && before !== state) return;
    const event = newsOf(feed);
    // Another process may have told it at the same moment: then there is nothing left to say.
    await this.store.append(
      `feed-${feed.feedId}`,
      told.revision,
      [{ eventId: newId(), schemaVersion: 1, occurredAt: this.clock.now(), ...event }],
      {
        correlationId: newId(),
        actor: { id: 'policy:intake.feed-watch', role: 'policy', organisation: 'homeward' },
        source: 'ticker:intake.feed-watch',
      },
    );
  }

  private async toldOf(feedId: string): Promise<Told> {
    const last = (await this.store.readStream(`feed-${feedId}`)).at(-1);
    if (!last) return { state: 'live', revision: 'no-stream' };
    return { state: isFeedNews(last) ? states[last.type] : 'live', revision: last.revision };
  }
}

const newsOf = ({ feed, hospitals, heardAt, health }: WatchedFeed): FeedEvent => {
  const of = { feed, hospitals: [...hospitals], since: health.since ?? heardAt ?? '' };
  switch (health.state) {
    case 'silent':
      return { type: 'FeedFellSilent', data: { ...of, usual: Math.round(health.usualSince ?? 0) } };
    case 'late':
      return { type: 'FeedFellBehind', data: { ...of, lagSeconds: health.lagSeconds ?? 0 } };
    default:
      return { type: 'FeedCaughtUp', data: of };
  }
};
