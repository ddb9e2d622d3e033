import type { Instant } from '#libs/nhs/index.js';
import type { StayDates } from '../domain/stay-fact.js';
import type { PeopleKnown } from './people-known.js';
import { classByAgeSql, classByBirthSql, heldAt, type Parameters } from './sql.js';

export interface WithPeople {
  readonly ctes: string;
  readonly joins: string;
  /** The id that stands for the person of the stay. */
  readonly person: string;
}

/**
 * Joins a stay or delay `f` with the birth `b`, the death `d` and the sex told `x` of whoever the person is now. Merges are few and come as lists (or not at
 * all); births, deaths and sexes are hashed once a query.
 */
export const withPeople = (
  people: PeopleKnown,
  parameters: Parameters,
  wanted: { readonly births: boolean; readonly deaths: boolean; readonly sexes?: boolean },
): WithPeople => {
  const { knownAt, givenUp } = people;
  const merged = [...people.canonical].filter(([id, to]) => id !== to || givenUp.has(id));
  const any = merged.length > 0;
  const join = (alias: string): string => (any ? `LEFT JOIN merged m ON m.person_id = ${alias}.person_id` : '');
  const person = (alias: string): string => (any ? `coalesce(m.canonical, ${alias}.person_id)` : `${alias}.person_id`);
  const ctes: string[] = [];
  const joins: string[] = [join('f')];
  if (any) {
    const ids = parameters.add(merged.map(([id]) => id));
    const tos = parameters.add(merged.map(([, to]) => to));
    const given = parameters.add(merged.map(([id]) => givenUp.has(id)));
    ctes.push(
      `merged AS MATERIALIZED (SELECT * FROM unnest(${ids}::text[], ${tos}::text[], ${given}::boolean[]) AS m(person_id, canonical, given_up))`,
    );
  }
  // What was told of the latest time holds; of an id that a merge gave up it only fills what nobody told of the survivor.
  const told = (name: string, alias: string, table: string, column: string): void => {
    const known = knownAt === null ? '' : `WHERE ${alias}.known_from <= ${parameters.add(knownAt)}::timestamptz`;
    ctes.push(`${name} AS (SELECT DISTINCT ON (${person(alias)}) ${person(alias)} AS person_id, ${alias}.${column}
      FROM ${table} ${alias} ${join(alias)} ${known}
      ORDER BY ${person(alias)}, ${any ? 'coalesce(m.given_up, false), ' : ''}${alias}.said_at DESC, ${alias}.event_id DESC)`);
    joins.push(`LEFT JOIN ${name} ${alias} ON ${alias}.person_id = ${person('f')}`);
  };
  if (wanted.births) told('born', 'b', 'insights.births_v2', 'birth_date');
  if (wanted.sexes === true) told('sexed', 'x', 'insights.sexes_v2', 'sex');
  if (wanted.deaths) {
    ctes.push(`died AS (SELECT ${person('d')} AS person_id, min(d.died_at) AS died_at
      FROM insights.deaths_v2 d ${join('d')} WHERE ${heldAt('d', knownAt, parameters)} GROUP BY 1)`);
    joins.push(`LEFT JOIN died d ON d.person_id = ${person('f')}`);
  }
  return { ctes: ctes.join(', '), joins: joins.join(' '), person: person('f') };
};

/**
 * How many events stand behind a stay `f`, its own and those of all its cases: kept with what is known now, counted where it is asked what was known at
 * another time. `ctes` and `joins` are empty or begin with what joins them to others.
 */
export const withEvents = (knownAt: Instant | null, parameters: Parameters) => {
  if (knownAt === null) return { ctes: '', joins: '', events: 'f.events' } as const;
  const by = `width_bucket(${parameters.add(knownAt)}::timestamptz, t.recorded)`;
  return {
    ctes: `, behind AS (SELECT stay_id, sum(n) AS events FROM (
      SELECT substr(t.stream, 6) AS stay_id, ${by} AS n FROM insights.event_times_v6 t WHERE t.stream ^@ 'stay-'
      UNION ALL SELECT c.stay_id, ${by} FROM insights.case_facts_v6 c JOIN insights.event_times_v6 t ON t.stream = 'case-' || c.case_id
      WHERE c.stay_id IS NOT NULL AND ${heldAt('c', knownAt, parameters)}) AS each GROUP BY stay_id)`,
    joins: ' LEFT JOIN behind e ON e.stay_id = f.stay_id',
    events: 'coalesce(e.events, 0)::int',
  } as const;
};

/** Read only where a ready date lay ahead of what was known: it must be looked at as of the moment of asking. */
export const ofUnsettled = (column: string): string => `CASE WHEN f.unsettled IS NOT NULL THEN f.${column} END`;
export const datesOf = (admittedAt: Date | null, dischargedAt: Date | null): StayDates => ({
  admittedAt: admittedAt?.toISOString() ?? null,
  dischargedAt: dischargedAt?.toISOString() ?? null,
});

/** As the stay's own messages tell it, else as the person's details do (a referral, say). */
export const sexSql = 'coalesce(f.sex, x.sex)';
/** No death recorded at or before discharge, by the stay's own messages or of the person (metrics.md §1 "Alive"). */
export const aliveSql = '(f.alive AND (d.died_at IS NULL OR d.died_at > f.discharged_at))';
/** Ages are worked out only where a birth date is known; else the fold has done so. */
export const ageAtDischargeSql = `CASE WHEN b.birth_date IS NULL THEN f.age_class ELSE ${classByBirthSql('f.discharged_on')} END`;
/** On a day between admission and discharge: the same all through unless a birthday lies in between. */
export const ageOnDaySql = (on: string): string =>
  `CASE WHEN b.birth_date IS NOT NULL THEN ${classByBirthSql(on)} WHEN f.age_class_in = f.age_class THEN f.age_class ELSE ${classByAgeSql(on)} END`;

/** `unknown` asks for what is not known, as the groups call it. */
export const equals = (column: string, value: string | null, parameters: Parameters): string[] => {
  if (value === null) return [];
  return [value === 'unknown' ? `${column} IS NULL` : `${column} = ${parameters.add(value)}`];
};
