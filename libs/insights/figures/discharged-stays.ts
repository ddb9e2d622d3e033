import { type CriteriaFact, daysBetween, type Instant, londonDate } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import type { AgeClass } from '../domain/age-class.js';
import { bandOf } from '../domain/age-class.js';
import type { Attributes, Behind, GroupKey } from '../domain/counting.js';
import type { StayDimension } from '../domain/definition.js';
import type { DischargedStays } from '../domain/stay-rules.js';
import { decidedBy } from '../domain/stay-fact.js';
import type { Found } from './found.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';
import { heldAt, Parameters, readMany } from './sql.js';
import {
  ageAtDischargeSql,
  aliveSql,
  datesOf,
  equals,
  ofUnsettled,
  sexSql,
  withEvents,
  withPeople,
} from './stay-query.js';

/** Columns by what a rule reads or a group needs: those nobody asks for stay out, so that alike stays fall together in the database. */
const dimensionSql: Record<Exclude<StayDimension, 'alive' | 'pathway'>, string> = {
  nights: 'f.nights',
  delayDays: '(f.discharged_on - f.ready_on)',
  destination: 'f.destination',
};
const groupSql: Partial<Record<GroupKey, string>> = {
  hospital: 'f.hospital',
  ward: 'f.ward',
  authority: 'f.authority',
  sex: sexSql,
  destination: 'f.destination',
  pathway: "nullif(PATHWAY, 'unassigned')",
  day: 'f.discharged_on::text',
  month: "to_char(f.discharged_on, 'YYYY-MM')",
  week: "to_char(date_trunc('week', f.discharged_on), 'YYYY-MM-DD')",
};

interface Row {
  readonly n: number;
  readonly events: number;
  readonly age: AgeClass | null;
  readonly nights: number;
  readonly delay_days: number | null;
  readonly ready_fault: boolean | null;
  readonly unsettled: readonly CriteriaFact[] | null;
  readonly admitted_at: Date | null;
  readonly discharged_at: Date | null;
  readonly alive: boolean | null;
  readonly destination: string | null;
  readonly pathway: string | null;
  readonly group_key: string | null;
  /** Of a stay of which several cases are counted, each by itself. */
  readonly shared: string | null;
  readonly stay_id: string | null;
  readonly person_id: string | null;
  readonly case_id: string | null;
  readonly ready_on: string | null;
}

export interface Wanted {
  readonly reads: readonly StayDimension[];
  readonly per: 'stay' | 'case';
  /** One unit a stay, with its ids; else alike stays come as one unit. */
  readonly single: boolean;
  /** Only stays after this one, at most so many. */
  readonly after?: string;
  readonly limit?: number;
  /** None but these. */
  readonly only?: readonly string[];
}

const attributesOf = (row: Row, groupBy: GroupKey | null): Attributes => ({
  ageBand: bandOf(row.age),
  ...(groupBy === null || groupBy === 'ageBand' ? {} : { [groupBy]: row.group_key }),
});

const delayOf = (row: Row, asOf: Instant): Pick<Found<DischargedStays>, 'delayDays' | 'readyFault' | 'day'> => {
  const { unsettled, admitted_at, discharged_at } = row;
  if (unsettled === null || discharged_at === null)
    return { delayDays: row.delay_days, readyFault: row.ready_fault === true, day: row.ready_on };
  const dates = datesOf(admitted_at, discharged_at);
  const { readyOn, readyFault } = decidedBy(unsettled, dates, asOf);
  const delayDays = readyOn === null ? null : daysBetween(readyOn, londonDate(discharged_at.toISOString()));
  return { delayDays, readyFault, day: readyOn };
};

/** Stays discharged in the window, counted alike by alike in the database (metrics.md §2). */
export const dischargedStays = async (
  db: Database,
  question: Question,
  wanted: Wanted,
): Promise<Found<DischargedStays>[]> => {
  const { filters, knownAt, groupBy } = question;
  const people = await PeopleKnown.merges(db, knownAt);
  const parameters = new Parameters();
  const perCase = wanted.per === 'case';
  // Whoever died in hospital was not discharged on a pathway.
  const byPathway = groupBy === 'pathway';
  const { ctes, joins, person } = withPeople(people, parameters, {
    births: true,
    deaths: wanted.reads.includes('alive') || byPathway,
    sexes: groupBy === 'sex',
  });
  const pathway = perCase ? 'c.pathway' : byPathway ? `CASE WHEN ${aliveSql} THEN f.pathways[1] END` : 'f.pathways[1]';
  const reads = (dimension: Exclude<StayDimension, 'alive'>): string | null =>
    !wanted.reads.includes(dimension) ? null : dimension === 'pathway' ? pathway : dimensionSql[dimension];
  const group = groupBy === null ? null : (groupSql[groupBy]?.replace('PATHWAY', pathway) ?? null);
  const conditions = [
    heldAt('f', knownAt, parameters),
    `f.discharged_on >= ${parameters.add(question.from)}::date`,
    `f.discharged_on < ${parameters.add(question.to)}::date`,
    ...equals('f.hospital', filters.hospital, parameters),
    ...equals('f.ward', filters.ward, parameters),
    ...equals('f.authority', filters.authority, parameters),
    ...(filters.ageBand === null ? [] : [`${ageAtDischargeSql} = ${parameters.add(filters.ageBand)}`]),
    ...(wanted.only === undefined ? [] : [`f.stay_id = ANY(${parameters.add(wanted.only)})`]),
    ...(wanted.after === undefined ? [] : [`f.stay_id > ${parameters.add(wanted.after)}`]),
  ];
  const delays = wanted.reads.includes('delayDays');
  // What nobody reads is a constant, and stays out of the grouping.
  const columns: readonly (readonly [name: string, type: string, sql: string | null])[] = [
    ['age', 'text', ageAtDischargeSql],
    ['nights', 'int', reads('nights')],
    ['delay_days', 'int', reads('delayDays')],
    ['ready_fault', 'boolean', delays ? 'f.ready_fault' : null],
    ['unsettled', 'jsonb', delays ? 'f.unsettled' : null],
    ['admitted_at', 'timestamptz', delays ? ofUnsettled('admitted_at') : null],
    ['discharged_at', 'timestamptz', delays ? ofUnsettled('discharged_at') : null],
    ['alive', 'boolean', wanted.reads.includes('alive') ? aliveSql : null],
    ['destination', 'text', reads('destination')],
    ['pathway', 'text', reads('pathway')],
    ['group_key', 'text', group],
    ['shared', 'text', perCase ? 'CASE WHEN cardinality(f.case_ids) > 1 THEN f.stay_id END' : null],
  ];
  const selected = columns.map(([name, type, sql]) => `(${sql ?? 'NULL'})::${type} AS ${name}`).join(', ');
  const grouped = columns.flatMap(([, , sql], index) => (sql === null ? [] : [String(index + 1)])).join(', ');
  const ids = wanted.single
    ? `f.stay_id, ${person} AS person_id, ${perCase ? 'c.case_id' : 'f.case_ids[1]'} AS case_id, f.ready_on::text AS ready_on`
    : 'NULL::text AS stay_id, NULL::text AS person_id, NULL::text AS case_id, NULL::text AS ready_on';
  // Whoever asks for single stays asks for their events later.
  const behind = wanted.single ? { ctes: '', joins: '', events: '0' } : withEvents(knownAt, parameters);
  const events = perCase
    ? `CASE WHEN max(cardinality(f.case_ids)) > 1 THEN max(${behind.events}) ELSE sum(${behind.events}) END`
    : `sum(${behind.events})`;
  const sums = wanted.single ? '1 AS n, 0 AS events' : `count(*)::int AS n, (${events})::float8 AS events`;
  const { rows } = await readMany<Row>(
    db,
    `WITH ${ctes}${behind.ctes}
     SELECT ${selected}, ${ids}, ${sums}
     FROM insights.stay_facts_v6 f
     ${perCase ? 'CROSS JOIN LATERAL unnest(f.case_ids, f.pathways) AS c(case_id, pathway)' : ''}
     ${joins}${behind.joins}
     WHERE ${conditions.join(' AND ')}
     ${wanted.single ? 'ORDER BY f.stay_id' : `GROUP BY ${grouped}`}
     ${wanted.limit === undefined ? '' : `LIMIT ${parameters.add(wanted.limit)}`}`,
    parameters.values,
    { grouped: !wanted.single },
  );
  const ofShared = new Map<string, Behind>();
  const behindOf = (row: Row): Behind => {
    const found = ofShared.get(row.shared ?? '') ?? { events: row.events };
    if (row.shared !== null) ofShared.set(row.shared, found);
    return found;
  };
  return rows.map((row) => ({
    n: row.n,
    behind: behindOf(row),
    attributes: attributesOf(row, groupBy),
    age: row.age,
    nights: row.nights,
    ...delayOf(row, question.asOf),
    alive: row.alive === true,
    destination: row.destination,
    pathway: row.pathway,
    personId: row.person_id,
    stayId: row.stay_id,
    caseId: row.case_id,
    streams: [],
  }));
};
