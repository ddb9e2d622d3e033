import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { Database } from '#libs/platform/database.js';
import { BrokerageSettings } from '../brokerage-settings.js';
import { casesTable, type CaseRow } from '../case-mirror/cases.projection.js';
import { isOpened, type PlacementRequest, type RequestStateName } from '../domain/request-state.js';
import { queueRow, type QueueRow } from './queue-row.js';
import { requestsTable, type RequestRow } from './requests.projection.js';

export interface QueueFilter {
  readonly states?: readonly RequestStateName[];
  readonly broker?: string;
  readonly caseId?: string;
  /** Only what this provider was asked for. */
  readonly providerId?: string;
}
export interface QueuePlace {
  readonly openedAt: string;
  readonly requestId: string;
}
export interface QueueEntry {
  readonly request: PlacementRequest;
  readonly row: QueueRow;
  readonly requestPosition: string;
  readonly casePosition: string;
}

interface Found {
  readonly row: RequestRow;
  readonly case_row: CaseRow | null;
  readonly request_position: string;
  readonly case_position: string | null;
}

const selected = `SELECT r.row, c.row AS case_row, r.position::text AS request_position, c.position::text AS case_position
  FROM ${requestsTable.tableName} r LEFT JOIN ${casesTable.tableName} c ON c.key = r.case_id`;

/** The queue of brokerage as the read models hold it. */
@Injectable()
export class RequestQueue {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly settings: BrokerageSettings,
  ) {}

  /** In the order they were opened, after `after`; at most `limit`. */
  async list(filter: QueueFilter, limit: number, after?: QueuePlace): Promise<readonly QueueEntry[]> {
    const { rows } = await this.database.query<Found>(
      `${selected}
        WHERE r.state IS NOT NULL
          AND ($1::text[] IS NULL OR r.state = ANY ($1))
          AND ($2::text IS NULL OR r.broker = $2)
          AND ($3::text IS NULL OR r.case_id = $3)
          AND ($4::text IS NULL OR r.providers @> ARRAY[$4])
          AND ($5::text IS NULL OR (r.opened_at, r.key) > ($5, $6::text COLLATE "C"))
        ORDER BY r.opened_at, r.key LIMIT $7`,
      [
        filter.states ?? null,
        filter.broker ?? null,
        filter.caseId ?? null,
        filter.providerId ?? null,
        after?.openedAt ?? null,
        after?.requestId ?? null,
        limit,
      ],
    );
    return rows.flatMap((found) => this.entryOf(found));
  }

  /**
   * What one of the two read models changed after a position, in the order of the changes. A change of a case touches all its
   * requests at one position: those come whole, even beyond `limit`, since the next page begins after it.
   */
  async changed(
    by: 'request' | 'case',
    after: string,
    providerId: string | null,
    limit: number,
  ): Promise<readonly QueueEntry[]> {
    const position = by === 'request' ? 'r.position' : 'c.position';
    const { rows } = await this.database.query<Found>(
      `${selected}
        WHERE r.state IS NOT NULL AND ${position} > $1::bigint AND ($2::text IS NULL OR r.providers @> ARRAY[$2])
        ORDER BY ${position} FETCH FIRST $3 ROWS WITH TIES`,
      [after, providerId, limit],
    );
    return rows.flatMap((found) => this.entryOf(found));
  }

  private entryOf({ row, case_row, request_position, case_position }: Found): QueueEntry[] {
    const { request, changedAt } = row;
    if (!isOpened(request)) return [];
    const facts = case_row?.facts ?? [];
    const last = facts.at(-1)?.recordedAt ?? '';
    const updatedAt = last > changedAt ? last : changedAt;
    const shown = queueRow(request, facts, this.settings.targetHours, this.clock.now(), updatedAt);
    return [{ request, row: shown, requestPosition: request_position, casePosition: case_position ?? '0' }];
  }
}
