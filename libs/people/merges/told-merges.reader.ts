import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database.js';
import { identitiesTables } from '../identity/identities.projection.js';
import type { MergeBecause, ToldMerge } from '../identity/person-events.js';

/** A merge that can be reverted, or was. */
export interface ListedMerge extends ToldMerge {
  readonly because: MergeBecause;
  readonly reverted: boolean;
}

/** Merges by their ids: whoever reverts one has to find it first. */
@Injectable()
export class ToldMerges {
  constructor(private readonly database: Database) {}

  /** At most `limit`, after this merge; of one person, whichever side they were on, if given. */
  async list(after: string, limit: number, personIds: readonly string[] | null): Promise<readonly ListedMerge[]> {
    const { rows } = await this.database.query<ListedMerge>(
      `SELECT merge_id AS "mergeId", survivor, loser, because, NOT active AS reverted
         FROM ${identitiesTables.merge}
        WHERE merge_id > $1
          AND ($3::text[] IS NULL OR survivor = ANY ($3) OR loser = ANY ($3) OR survivor_base = ANY ($3) OR loser_base = ANY ($3))
        ORDER BY merge_id LIMIT $2`,
      [after, limit, personIds],
    );
    return rows;
  }
}
