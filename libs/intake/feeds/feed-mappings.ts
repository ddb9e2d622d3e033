import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import type { PartialFeedMapping } from '../domain/feed-mapping.js';
import { readMapping } from '../domain/mapping-faults.js';
import { MessageRegister } from '../register/message-register.js';

/** The mappings set for feeds. Read without waiting, so that messages keep their order; refreshed in the background, for other processes change them too. */
@Injectable()
export class FeedMappings {
  private readonly logger = new Logger('intake');
  private mappings: ReadonlyMap<string, PartialFeedMapping> = new Map();
  private warned = '';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly register: MessageRegister,
  ) {}

  get current(): ReadonlyMap<string, PartialFeedMapping> {
    return this.mappings;
  }

  async refresh(): Promise<void> {
    // With another mapping a message may be read that a person corrected before: that it was has to be known first.
    await this.register.refresh();
    const { rows } = await this.database.query<{ feed: string; mapping: unknown }>(
      'SELECT feed, mapping FROM intake.feed_mapping',
    );
    const read = rows.map(({ feed, mapping }) => ({ feed, ...readMapping(mapping) }));
    this.mappings = new Map(read.flatMap((one) => (one.ok ? [[one.feed, one.mapping] as const] : [])));
    this.warn(read.flatMap((one) => (one.ok ? [] : [one.feed])));
  }

  /** Said once: a mapping set by another version of the service must not be left out in silence. */
  private warn(unusable: readonly string[]): void {
    const feeds = unusable.join(', ');
    if (feeds !== '' && feeds !== this.warned)
      this.logger.warn({ says: 'the mapping that is set cannot be used; the standard counts', feeds });
    this.warned = feeds;
  }

  async set(feed: string, mapping: PartialFeedMapping, by: string): Promise<void> {
    await this.database.query(
      `INSERT INTO intake.feed_mapping (feed, mapping, set_by, set_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (feed) DO UPDATE SET mapping = excluded.mapping, set_by = excluded.set_by, set_at = excluded.set_at`,
      [feed, JSON.stringify(mapping), by, this.clock.now()],
    );
    await this.refresh();
  }
}
