import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database.js';
import type { PersonId } from '../port.js';
import { personIdOf } from '../identity/identifier-hash.js';

/** A local id that belongs to nobody certain, and the people known by an NHS number that it was seen with. */
export interface IdentityConflict {
  readonly personId: PersonId;
  readonly seenWith: readonly PersonId[];
}

const conflictsSql = `
SELECT b.person_id AS "personId",
       coalesce(array_agg(e.other ORDER BY e.other) FILTER (WHERE e.other IS NOT NULL), '{}') AS numbers
  FROM people.identity_base_v1 b
  LEFT JOIN people.identity_edge_v1 e
    ON e.hash = substr(b.person_id, 2) AND e.other_kind = 'nhs-number' AND NOT e.apart
 WHERE b.contested AND b.person_id > $1
 GROUP BY b.person_id ORDER BY b.person_id LIMIT $2`;

/** What is for a person to settle: identifiers seen with two NHS numbers (architecture.md §7). */
@Injectable()
export class IdentityConflicts {
  constructor(private readonly database: Database) {}

  /** At most `limit`, after this person id. */
  async list(after: string, limit: number): Promise<readonly IdentityConflict[]> {
    const { rows } = await this.database.query<{ personId: string; numbers: string[] }>(conflictsSql, [after, limit]);
    return rows.map(({ personId, numbers }) => ({
      personId,
      seenWith: numbers.map((hash) => personIdOf({ kind: 'nhs-number', hash })),
    }));
  }
}
