import { instantOf } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import type { CareFactOf, CareKind } from '../domain/care-fact.js';
import type { CaseFact } from '../domain/case-fact.js';
import { careFactColumns } from '../histories/tables.js';
import { caseFactColumns } from '../stay-facts/tables.js';
import type { CareRow, WhichFacts } from './care-row.js';
import { heldAt, Parameters, readMany } from './sql.js';

const always: ReadonlySet<string> = new Set(['caseId', 'stayId', 'personId']);
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
type CaseColumns = {
  readonly [F in Exclude<keyof CaseFact, 'leftAt' | 'stayId' | 'personId'> as `case_${F}`]?: CaseFact[F];
} & {
  readonly case_caseId: string | null;
  readonly case_stayId: string | null;
  readonly case_personId: string | null;
  readonly case_leftAt?: number | null;
};
type Row = CaseColumns & { kind: CareKind; ofCase: CaseFact | null; at?: unknown };

const columnSql = (name: string, type: string): string => {
  if (type === 'date') return `${name}::text`;
  return type === 'timestamptz' ? `(extract(epoch FROM ${name}) * 1000)::float8` : name;
};

const selected = (columns: readonly Column[], alias: string, before = ''): string =>
  columns.map(([name, type, field]) => `${columnSql(`${alias}.${name}`, type)} AS "${before}${field}"`).join(', ');
/** Times come as milliseconds: a number is read faster than a date, and few are looked at. */
const isoOf = (milliseconds: unknown): string | null =>
  typeof milliseconds === 'number' ? instantOf(milliseconds) : null;

/** Columns of the case stand beside those of the fact, and not as an object of JSON, for the same reason. */
const prefix = 'case_';
const caseOf = (row: CaseColumns): CaseFact => ({
  stayId: row.case_stayId,
  personId: row.case_personId,
  hospital: row.case_hospital ?? null,
  ward: row.case_ward ?? null,
  homeAuthority: row.case_homeAuthority ?? null,
  stayAuthority: row.case_stayAuthority ?? null,
  sex: row.case_sex ?? null,
  ageYears: row.case_ageYears ?? null,
  ageOn: row.case_ageOn ?? null,
  pathway: row.case_pathway ?? null,
  leftAt: isoOf(row.case_leftAt),
  leftByStay: row.case_leftByStay ?? false,
});

const notOver = (since: string): string =>
  `(r.on_day >= ${since}::date OR r.ended_on IS NULL OR r.ended_on >= ${since}::date)`;

/** Things of care of one kind with their cases as the fold keeps them, one row each. */
export const factsFolded = async <K extends CareKind>(db: Database, which: WhichFacts<K>): Promise<CareRow<K>[]> => {
  const { kind, knownAt, from, to, since, caseIds, alone } = which;
  const read = new Set([...ofAll, ...fields[kind]]);
  const columns = careFactColumns.filter(([, , field]) => read.has(field));
  const parameters = new Parameters();
  const conditions = [
    `r.kind = ${parameters.add(kind)}`,
    heldAt('r', knownAt, parameters),
    ...(from === undefined ? [] : [`r.on_day >= ${parameters.add(from)}::date`]),
    ...(to === undefined ? [] : [`r.on_day < ${parameters.add(to)}::date`]),
    ...(since === undefined ? [] : [notOver(parameters.add(since))]),
    ...(caseIds === undefined ? [] : [`r.case_id = ANY(${parameters.add(caseIds)})`]),
  ];
  const ofCase = caseFactColumns.filter(([, , field]) => always.has(field) || which.reads?.has(field));
  const [caseColumns, cases] = alone
    ? ['', '']
    : [
        `, ${selected(ofCase, 'c', prefix)}`,
        `LEFT JOIN insights.case_facts_v6 c ON c.case_id = r.case_id AND ${heldAt('c', knownAt, parameters)}`,
      ];
  const { rows } = await readMany<Row>(
    db,
    `SELECT ${selected(columns, 'r')}${caseColumns} FROM insights.care_facts_v2 r ${cases}
     WHERE ${conditions.join(' AND ')} ORDER BY r.id, r.n`,
    parameters.values,
  );
  // Completed where they lie: tens of thousands need no copies.
  for (const row of rows) {
    row.kind = kind;
    row.at = isoOf(row.at);
    row.ofCase = alone || row.case_caseId === null ? null : caseOf(row);
  }
  return rows as unknown as CareRow<K>[];
};
