import type { PoolClient } from 'pg';
import type { PersonId } from '../port.js';
import { canonicalOf, type MergeEdge } from './partition.js';

interface Edge extends MergeEdge {
  readonly mergeId: string;
}

/**
 * Works out anew who stands for the persons that merges name, where one of these person ids moved to another person or one of their
 * merges changed. Most people are in no merge: then there is nothing to do.
 */
export const recomputeCanonical = async (persons: readonly PersonId[], tx: PoolClient): Promise<void> => {
  const { rows: named } = await tx.query<{ survivor_base: string; loser_base: string }>(
    `SELECT survivor_base, loser_base FROM people.identity_merge_v1
      WHERE because <> 'seen-together' AND (survivor = ANY ($1) OR loser = ANY ($1))`,
    [persons],
  );
  if (named.length === 0) return;
  const { rows: renewed } = await tx.query<{ survivor_base: string; loser_base: string }>(
    `UPDATE people.identity_merge_v1 m
        SET survivor_base = coalesce((SELECT b.base FROM people.identity_base_v1 b WHERE b.person_id = m.survivor), m.survivor),
            loser_base = coalesce((SELECT b.base FROM people.identity_base_v1 b WHERE b.person_id = m.loser), m.loser)
      WHERE because <> 'seen-together' AND (survivor = ANY ($1) OR loser = ANY ($1))
      RETURNING survivor_base, loser_base`,
    [persons],
  );
  const seeds = new Set([...named, ...renewed].flatMap((row) => [row.survivor_base, row.loser_base]));
  const { together, merges } = await componentOf(seeds, tx);
  await tx.query('DELETE FROM people.identity_canonical_v1 WHERE base = ANY ($1)', [[...together]]);
  const changed = [...canonicalOf(together, merges)].filter(([base, canonical]) => base !== canonical);
  if (changed.length === 0) return;
  await tx.query(
    `INSERT INTO people.identity_canonical_v1 (base, canonical) SELECT * FROM unnest($1::text[], $2::text[])`,
    [changed.map(([base]) => base), changed.map(([, canonical]) => canonical)],
  );
};

/** All persons that these were one with before, or are by merges now. */
const componentOf = async (
  seeds: ReadonlySet<PersonId>,
  tx: PoolClient,
): Promise<{ together: ReadonlySet<PersonId>; merges: readonly Edge[] }> => {
  const together = new Set<PersonId>();
  const merges = new Map<string, Edge>();
  let fresh = [...seeds];
  while (fresh.length > 0) {
    for (const person of fresh) together.add(person);
    const { rows: before } = await tx.query<{ base: string; canonical: string }>(
      `SELECT c.base, c.canonical FROM people.identity_canonical_v1 c WHERE c.canonical = ANY ($1) OR c.base = ANY ($1)`,
      [fresh],
    );
    const { rows: now } = await tx.query<Edge>(
      `SELECT merge_id AS "mergeId", survivor_base AS survivor, loser_base AS loser FROM people.identity_merge_v1
        WHERE active AND because <> 'seen-together' AND (survivor_base = ANY ($1) OR loser_base = ANY ($1))`,
      [fresh],
    );
    for (const edge of now) merges.set(edge.mergeId, edge);
    const reached = [...before.flatMap((r) => [r.base, r.canonical]), ...now.flatMap((r) => [r.survivor, r.loser])];
    fresh = [...new Set(reached)].filter((person) => !together.has(person));
  }
  return { together, merges: [...merges.values()] };
};
