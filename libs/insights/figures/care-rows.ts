import type { CivilDate, Instant } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import type { CareFactOf, CareKind } from '../domain/care-fact.js';
import type { CaseFact } from '../domain/case-fact.js';
import { careFactColumns } from '../histories/tables.js';
import { caseFactColumns } from '../stay-facts/tables.js';
import { factsFromEntries } from './care-from-entries.js';
import { heldAt, Parameters, readMany } from './sql.js';

export interface WhichFacts<K extends CareKind = CareKind> {
  readonly kind: K;
  readonly knownAt: Instant | null;
  /** Those that count on a day from this one on, and before that one. */
  readonly from?: CivilDate;
  readonly to?: CivilDate;
  /** Those of these cases. */
  readonly caseIds?: readonly string[];
  /** Without their cases. */
  readonly alone?: true;
}

/** A thing of care to count, with the case it hangs on. */
export type CareRow<K extends CareKind> = CareFactOf<K> & { readonly ofCase: CaseFact | null };

const ofAll: readonly string[] = ['id', 'n', 'caseId', 'personId', 'on'];
/** What there is to say of a thing of each kind: the rest of its columns is empty, and is not read. */
const fields: Readonly<Record<CareKind, readonly string[]>> = {
  award: ['at', 'provider', 'serviceType', 'funding', 'hours', 'stands'],
  decline: ['provider', 'serviceType', 'reason'],
  'care-home-start': ['serviceType'],
  episode: ['provider', 'assessorType', 'inLongTermSupport', 'endedOn', 'outcome'],
  check: ['stayId', 'cancelled', 'status'],
} satisfies { readonly [K in CareKind]: readonly (keyof CareFactOf<K>)[] };

type Column = readonly [name: string, type: string, field: string];
type Row = Readonly<Record<string, unknown>>;

const selected = (columns: readonly Column[], alias: string, prefix = ''): string =>
  columns
    .map(([name, type, field]) => `${alias}.${name}${type === 'date' ? '::text' : ''} AS "${prefix}${field}"`)
    .join(', ');
const isoOf = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);
/** Fields of the case stand beside those of the fact: plain columns are read faster than objects of JSON. */
const prefix = 'case.';
const caseOf = (row: Row): CaseFact | null =>
  typeof row['case.caseId'] !== 'string'
    ? null
    : (Object.fromEntries(
        caseFactColumns.map(([, , field]) => [field, isoOf(row[`${prefix}${field}`])]),
      ) as unknown as CaseFact);

/**
 * While the tables of the facts are built beside those of the version before, views stand in for them that hold none (histories/tables.ts,
 * stay-facts/tables.ts): what is counted is then worked out of what the events said, as the fold does it.
 */
const areFolded = async (db: Database): Promise<boolean> => {
  const { rows } = await db.query<{ tables: number }>(
    `SELECT count(*)::int AS tables FROM pg_class
     WHERE oid IN (to_regclass('insights.care_facts_v2'), to_regclass('insights.case_facts_v4')) AND relkind = 'r'`,
  );
  return rows[0]?.tables === 2;
};

const factsFolded = async <K extends CareKind>(db: Database, which: WhichFacts<K>): Promise<CareRow<K>[]> => {
  const { kind, knownAt, from, to, caseIds, alone } = which;
  const read = new Set([...ofAll, ...fields[kind]]);
  const columns = careFactColumns.filter(([, , field]) => read.has(field));
  const parameters = new Parameters();
  const conditions = [
    `r.kind = ${parameters.add(kind)}`,
    heldAt('r', knownAt, parameters),
    ...(from === undefined ? [] : [`r.on_day >= ${parameters.add(from)}::date`]),
    ...(to === undefined ? [] : [`r.on_day < ${parameters.add(to)}::date`]),
    ...(caseIds === undefined ? [] : [`r.case_id = ANY(${parameters.add(caseIds)})`]),
  ];
  const [caseColumns, cases] = alone
    ? ['', '']
    : [
        `, ${selected(caseFactColumns, 'c', prefix)}`,
        `LEFT JOIN insights.case_facts_v4 c ON c.case_id = r.case_id AND ${heldAt('c', knownAt, parameters)}`,
      ];
  const { rows } = await readMany<Row>(
    db,
    `SELECT ${selected(columns, 'r')}${caseColumns} FROM insights.care_facts_v2 r ${cases}
     WHERE ${conditions.join(' AND ')} ORDER BY r.id, r.n`,
    parameters.values,
  );
  return rows.map(
    (row) =>
      ({
        kind,
        ...Object.fromEntries(columns.map(([, , field]) => [field, isoOf(row[field])])),
        ofCase: caseOf(row),
      }) as unknown as CareRow<K>,
  );
};

/** Things of care of one kind with their cases, as known at an instant, by id. */
export const careRows = async <K extends CareKind>(db: Database, which: WhichFacts<K>): Promise<CareRow<K>[]> =>
  (await areFolded(db)) ? factsFolded(db, which) : factsFromEntries(db, which);
