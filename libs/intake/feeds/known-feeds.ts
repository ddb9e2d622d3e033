import { Injectable } from '@nestjs/common';
import { Database } from '#libs/platform/database.js';
import { feedIdOf } from './feeds.reader.js';

/** A feed that was announced, heard, or both. */
export interface KnownFeed {
  readonly feedId: string;
  /** `MSH-3/MSH-4`, the source of CloudEvents, or the account that sends FHIR. */
  readonly feed: string;
  /** A message of it has come. */
  readonly heard: boolean;
}

interface Row {
  readonly feed: string;
  readonly heard: boolean;
}

const known = `
  SELECT coalesce(f.feed, m.feed) AS feed, f.feed IS NOT NULL AS heard, coalesce(f.hospitals, '{}') AS hospitals
    FROM intake.feeds f FULL JOIN intake.feed_mapping m ON m.feed = f.feed`;

/** Feeds by their id. A ward user sees those that have spoken of the own hospital. */
@Injectable()
export class KnownFeeds {
  constructor(private readonly database: Database) {}

  async find(feedId: string, hospital?: string): Promise<KnownFeed | undefined> {
    const { rows } = await this.database.query<Row>(
      `SELECT feed, heard FROM (${known}) k
        WHERE left(encode(sha256(convert_to(feed, 'UTF8')), 'hex'), 16) = $1 AND ($2::text IS NULL OR $2 = ANY (hospitals))`,
      [feedId, hospital ?? null],
    );
    return rows[0] && { feedId, ...rows[0] };
  }

  /** Those with a mapping of their own of which nothing has come yet. */
  async awaited(): Promise<readonly KnownFeed[]> {
    const { rows } = await this.database.query<Row>(
      `SELECT feed, heard FROM (${known}) k WHERE NOT heard ORDER BY feed`,
    );
    return rows.map((row) => ({ feedId: feedIdOf(row.feed), ...row }));
  }
}
