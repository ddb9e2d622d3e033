import { addDays, type CivilDate, type CriteriaFact, eachDay } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { type AgeClass, ageClassOf, bandOf } from '../domain/age-class.js';
import type { GroupKey } from '../domain/counting.js';
import { ageOn, type KnownAge } from '#libs/nhs/index.js';
import { type DayRun, notMetAsOf } from '../domain/stay-fact.js';
import type { StaysOnDay } from '../domain/stay-rules.js';
import type { Found } from './found.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';
import { heldAt, Parameters, readMany } from './sql.js';
import { ageOnDaySql, aliveSql, equals, sexSql, withPeople } from './stay-query.js';

const groupSql: Partial<Record<GroupKey, string>> = { hospital: 'f.hospital', authority: 'f.authority', sex: sexSql };

interface Row {
  readonly n: number;
  readonly events: number;
  readonly admitted_on: string;
  readonly discharged_on: string | null;
  readonly not_met: string | null;
  readonly met_at_discharge: boolean | null;
  readonly alive: boolean;
  readonly first_age: AgeClass | null;
  readonly last_age: AgeClass | null;
  /** Only where a birthday between the first and the last day matters. */
  readonly birth_date: string | null;
  readonly age_years: number | null;
  readonly age_on: string | null;
  readonly wards: readonly { readonly ward: string | null; readonly on: string }[] | null;
  readonly group_key: string | null;
  readonly unsettled: readonly CriteriaFact[] | null;
  readonly admitted_at: Date | null;
  readonly stay_id: string | null;
  readonly person_id: string | null;
  readonly case_id: string | null;
}

/** `{[2026-03-05,2026-03-08),[2026-03-10,)}` as PostgreSQL writes a multirange. */
export const parseRuns = (text: string | null): DayRun[] =>
  [...(text ?? '').matchAll(/\[([\d-]+),([\d-]*)\)/g)].map(([, from = '', to]) => ({ from, to: to ? to : null }));

const wardOn = (wards: Row['wards'], day: CivilDate): string | null =>
  wards?.findLast(({ on }) => on <= day)?.ward ?? null;

const knownAgeOf = (row: Row): KnownAge | null => {
  if (row.birth_date !== null) return { birthDate: row.birth_date };
  return row.age_years === null || row.age_on === null ? null : { years: row.age_years, on: row.age_on };
};

const ageClassOn = (row: Row, day: CivilDate): AgeClass | null =>
  row.first_age === row.last_age ? row.first_age : ageClassOf(ageOn(knownAgeOf(row), day));

export interface StaysWanted {
  /** With those discharged on the day. */
  readonly discharged: boolean;
  /** `criteria`: only days on which they were not met; a number: only days so many days after the admission. */
  readonly reads: 'criteria' | number;
  readonly single: boolean;
}

/** Stays of each day of the window: open at its midnight, or (`discharged`) discharged on it. Alike stays come as one unit unless `single`. */
export const staysOnDays = async (
  db: Database,
  question: Question,
  wanted: StaysWanted,
): Promise<Iterable<Found<StaysOnDay>>> => {
  const { filters, groupBy, knownAt, from, to } = question;
  const people = await PeopleKnown.merges(db, knownAt);
  const parameters = new Parameters();
  const { ctes, joins, person } = withPeople(people, parameters, {
    births: true,
    deaths: wanted.discharged,
    sexes: groupBy === 'sex',
  });
  const [first, end] = [parameters.add(from), parameters.add(to)];
  const criteria = wanted.reads === 'criteria';
  const wards = filters.ward !== null || groupBy === 'ward';
  // Where nobody asks for bands, adults are alike whatever their age.
  const bands = filters.ageBand !== null || groupBy === 'ageBand';
  const ages = (column: string): string =>
    bands ? column : `CASE WHEN ${column} IN ('65-74', '75-84', '85+') THEN '18-64' ELSE ${column} END`;
  const lastDay = `least(coalesce(f.discharged_on, ${end}::date - 1), ${end}::date - 1)`;
  const conditions = [
    heldAt('f', knownAt, parameters),
    `f.admitted_on < ${end}::date`,
    `(f.discharged_on IS NULL OR f.discharged_on ${wanted.discharged ? '>=' : '>'} ${first}::date)`,
    ...(typeof wanted.reads === 'number'
      ? [`coalesce(f.discharged_on, ${end}::date) - f.admitted_on > ${parameters.add(wanted.reads)}::int`]
      : []),
    ...(criteria ? [`(NOT isempty(f.not_met) OR f.met_at_discharge = false OR f.unsettled IS NOT NULL)`] : []),
    ...equals('f.hospital', filters.hospital, parameters),
    ...equals('f.authority', filters.authority, parameters),
  ];
  const ids = wanted.single
    ? `f.stay_id, ${person} AS person_id, f.case_ids[1] AS case_id`
    : 'NULL::text AS stay_id, NULL::text AS person_id, NULL::text AS case_id';
  // `OFFSET 0` keeps the planner from working out ages once for each place they stand in; days become texts once alike stays are one.
  const query = `
    WITH ${ctes}, aged AS (
      SELECT f.admitted_on, f.discharged_on,
        ${criteria ? 'f.not_met' : 'NULL::datemultirange'} AS not_met,
        ${wanted.discharged ? 'f.met_at_discharge' : 'NULL::boolean'} AS met_at_discharge,
        ${wanted.discharged ? aliveSql : 'false'} AS alive,
        ${ageOnDaySql(`greatest(f.admitted_on, ${first}::date)`)} AS first_class,
        ${ageOnDaySql(lastDay)} AS last_class,
        b.birth_date, f.age_years, f.age_on,
        ${wards ? 'f.wards' : 'NULL::jsonb'} AS wards,
        ${groupBy === null ? 'NULL' : (groupSql[groupBy] ?? 'NULL')}::text AS group_key,
        ${criteria ? 'f.unsettled' : 'NULL::jsonb'} AS unsettled,
        ${criteria ? 'CASE WHEN f.unsettled IS NULL THEN NULL ELSE f.admitted_at END' : 'NULL::timestamptz'} AS admitted_at,
        ${ids}, f.events
      FROM insights.stay_facts_v4 f ${joins}
      WHERE ${conditions.join(' AND ')} OFFSET 0),
    stays AS (SELECT *, ${ages('first_class')} AS first_age, ${ages('last_class')} AS last_age FROM aged OFFSET 0),
    basis AS (SELECT *, first_age IS NOT DISTINCT FROM last_age AS no_birthday FROM stays)`;
  const shared = 'not_met, met_at_discharge, alive, first_age, last_age, wards, group_key, unsettled, admitted_at';
  const own = ['birth_date', 'age_years', 'age_on'].map(
    (column) => `CASE WHEN no_birthday THEN NULL ELSE ${column} END AS ${column}`,
  );
  const columns = `admitted_on, discharged_on, ${shared}, ${own.join(', ')}, stay_id, person_id, case_id`;
  const alike = wanted.single
    ? `SELECT ${columns}, 1 AS n, events FROM basis`
    : `SELECT ${columns}, count(*)::int AS n, sum(events)::float8 AS events FROM basis
       GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17`;
  const { rows } = await readMany<Row>(
    db,
    `${query}, alike AS (${alike})
     SELECT admitted_on::text AS admitted_on, discharged_on::text AS discharged_on, not_met::text AS not_met, met_at_discharge, alive, first_age, last_age,
       wards, group_key, unsettled, admitted_at, birth_date::text AS birth_date, age_years, age_on::text AS age_on, stay_id, person_id, case_id, n, events
     FROM alike${wanted.single ? ' ORDER BY stay_id' : ''}`,
    parameters.values,
    !wanted.single,
  );
  return unitsOf(rows, question, wanted);
};

function* unitsOf(
  rows: readonly Row[],
  question: Question,
  { discharged, reads }: StaysWanted,
): Generator<Found<StaysOnDay>> {
  const { from, to, filters, groupBy, asOf } = question;
  for (const row of rows) {
    const runs =
      row.unsettled !== null && row.admitted_at !== null
        ? notMetAsOf(row.unsettled, { admittedAt: row.admitted_at.toISOString(), admittedOn: row.admitted_on }, asOf)
        : parseRuns(row.not_met);
    const since = typeof reads === 'number' ? addDays(row.admitted_on, reads) : row.admitted_on;
    const firstDay = since > from ? since : from;
    const lastDay = row.discharged_on !== null && row.discharged_on < to ? addDays(row.discharged_on, 1) : to;
    // The events behind a stay count once, however many days it spans.
    let events = row.events;
    for (const day of eachDay(firstDay, lastDay)) {
      const openAtMidnight = row.discharged_on === null || day < row.discharged_on;
      if (!openAtMidnight && !discharged) continue;
      const notMeeting = openAtMidnight
        ? runs.some((run) => run.from <= day && (run.to === null || day < run.to))
        : row.met_at_discharge === false;
      if (reads === 'criteria' && !notMeeting) continue;
      const ward = row.wards === null ? null : wardOn(row.wards, day);
      if (filters.ward !== null && (ward ?? 'unknown') !== filters.ward) continue;
      const age = ageClassOn(row, day);
      const band = bandOf(age);
      if (filters.ageBand !== null && band !== filters.ageBand) continue;
      yield {
        n: row.n,
        events,
        attributes: {
          day,
          ageBand: band,
          ...(groupBy === 'ward'
            ? { ward }
            : groupBy !== null && groupSql[groupBy] !== undefined
              ? { [groupBy]: row.group_key }
              : {}),
        },
        age,
        day,
        admittedOn: row.admitted_on,
        openAtMidnight,
        alive: row.alive,
        notMeeting,
        personId: row.person_id,
        stayId: row.stay_id,
        caseId: row.case_id,
        streams: [],
      };
      events = 0;
    }
  }
}
