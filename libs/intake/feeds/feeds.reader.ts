import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { Settings } from '#libs/platform/settings.js';
import { missingAmong, type Gaps } from '../domain/feed-gaps.js';
import { healthOf, type FeedHealth, type FeedState } from '../domain/feed-health.js';
import { mappingOf, type FeedMapping } from '../domain/feed-mapping.js';
import { FeedMappings } from './feed-mappings.js';

export interface ShownFeed {
  readonly feedId: string;
  /** `MSH-3/MSH-4`, or the source of CloudEvents. */
  readonly feed: string;
  readonly hospitals: readonly string[];
  readonly lastMessageAt: string;
  /** How it does, and since when it has not done well. */
  readonly state: FeedState;
  readonly since: string | null;
  /** Messages of the last hour. */
  readonly rate: number;
  /** The median of the same hour of the last four weeks; null while none of them is known. */
  readonly usualRate: number | null;
  /** Seconds between the sender's recorded time of the last message and its arrival; null while none was taken. */
  readonly lag: number | null;
  /** Numbers missing among the messages of the last hour; null where the sender does not count up. */
  readonly gaps: Gaps | null;
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

interface FeedRow {
  readonly feed: string;
  readonly hospitals: string[];
  readonly first_at: Date;
  readonly last_at: Date;
  readonly last_recorded_at: Date | null;
  readonly heard_at: Date | null;
  readonly heard_recorded_at: Date | null;
}

interface CountedRow extends FeedRow {
  readonly accepted: string;
  readonly duplicates: string;
  readonly ignored: string;
  readonly quarantined: string;
  readonly expired: string;
  readonly flagged: string;
  readonly rate: string;
  readonly in_quarantine: string;
}

/** A feed and how it does, without its counts. */
export interface WatchedFeed {
  readonly feedId: string;
  readonly feed: string;
  readonly hospitals: readonly string[];
  readonly heardAt: string | null;
  readonly health: FeedHealth;
}

/** Messages looked at for gaps, of all feeds together. */
const mostNumbered = 20_000;

/** Opaque, and the same wherever the feed is met. */
export const feedIdOf = (feed: string): string => createHash('sha256').update(feed).digest('hex').slice(0, 16);

/** Every sender ever heard, and how it does. */
@Injectable()
export class FeedsReader {
  constructor(
    private readonly database: Database,
    private readonly mappings: FeedMappings,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  async all(hospital?: string): Promise<readonly ShownFeed[]> {
    const now = this.clock.now();
    const [{ rows }, hours, gaps] = await Promise.all([
      this.database.query<CountedRow>(
        `SELECT f.*,
                (SELECT count(*) FROM intake.messages m WHERE m.feed = f.feed AND m.first_at > $2::timestamptz - interval '1 hour') AS rate,
                (SELECT count(*) FROM intake.quarantine q WHERE q.feed = f.feed) AS in_quarantine
           FROM intake.feeds f WHERE $1::text IS NULL OR $1 = ANY (f.hospitals) ORDER BY f.feed`,
        [hospital ?? null, now],
      ),
      this.hours(now),
      this.gaps(now),
    ]);
    return rows.map((row) => {
      const { state, since, usualRate, lagSeconds } = this.healthOf(row, hours, now);
      const imported =
        row.last_recorded_at && Math.round((row.last_at.getTime() - row.last_recorded_at.getTime()) / 1000);
      return {
        feedId: feedIdOf(row.feed),
        feed: row.feed,
        hospitals: row.hospitals,
        lastMessageAt: (row.heard_at ?? row.last_at).toISOString(),
        state,
        since,
        rate: Number(row.rate),
        usualRate: usualRate === null ? null : Math.round(usualRate),
        lag: row.heard_at ? lagSeconds : imported,
        gaps: gaps.get(row.feed) ?? null,
        accepted: Number(row.accepted),
        duplicates: Number(row.duplicates),
        ignored: Number(row.ignored),
        quarantined: Number(row.quarantined),
        expired: Number(row.expired),
        inQuarantine: Number(row.in_quarantine),
        flagged: Number(row.flagged),
        mapping: mappingOf(row.feed, this.mappings.current),
      };
    });
  }

  /** How every feed does. */
  async watched(): Promise<readonly WatchedFeed[]> {
    const now = this.clock.now();
    const [{ rows }, hours] = await Promise.all([
      this.database.query<FeedRow>('SELECT * FROM intake.feeds WHERE heard_at IS NOT NULL ORDER BY feed'),
      this.hours(now),
    ]);
    return rows.map((row) => ({
      feedId: feedIdOf(row.feed),
      feed: row.feed,
      hospitals: row.hospitals,
      heardAt: row.heard_at?.toISOString() ?? null,
      health: this.healthOf(row, hours, now),
    }));
  }

  private healthOf(row: FeedRow, hours: ReadonlyMap<string, ReadonlyMap<number, number>>, now: string): FeedHealth {
    const record = {
      firstAt: row.first_at.toISOString(),
      heardAt: row.heard_at?.toISOString() ?? null,
      heardRecordedAt: row.heard_recorded_at?.toISOString() ?? null,
      hours: hours.get(row.feed) ?? new Map<number, number>(),
    };
    return healthOf(record, this.settings.feedRule, now);
  }

  private async hours(now: string): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
    const { rows } = await this.database.query<{ feed: string; hour: Date; messages: string }>(
      `SELECT feed, hour, messages FROM intake.feed_hours WHERE hour > $1::timestamptz - interval '30 days'`,
      [now],
    );
    return new Map(
      [...Map.groupBy(rows, ({ feed }) => feed)].map(([feed, of]) => [
        feed,
        new Map(of.map(({ hour, messages }) => [hour.getTime(), Number(messages)])),
      ]),
    );
  }

  /** What is missing among the messages of the last hour, by feed. Whatever was refused as unreadable (`AR`) is missing too: nothing says reliably whose it was. */
  private async gaps(now: string): Promise<ReadonlyMap<string, Gaps>> {
    const { rows } = await this.database.query<{ feed: string; control_id: string; sequence: string | null }>(
      `SELECT feed, control_id, sequence FROM (
         SELECT feed, control_id, sequence, first_at FROM intake.messages
          WHERE first_at > $1::timestamptz - interval '1 hour' ORDER BY first_at DESC LIMIT $2) newest ORDER BY first_at`,
      [now, mostNumbered],
    );
    return new Map(
      [...Map.groupBy(rows, ({ feed }) => feed)].flatMap(([feed, of]) => {
        const gaps = missingAmong(
          of.map(({ control_id, sequence }) => ({
            controlId: control_id,
            sequence: sequence === null ? null : Number(sequence),
          })),
        );
        return gaps ? [[feed, gaps] as const] : [];
      }),
    );
  }
}
