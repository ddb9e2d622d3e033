import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import type { PartialFeedMapping } from '../domain/feed-mapping.js';
import { readMapping } from '../domain/mapping-faults.js';

/** The mappings set for feeds. Read without waiting, so that messages keep their order; refreshed in the background, for other processes change them too. */
@Injectable()
export class FeedMappings {
  private mappings: ReadonlyMap<string, PartialFeedMapping> = new Map();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  get current(): ReadonlyMap<string, PartialFeedMapping> {
    return this.mappings;
  }

  async refresh(): Promise<void> {
    const { rows } = await this.database.query<{ feed: string; mapping: unknown }>(
      'SELECT feed, mapping FROM intake.feed_mapping',
    );
    this.mappings = new Map(
      rows.flatMap(({ feed, mapping }) => {
        const read = readMapping(mapping);
        return read.ok ? [[feed, read.mapping] as const] : [];
      }),
    );
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
