import { addDays, type CivilDate, type CriteriaFact, daysBetween, eachDay, type Instant } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { type AgeClass, ageClassOf, bandOf } from '../domain/age-class.js';
import type { GroupKey } from '../domain/counting.js';
import { ageOn, type KnownAge } from '#libs/nhs/index.js';
import { type DayRun, decidedBy, type StayFact } from '../domain/stay-fact.js';
import type { StaysOnDay } from '../domain/stay-rules.js';
import type { Found } from './found.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';
import { heldAt, Parameters, readMany } from './sql.js';
import { ageOnDaySql, aliveSql, datesOf, equals, ofUnsettled, sexSql, withEvents, withPeople } from './stay-query.js';

const groupSql: Partial<Record<GroupKey, string>> = { hospital: 'f.hospital', authority: 'f.authority', sex: sexSql };

interface Row {
  readonly n: number;
  readonly events: number;
  readonly admitted_on: string;
  readonly discharged_on: string | null;
  readonly not_met: string | null;
  readonly met_at_discharge: boolean | null;
  readonly alive: boolean | null;
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
  readonly discharged_at: Date | null;
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

type Column = readonly [name: string, type: string, sql: string | null];

/** Read further only where a birthday between the first and the last day matters. */
const ofBirthday: ReadonlySet<string> = new Set(['birth_date', 'age_years', 'age_on']);
/** Days and their ranges come as texts. */
const shownSql = ([name, type, sql]: Column): string =>
  `${sql === null ? `NULL::${type}` : name}${type.startsWith('date') ? '::text' : ''} AS ${name}`;

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
    ...(criteria
      ? [
          `(f.not_met && daterange(${first}::date, ${end}::date)${wanted.discharged ? ' OR f.met_at_discharge = false' : ''} OR f.unsettled IS NOT NULL)`,
        ]
      : []),
    ...equals('f.hospital', filters.hospital, parameters),
    ...equals('f.authority', filters.authority, parameters),
  ];
  // What nobody reads is a constant: it stays out of what is grouped, and is added to what alike stays have become.
  const columns: readonly Column[] = [
    ['admitted_on', 'date', 'f.admitted_on'],
    ['discharged_on', 'date', 'f.discharged_on'],
    ['not_met', 'datemultirange', criteria ? 'f.not_met' : null],
    ['met_at_discharge', 'boolean', wanted.discharged ? 'f.met_at_discharge' : null],
    ['alive', 'boolean', wanted.discharged ? aliveSql : null],
    ['first_age', 'text', ageOnDaySql(`greatest(f.admitted_on, ${first}::date)`)],
    ['last_age', 'text', ageOnDaySql(lastDay)],
    ['birth_date', 'date', 'b.birth_date'],
    ['age_years', 'int', 'f.age_years'],
    ['age_on', 'date', 'f.age_on'],
    ['wards', 'jsonb', wards ? 'f.wards' : null],
    ['group_key', 'text', groupBy === null ? null : (groupSql[groupBy] ?? null)],
    ['unsettled', 'jsonb', criteria ? 'f.unsettled' : null],
    ['admitted_at', 'timestamptz', criteria ? ofUnsettled('admitted_at') : null],
    ['discharged_at', 'timestamptz', criteria ? ofUnsettled('discharged_at') : null],
    ['stay_id', 'text', wanted.single ? 'f.stay_id' : null],
    ['person_id', 'text', wanted.single ? person : null],
    ['case_id', 'text', wanted.single ? 'f.case_ids[1]' : null],
  ];
  const read = columns.filter(([, , sql]) => sql !== null);
  const names = read.map(([name]) => name);
  const alike = names.map((name) =>
    ofBirthday.has(name) ? `CASE WHEN first_age IS DISTINCT FROM last_age THEN ${name} END AS ${name}` : name,
  );
  // Whoever asks for single stays asks for their events later.
  const behind = wanted.single ? { ctes: '', joins: '', events: '0' } : withEvents(knownAt, parameters);
  // `OFFSET 0` keeps the planner from working out ages once for each place they stand in; days become texts once alike stays are one.
  const { rows } = await readMany<Row>(
    db,
    `WITH ${ctes}${behind.ctes}, aged AS (
       SELECT ${read.map(([name, , sql]) => `${sql ?? ''} AS ${name}`).join(', ')}, ${behind.events} AS events
       FROM insights.stay_facts_v6 f ${joins}${behind.joins} WHERE ${conditions.join(' AND ')} OFFSET 0),
     stays AS (SELECT ${names.map((name) => (name.endsWith('_age') ? `${ages(name)} AS ${name}` : name)).join(', ')}, events FROM aged OFFSET 0),
     alike AS (
       SELECT ${alike.join(', ')}, ${wanted.single ? '1 AS n, events' : 'count(*)::int AS n, sum(events)::float8 AS events'}
       FROM stays ${wanted.single ? '' : `GROUP BY ${names.map((_, index) => String(index + 1)).join(', ')}`})
     SELECT ${columns.map(shownSql).join(', ')}, n, events FROM alike${wanted.single ? ' ORDER BY stay_id' : ''}`,
    parameters.values,
    { grouped: !wanted.single },
  );
  return unitsOf(rows, question, wanted);
};

const criteriaIn = (row: Row, asOf: Instant): Pick<StayFact, 'notMet' | 'metAtDischarge'> =>
  row.unsettled !== null
    ? decidedBy(row.unsettled, datesOf(row.admitted_at, row.discharged_at), asOf)
    : { notMet: parseRuns(row.not_met), metAtDischarge: row.met_at_discharge };

type Stretch = readonly [first: CivilDate, days: number];

/** Cuts the days from one to another (not included) at those on which something changes. */
const stretchesOf = (from: CivilDate, to: CivilDate, changes: readonly (CivilDate | null)[]): Stretch[] => {
  if (from >= to) return [];
  const cuts = changes.filter((day): day is CivilDate => day !== null && from < day && day < to);
  const starts = [from, ...new Set(cuts)].sort();
  return starts.map((start, index) => [start, daysBetween(start, starts[index + 1] ?? to)]);
};

function* unitsOf(
  rows: readonly Row[],
  question: Question,
  { discharged, reads, single }: StaysWanted,
): Generator<Found<StaysOnDay>> {
  const { from, to, filters, groupBy, asOf } = question;
  for (const row of rows) {
    const { notMet: runs, metAtDischarge } = criteriaIn(row, asOf);
    const since = typeof reads === 'number' ? addDays(row.admitted_on, reads) : row.admitted_on;
    const firstDay = since > from ? since : from;
    const lastDay = row.discharged_on !== null && row.discharged_on < to ? addDays(row.discharged_on, 1) : to;
    // The events behind a stay count once, however many of its days do.
    const behind = { events: row.events };
    // Where each stay is asked for, so is each of its days; else days on which nothing changes come as one.
    const steady = !single && row.wards === null && row.first_age === row.last_age;
    const stretches: Iterable<Stretch> = steady
      ? stretchesOf(firstDay, lastDay, [row.discharged_on, ...runs.flatMap((run) => [run.from, run.to])])
      : eachDay(firstDay, lastDay).map((day) => [day, 1] as const);
    for (const [day, days] of stretches) {
      const openAtMidnight = row.discharged_on === null || day < row.discharged_on;
      if (!openAtMidnight && !discharged) continue;
      const notMeeting = openAtMidnight
        ? runs.some((run) => run.from <= day && (run.to === null || day < run.to))
        : metAtDischarge === false;
      if (reads === 'criteria' && !notMeeting) continue;
      const ward = row.wards === null ? null : wardOn(row.wards, day);
      if (filters.ward !== null && (ward ?? 'unknown') !== filters.ward) continue;
      const age = ageClassOn(row, day);
      const band = bandOf(age);
      if (filters.ageBand !== null && band !== filters.ageBand) continue;
      yield {
        n: row.n,
        days,
        behind,
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
        alive: row.alive === true,
        notMeeting,
        personId: row.person_id,
        stayId: row.stay_id,
        caseId: row.case_id,
        streams: [],
      };
    }
  }
}
