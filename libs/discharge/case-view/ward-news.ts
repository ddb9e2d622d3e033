import { Injectable } from '@nestjs/common';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import { Database } from '#libs/platform/database.js';
import type { Clocks } from '../board/domain/history.js';
import { stayVersionsTable } from '../stays/stays.projection.js';

export interface WardNewsItem {
  readonly type: string;
  readonly says: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly ward: string | null;
}

const sentences: ReadonlyMap<string, string> = new Map(
  Object.values(stayContracts).map(({ type, says }) => [type, says]),
);

/** What the ward said of a stay, message by message, the newest first. */
@Injectable()
export class WardNews {
  constructor(private readonly database: Database) {}

  async of(stayId: string, clocks: Clocks): Promise<readonly WardNewsItem[]> {
    const { rows } = await this.database.query<{
      type: string;
      occurred_at: Date;
      recorded_at: Date;
      ward: string | null;
    }>(
      `SELECT type, occurred_at, recorded_at, block->'locations'->-1->>'ward' AS ward FROM ${stayVersionsTable}
       WHERE stay_id = $1 AND recorded_at <= $2 AND occurred_at <= $3 ORDER BY revision DESC LIMIT 200`,
      [stayId, clocks.live ? 'infinity' : clocks.knownAt, clocks.asOf],
    );
    return rows.map(({ type, occurred_at, recorded_at, ward }) => ({
      type,
      says: sentences.get(type) ?? type,
      occurredAt: occurred_at.toISOString(),
      recordedAt: recorded_at.toISOString(),
      ward,
    }));
  }
}
