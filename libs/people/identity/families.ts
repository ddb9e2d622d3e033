import type { Database } from '../../platform/database.js';
import type { PersonId } from '../port.js';
import { Batched } from './batched.js';
import { prepared } from '../../platform/prepared.js';

const canonicalSql = `
SELECT asked.id, coalesce(c.canonical, b.base, asked.id) AS canonical
  FROM unnest($1::text[]) asked(id)
  LEFT JOIN people.identity_base_v1 b ON b.person_id = asked.id
  LEFT JOIN people.identity_canonical_v1 c ON c.base = coalesce(b.base, asked.id)`;

/** The ids of each canonical person: persons merged into it, and local ids that stand for any of these. */
const membersSql = `
WITH base AS (
  SELECT id AS canonical, id AS base FROM unnest($1::text[]) asked(id)
  UNION ALL
  SELECT canonical, base FROM people.identity_canonical_v1 WHERE canonical = ANY ($1)
), ranked AS (
  SELECT canonical, base, EXISTS (
           SELECT 1 FROM people.identity_merge_v1 m
            WHERE m.active AND m.because <> 'seen-together' AND m.loser_base = base.base AND m.survivor_base <> base.base
         ) AS given_up
    FROM base
)
SELECT canonical, base AS id, given_up AS "givenUp" FROM ranked
UNION
SELECT ranked.canonical, b.person_id, ranked.given_up
  FROM ranked JOIN people.identity_base_v1 b ON b.base = ranked.base AND b.person_id <> b.base`;

/** One of the ids of a person. */
export interface Member {
  readonly id: PersonId;
  /** A merge gave it up for another. */
  readonly givenUp: boolean;
}

/** Resolves person ids from the read model, many at a time. */
export class Families {
  readonly #canonical = new Batched<PersonId>((ids) => this.canonicalOf(ids));
  readonly #family = new Batched<readonly PersonId[]>((ids) => this.familiesOf(ids));

  constructor(private readonly database: Database) {}

  canonical(personId: PersonId): Promise<PersonId> {
    return this.#canonical.get(personId);
  }

  family(personId: PersonId): Promise<readonly PersonId[]> {
    return this.#family.get(personId);
  }

  async canonicalOf(personIds: readonly PersonId[]): Promise<ReadonlyMap<PersonId, PersonId>> {
    const { rows } = await this.database.query<{ id: string; canonical: string }>(prepared(canonicalSql, [personIds]));
    return new Map(rows.map((row) => [row.id, row.canonical]));
  }

  /** By the id asked for: all ids of that person, the canonical one first, then in the order of the ids. */
  async familiesOf(personIds: readonly PersonId[]): Promise<ReadonlyMap<PersonId, readonly PersonId[]>> {
    const members = await this.membersOf(personIds);
    return new Map([...members].map(([asked, all]) => [asked, all.map(({ id }) => id)] as const));
  }

  /** The same, with which of them merges gave up. */
  async membersOf(personIds: readonly PersonId[]): Promise<ReadonlyMap<PersonId, readonly Member[]>> {
    const canonical = await this.canonicalOf([...new Set(personIds)]);
    const { rows } = await this.database.query<Member & { readonly canonical: string }>(
      prepared(membersSql, [[...new Set(canonical.values())]]),
    );
    const found = Map.groupBy(rows, (row) => row.canonical);
    const inOrder = (first: PersonId): readonly Member[] =>
      (found.get(first) ?? [])
        .map(({ id, givenUp }) => ({ id, givenUp }))
        .sort((a, b) => Number(b.id === first) - Number(a.id === first) || (a.id < b.id ? -1 : 1));
    return new Map([...canonical].map(([asked, first]) => [asked, inOrder(first)] as const));
  }
}
