import type { QueryResult, QueryResultRow } from 'pg';
import type { Database } from '#libs/platform/database.js';

/** What the planner cannot know of a query of many rows. */
export interface Reading {
  /** Alike rows are hashed together; left alone, the planner thinks that no two are alike and sorts them all. */
  readonly grouped?: boolean;
  /** Joined by hashing; left alone, the planner thinks that few rows are left after the first condition and looks the others up one by one. */
  readonly hashed?: boolean;
}

/**
 * Reads many rows with one statement. Compiling it (PostgreSQL's JIT) takes longer than it saves on queries of under a second, and so does sharing it
 * among workers: each of them hashes everybody's births for itself.
 */
export const readMany = <R extends QueryResultRow>(
  db: Database,
  sql: string,
  values: readonly unknown[],
  { grouped = false, hashed = false }: Reading = {},
): Promise<QueryResult<R>> =>
  db.tx(async (client) => {
    await client.query(
      [
        "SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '64MB'",
        ...(grouped ? ['SET LOCAL enable_sort = off'] : []),
        ...(hashed ? ['SET LOCAL enable_nestloop = off'] : []),
      ].join('; '),
    );
    return client.query<R>(sql, [...values]);
  });

/** Numbers the parameters of a query as they are added. */
export class Parameters {
  readonly values: unknown[] = [];
  add(value: unknown): string {
    this.values.push(value);
    return `$${String(this.values.length)}`;
  }
}

/** Rows that were what we knew at an instant; null = now. */
export const heldAt = (alias: string, knownAt: string | null, parameters: Parameters): string => {
  if (knownAt === null) return `${alias}.known_until IS NULL`;
  const at = parameters.add(knownAt);
  return `(${alias}.known_from <= ${at}::timestamptz AND (${alias}.known_until IS NULL OR ${alias}.known_until > ${at}::timestamptz))`;
};

/** Completed years from one date to another; who is born on 29 February is a year older on 1 March (libs/nhs/age.ts says the same, a spec holds both together). */
export const completedYearsSql = (since: string, on: string): string =>
  `date_part('year', age((${on})::timestamp, (${since})::timestamp))::int`;

/** The age stands in it once: a `CASE` would work it out anew for each class. */
const classSql = (age: string): string =>
  `(ARRAY['under-16', '16-17', '18-64', '65-74', '75-84', '85+'])[width_bucket(${age}, ARRAY[16, 18, 65, 75, 85]) + 1]`;

/** The age class (domain/age-class.ts) of a stay `f` on a day, by the birth date `b`. */
export const classByBirthSql = (on: string): string => classSql(completedYearsSql('b.birth_date', on));

/** The same by the age that the stay itself holds; null when it holds none. */
export const classByAgeSql = (on: string): string =>
  `CASE WHEN f.age_years IS NOT NULL THEN ${classSql(`(f.age_years + greatest(0, ${completedYearsSql('f.age_on', on)}))`)} END`;
