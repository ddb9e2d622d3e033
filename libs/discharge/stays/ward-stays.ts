import { Injectable } from '@nestjs/common';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { Database } from '#libs/platform/database.js';
import type { StayVersion } from './stay-row.js';
import { staysTable, stayVersionsTable } from './stays.projection.js';
import { prepared } from '#libs/platform/prepared.js';

interface Row {
  readonly stay_id: string;
  readonly revision: number;
  readonly position: string;
  readonly recorded_at: Date;
  readonly occurred_at: Date;
  readonly type: string;
  readonly admission_cancelled_at: Date | null;
  readonly discharge_cancelled_at: Date | null;
  readonly block: StayBlock;
}

const fields = `v.stay_id, v.revision, v.position::text AS position, v.recorded_at, v.occurred_at, v.type,
  v.admission_cancelled_at, v.discharge_cancelled_at, v.block`;

const versionOf = (row: Row): StayVersion => ({
  stayId: row.stay_id,
  revision: row.revision,
  position: row.position,
  recordedAt: row.recorded_at.toISOString(),
  occurredAt: row.occurred_at.toISOString(),
  type: row.type,
  admissionCancelledAt: row.admission_cancelled_at?.toISOString() ?? null,
  dischargeCancelledAt: row.discharge_cancelled_at?.toISOString() ?? null,
  block: row.block,
});

/** The discharge side's own copy of the stays, as they stand. */
@Injectable()
export class WardStays {
  constructor(private readonly database: Database) {}

  /** Stays by id; ids nobody has are missing. */
  async byIds(stayIds: readonly string[]): Promise<readonly StayVersion[]> {
    if (stayIds.length === 0) return [];
    const { rows } = await this.database.query<Row>(
      prepared(
        `SELECT ${fields} FROM ${staysTable} s JOIN ${stayVersionsTable} v USING (stay_id, revision) WHERE s.stay_id = ANY($1)`,
        [stayIds],
      ),
    );
    return rows.map(versionOf);
  }
}
