import type { PeopleKnown } from './people-known.js';
import { classByAgeSql, classByBirthSql, heldAt, type Parameters } from './sql.js';

export interface WithPeople {
  readonly ctes: string;
  readonly joins: string;
  /** The id that stands for the person of the stay. */
  readonly person: string;
}

/**
 * Joins a stay or delay `f` with the birth `b` and the death `d` of whoever the person is now. Merges are few and come as two lists (or not at all);
 * births and deaths are hashed once a query.
 */
export const withPeople = (
  people: PeopleKnown,
  parameters: Parameters,
  wanted: { readonly births: boolean; readonly deaths: boolean },
): WithPeople => {
  const { knownAt } = people;
  const merged = [...people.canonical].filter(([id, to]) => id !== to);
  const any = merged.length > 0;
  const join = (alias: string): string => (any ? `LEFT JOIN merged m ON m.person_id = ${alias}.person_id` : '');
  const person = (alias: string): string => (any ? `coalesce(m.canonical, ${alias}.person_id)` : `${alias}.person_id`);
  const ctes: string[] = [];
  const joins: string[] = [join('f')];
  if (any) {
    const [ids, tos] = [parameters.add(merged.map(([id]) => id)), parameters.add(merged.map(([, to]) => to))];
    ctes.push(
      `merged AS MATERIALIZED (SELECT * FROM unnest(${ids}::text[], ${tos}::text[]) AS m(person_id, canonical))`,
    );
  }
  if (wanted.births) {
    const known = knownAt === null ? '' : `WHERE b.known_from <= ${parameters.add(knownAt)}::timestamptz`;
    ctes.push(`born AS (SELECT DISTINCT ON (${person('b')}) ${person('b')} AS person_id, b.birth_date
      FROM insights.births_v1 b ${join('b')} ${known} ORDER BY ${person('b')}, b.position DESC)`);
    joins.push(`LEFT JOIN born b ON b.person_id = ${person('f')}`);
  }
  if (wanted.deaths) {
    ctes.push(`died AS (SELECT ${person('d')} AS person_id, min(d.died_at) AS died_at
      FROM insights.deaths_v1 d ${join('d')} WHERE ${heldAt('d', knownAt, parameters)} GROUP BY 1)`);
    joins.push(`LEFT JOIN died d ON d.person_id = ${person('f')}`);
  }
  return { ctes: ctes.join(', '), joins: joins.join(' '), person: person('f') };
};

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
