import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { Database } from '../platform/database.js';
import { newId } from '../platform/ids.js';
import { decodeCursor, pageOf, type List } from '../platform/list.js';
import { Audit, type AuditEntry, type RecordsRead } from './audit.js';

export interface AuditSearch {
  readonly userId?: string;
  readonly caseId?: string;
  readonly personId?: string;
  readonly limit: number;
  readonly cursor?: string;
}

type Key = readonly [at: string, entryId: string];
const isKey = (value: unknown): value is Key =>
  Array.isArray(value) &&
  value.length === 2 &&
  value.every((part) => typeof part === 'string') &&
  !Number.isNaN(Date.parse(String(value[0])));

/** `access.audit`: one row a view. */
@Injectable()
export class PostgresAudit extends Audit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async read({ user, what, caseIds, personIds, why }: RecordsRead): Promise<void> {
    await this.database.query(
      `INSERT INTO access.audit (entry_id, at, user_id, username, role, organisation, what, case_ids, person_ids, why)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        newId(),
        this.clock.now(),
        user.userId,
        user.username,
        user.role,
        user.organisation,
        what,
        caseIds ?? [],
        personIds ?? [],
        why ?? null,
      ],
    );
  }

  /** Newest first. */
  async search({ userId, caseId, personId, limit, cursor }: AuditSearch): Promise<List<AuditEntry>> {
    const [at, entryId] = cursor === undefined ? [null, null] : decodeCursor(cursor, isKey);
    const { rows } = await this.database.query<Omit<AuditEntry, 'at'> & { at: Date }>(
      `SELECT entry_id AS "entryId", at, user_id AS "userId", username, role, organisation, what,
              case_ids AS "caseIds", person_ids AS "personIds", why
         FROM access.audit
        WHERE ($1::text IS NULL OR user_id = $1)
          AND ($2::text IS NULL OR case_ids @> ARRAY[$2])
          AND ($3::text IS NULL OR person_ids @> ARRAY[$3])
          AND ($4::timestamptz IS NULL OR (at, entry_id) < ($4, $5))
        ORDER BY at DESC, entry_id DESC LIMIT $6`,
      [userId ?? null, caseId ?? null, personId ?? null, at, entryId, limit + 1],
    );
    const entries = rows.map((row) => ({ ...row, at: row.at.toISOString() }));
    return pageOf(entries, limit, (entry): Key => [entry.at, entry.entryId]);
  }
}
