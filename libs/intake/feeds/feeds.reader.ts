import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { mappingOf, type FeedMapping } from '../domain/feed-mapping.js';
import { FeedMappings } from './feed-mappings.js';

export interface ShownFeed {
  readonly feedId: string;
  /** `MSH-3/MSH-4`, or the source of CloudEvents. */
  readonly feed: string;
  readonly hospitals: readonly string[];
  readonly lastMessageAt: string;
  /** Messages of the last hour. */
  readonly rate: number;
  /** Seconds between the sender's recorded time of the last message and its arrival; null while none was taken. */
  readonly lag: number | null;
  readonly accepted: number;
  readonly duplicates: number;
  readonly ignored: number;
  readonly quarantined: number;
  /** Deleted from quarantine because nobody settled them within 30 days. */
  readonly expired: number;
  /** Waiting in quarantine now. */
  readonly inQuarantine: number;
  /** Control ids that came again with other content. */
  readonly flagged: number;
  readonly mapping: FeedMapping;
}

interface Row {
  readonly feed: string;
  readonly hospitals: string[];
  readonly last_at: Date;
  readonly last_recorded_at: Date | null;
  readonly accepted: string;
  readonly duplicates: string;
  readonly ignored: string;
  readonly quarantined: string;
  readonly expired: string;
  readonly flagged: string;
  readonly rate: string;
  readonly in_quarantine: string;
}

/** Opaque, and the same wherever the feed is met. */
export const feedIdOf = (feed: string): string => createHash('sha256').update(feed).digest('hex').slice(0, 16);

/** Every sender ever heard, and how it does. */
@Injectable()
export class FeedsReader {
  constructor(
    private readonly database: Database,
    private readonly mappings: FeedMappings,
    private readonly clock: Clock,
  ) {}

  async all(hospital?: string): Promise<readonly ShownFeed[]> {
    const { rows } = await this.database.query<Row>(
      `SELECT f.*,
              (SELECT count(*) FROM intake.messages m WHERE m.feed = f.feed AND m.first_at > $2::timestamptz - interval '1 hour') AS rate,
              (SELECT count(*) FROM intake.quarantine q WHERE q.feed = f.feed) AS in_quarantine
         FROM intake.feeds f WHERE $1::text IS NULL OR $1 = ANY (f.hospitals) ORDER BY f.feed`,
      [hospital ?? null, this.clock.now()],
    );
    return rows.map((row) => ({
      feedId: feedIdOf(row.feed),
      feed: row.feed,
      hospitals: row.hospitals,
      lastMessageAt: row.last_at.toISOString(),
      rate: Number(row.rate),
      lag: row.last_recorded_at && Math.round((row.last_at.getTime() - row.last_recorded_at.getTime()) / 1000),
      accepted: Number(row.accepted),
      duplicates: Number(row.duplicates),
      ignored: Number(row.ignored),
      quarantined: Number(row.quarantined),
      expired: Number(row.expired),
      inQuarantine: Number(row.in_quarantine),
      flagged: Number(row.flagged),
      mapping: mappingOf(row.feed, this.mappings.current),
    }));
  }
}
