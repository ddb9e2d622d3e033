import {
  addDays,
  ageOn,
  bedDays,
  type CivilDate,
  eachDay,
  epochOf,
  type Instant,
  instantOf,
  type KnownAge,
  londonDate,
  overlaps,
  type Span,
  startOfLondonDay,
} from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { ageClassOf, bandOf } from '../domain/age-class.js';
import type { GroupKey, Unit } from '../domain/counting.js';
import { type DelayBasis, delaySpanOf } from '../domain/delay-row.js';
import type { Found } from './found.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';
import { heldAt, Parameters, readMany } from './sql.js';
import { equals, sexSql, withPeople } from './stay-query.js';

const groupSql: Partial<Record<GroupKey, string>> = {
  reason: 'f.reason',
  family: 'f.family',
  owner: 'f.owner',
  pathway: 'f.pathway',
  hospital: 'f.hospital',
  ward: 'f.ward',
  authority: 'f.authority',
  sex: sexSql,
};

/** Instants as milliseconds: tens of thousands of them are read, and few are looked at. */
interface Row {
  readonly case_id: string;
  readonly person: string;
  readonly stay_id: string | null;
  readonly starts: number;
  readonly ends: number | null;
  readonly died: number | null;
  readonly unsettled: DelayBasis | null;
  readonly group_key: string | null;
  readonly birth_date: string | null;
  readonly age_years: number | null;
  readonly age_on: string | null;
}

const maxOf = (a: CivilDate, b: CivilDate): CivilDate => (a > b ? a : b);

const load = async (db: Database, question: Question, byAge: boolean): Promise<Row[]> => {
  const { filters, knownAt, from, to, groupBy } = question;
  const people = await PeopleKnown.merges(db, knownAt);
  const parameters = new Parameters();
  const { ctes, joins, person } = withPeople(people, parameters, {
    births: byAge,
    deaths: true,
    sexes: groupBy === 'sex',
  });
  const conditions = [
    heldAt('f', knownAt, parameters),
    `(f.unsettled IS NOT NULL OR (f.starts_on < ${parameters.add(to)}::date
      AND (f.ends_on IS NULL OR f.ends_on >= ${parameters.add(from)}::date)))`,
    ...equals('f.hospital', filters.hospital, parameters),
    ...equals('f.ward', filters.ward, parameters),
    ...equals('f.authority', filters.authority, parameters),
  ];
  const milliseconds = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
  const age = byAge
    ? 'b.birth_date::text, f.age_years, f.age_on::text'
    : 'NULL AS birth_date, NULL AS age_years, NULL AS age_on';
  const { rows } = await readMany<Row>(
    db,
    `WITH ${ctes}
     SELECT f.case_id, ${person} AS person, f.stay_id, ${milliseconds('f.starts_at')} AS starts, ${milliseconds('f.ends_at')} AS ends,
       ${milliseconds('d.died_at')} AS died, f.unsettled, ${(groupBy === null ? undefined : groupSql[groupBy]) ?? 'NULL'} AS group_key, ${age}
     FROM insights.delay_spans_v6 f ${joins} WHERE ${conditions.join(' AND ')} ORDER BY f.case_id, f.starts_at, f.delay_id`,
    parameters.values,
  );
  return rows;
};

/** The span that the stay's own news gives, as it looks at the moment of asking. */
const ownSpanOf = ({ starts, ends, unsettled }: Row, asOf: Instant): { starts: number; ends: number | null } | null => {
  if (unsettled === null) return { starts, ends };
  const span = delaySpanOf(unsettled, asOf);
  return span && { starts: epochOf(span.from), ends: span.to === null ? null : epochOf(span.to) };
};

/**
 * A death recorded of the person ends the span, as any other end does (metrics.md §3). Null: it ended before it began, or lies outside the window (in
 * milliseconds, for it is asked of every delay).
 */
const spanOf = (row: Row, asOf: Instant, window: { readonly from: number; readonly to: number }): Span | null => {
  const own = ownSpanOf(row, asOf);
  if (!own) return null;
  const { starts, ends } = own;
  const { died } = row;
  const to = died !== null && (ends === null || died < ends) ? died : ends;
  if (starts >= window.to || (to !== null && (to <= starts || to <= window.from))) return null;
  return { from: instantOf(starts), to: to === null ? null : instantOf(to) };
};

const ageOf = (row: Row): KnownAge | null => {
  if (row.birth_date !== null) return { birthDate: row.birth_date };
  return row.age_years === null || row.age_on === null ? null : { years: row.age_years, on: row.age_on };
};

/**
 * Delays of the window. `days`: one unit a person-day, each person once a day; else one a delay, each case once. Days to come are not counted.
 */
export const delays = async (db: Database, question: Question, days: boolean): Promise<Found<Unit>[]> => {
  const { from, to, groupBy, filters, today, asOf } = question;
  const byAge = groupBy === 'ageBand' || filters.ageBand !== null;
  const tomorrow = addDays(today, 1);
  const end = to < tomorrow ? to : tomorrow;
  const perDay = days || ['day', 'week', 'month'].includes(groupBy ?? '');
  const daysOf = (span: Span): CivilDate[] => {
    if (days) return bedDays(span, from, end);
    if (perDay) {
      const last = span.to === null ? end : addDays(londonDate(span.to), 1);
      const own = eachDay(maxOf(londonDate(span.from), from), last < end ? last : end);
      return own.filter((day) => overlaps(span, day, addDays(day, 1)));
    }
    return [maxOf(londonDate(span.from), from)];
  };
  const units: Found<Unit>[] = [];
  const window = { from: epochOf(startOfLondonDay(from)), to: epochOf(startOfLondonDay(end)) };
  for (const row of await load(db, question, byAge)) {
    const span = spanOf(row, asOf, window);
    if (!span) continue;
    for (const day of daysOf(span)) {
      const ageBand = byAge ? bandOf(ageClassOf(ageOn(ageOf(row), day))) : null;
      if (filters.ageBand !== null && ageBand !== filters.ageBand) continue;
      units.push({
        n: 1,
        attributes: groupBy !== null && groupSql[groupBy] ? { [groupBy]: row.group_key, day } : { ageBand, day },
        distinct: days ? `${row.person} ${day}` : row.case_id,
        personId: row.person,
        stayId: row.stay_id,
        caseId: row.case_id,
        day: perDay ? day : null,
        streams: [],
      });
    }
  }
  return units;
};
