import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { Clock } from '#libs/platform/clock.js';
import { Metrics } from '#libs/platform/metrics.js';
import { FeedsReader, type ShownFeed } from './feeds.reader.js';

/** A sender names itself: so that nobody can fill the memory of whoever reads these, only the feeds heard last are measured. */
const mostFeeds = 200;
const keptMs = 1000;

/** What Prometheus reads of each feed. */
@Injectable()
export class FeedGauges {
  private asked: { readonly at: number; readonly feeds: Promise<readonly ShownFeed[] | undefined> } | undefined;

  constructor(
    private readonly feeds: FeedsReader,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {}

  register(): void {
    this.measure('last_message_age_seconds', 'Time since the last message of a feed', ({ lastMessageAt }) =>
      Math.max(0, (Date.parse(this.clock.now()) - Date.parse(lastMessageAt)) / 1000),
    );
    this.measure('lag_seconds', 'How long after it was recorded the last message came', ({ lag }) => lag);
    this.measure('messages_last_hour', 'Messages within the last hour', ({ rate }) => rate);
    this.measure('messages_usual_hour', 'Median of the same hour of the last four weeks', ({ usualRate }) => usualRate);
    this.measure(
      'missing_messages',
      'Numbers missing among the messages of the last hour',
      ({ gaps }) => gaps?.missing ?? null,
    );
    this.measure('quarantine_waiting', 'Messages waiting in quarantine', ({ inQuarantine }) => inQuarantine);
    this.measure(
      'quarantine_expired',
      'Messages deleted because nobody settled them in time',
      ({ expired }) => expired,
    );
    this.measure('silent', '1 while a feed is silent or late', ({ state }) =>
      Number(state === 'silent' || state === 'late'),
    );
    const heard = () => this.heard();
    new Gauge({
      name: 'homeward_feed_messages',
      help: 'Messages of a feed by what became of them',
      labelNames: ['feed', 'outcome'] as const,
      registers: [this.metrics.registry],
      async collect() {
        const feeds = await heard();
        if (feeds === undefined) return;
        this.reset();
        for (const shown of feeds)
          for (const outcome of ['accepted', 'duplicates', 'ignored', 'quarantined'] as const)
            this.set({ feed: shown.feed, outcome }, shown[outcome]);
      },
    });
  }

  private measure(name: string, help: string, of: (feed: ShownFeed) => number | null): void {
    const heard = () => this.heard();
    new Gauge({
      name: `homeward_feed_${name}`,
      help,
      labelNames: ['feed'] as const,
      registers: [this.metrics.registry],
      async collect() {
        const feeds = await heard();
        if (feeds === undefined) return;
        this.reset();
        for (const shown of feeds) {
          const value = of(shown);
          if (value !== null) this.set({ feed: shown.feed }, value);
        }
      },
    });
  }

  /** All gauges of one reading ask once. Undefined while the database is away: the last figures stand. */
  private heard(): Promise<readonly ShownFeed[] | undefined> {
    const now = performance.now();
    if (this.asked === undefined || now - this.asked.at > keptMs) {
      const feeds = this.feeds.all().then(
        (all) => all.toSorted((a, b) => (a.lastMessageAt < b.lastMessageAt ? 1 : -1)).slice(0, mostFeeds),
        () => undefined,
      );
      this.asked = { at: now, feeds };
    }
    return this.asked.feeds;
  }
}
