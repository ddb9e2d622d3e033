import type { Database } from '#libs/platform/database.js';
import type { CareKind } from '../domain/care-fact.js';
import { factsFolded } from './care-folded.js';
import { factsFromEntries } from './care-from-entries.js';
import type { CareRow, WhichFacts } from './care-row.js';

/**
 * While the table of the facts is built beside those of the version before, a view stands in for it that holds none (histories/tables.ts): what is
 * counted is then worked out of what the events said, as the fold does it.
 */
export const areFolded = async (db: Database): Promise<boolean> => {
  const { rows } = await db.query<{ tables: number }>(
    `SELECT count(*)::int AS tables FROM pg_class
     WHERE oid = to_regclass('insights.care_facts_v2') AND relkind = 'r'`,
  );
  return rows[0]?.tables === 1;
};

/** Things of care of one kind with their cases, as known at an instant, by id. */
export const careRows = async <K extends CareKind>(db: Database, which: WhichFacts<K>): Promise<CareRow<K>[]> =>
  (await areFolded(db)) ? factsFolded(db, which) : factsFromEntries(db, which);
