import { Injectable } from '@nestjs/common';
import { Database } from '#libs/platform/database.js';
import type { Clocks } from '../board/domain/history.js';
import { feedStatesTable, type FeedTrouble } from './feed-states.projection.js';

/** What is wrong with a feed of a hospital. */
export interface TroubledFeed {
  readonly hospital: string;
  readonly state: FeedTrouble;
  /** Silent: when the last message came. Late: up to when its news goes. */
  readonly since: string;
}

/** Which hospitals have a feed that is silent or late, as intake told it. */
@Injectable()
export class FeedStates {
  constructor(private readonly database: Database) {}

  /** By hospital, the longest trouble of each. */
  async troubled({ asOf, knownAt, live, upTo }: Clocks): Promise<ReadonlyMap<string, TroubledFeed>> {
    const { rows } = await this.database.query<{ hospital: string; state: FeedTrouble; since: Date }>(
      `SELECT DISTINCT ON (hospital) hospital, state, since FROM (
         SELECT DISTINCT ON (stream_id) hospitals, state, since FROM ${feedStatesTable}
          WHERE occurred_at <= $1 AND recorded_at <= $2 AND ($3::bigint IS NULL OR position <= $3)
          ORDER BY stream_id, revision DESC) latest, unnest(hospitals) AS hospital
        WHERE state <> 'live' ORDER BY hospital, since`,
      [live ? 'infinity' : asOf, live ? 'infinity' : knownAt, upTo ?? null],
    );
    return new Map(
      rows.map(({ hospital, state, since }) => [hospital, { hospital, state, since: since.toISOString() }] as const),
    );
  }
}
