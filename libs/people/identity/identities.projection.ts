import type { PoolClient } from 'pg';
import type { Projection } from '../../event-feed/port.js';
import type { StoredEvent } from '../../event-store/port.js';
import { asAliasEvent } from './aliases.js';
import { identifierOf, personIdOf } from './identifier-hash.js';
import { recomputeCanonical } from './identities.canonical.js';
import { baseOfLocal, neighbourhood, type SeenWith } from './partition.js';
import { becauseOf, mergeOf, type ToldMerge } from './person-events.js';
import { prepared } from '../../platform/prepared.js';

export const identitiesTables = {
  edge: 'people.identity_edge_v1',
  base: 'people.identity_base_v1',
  merge: 'people.identity_merge_v1',
  canonical: 'people.identity_canonical_v1',
} as const;

const ddl = `
CREATE SCHEMA IF NOT EXISTS people;
-- What was seen together with what, and what somebody set apart.
CREATE TABLE IF NOT EXISTS ${identitiesTables.edge} (
  hash       text COLLATE "C" NOT NULL,
  other      text COLLATE "C" NOT NULL,
  other_kind text COLLATE "C" NOT NULL,
  apart      boolean NOT NULL,
  PRIMARY KEY (hash, other)
);
-- Person ids that stand for another person, or for nobody certain. Who is not here stands for themself.
CREATE TABLE IF NOT EXISTS ${identitiesTables.base} (
  person_id text COLLATE "C" PRIMARY KEY,
  base      text COLLATE "C" NOT NULL,
  contested boolean NOT NULL
);
CREATE INDEX IF NOT EXISTS identity_base_v1_base ON ${identitiesTables.base} (base);
CREATE INDEX IF NOT EXISTS identity_base_v1_contested ON ${identitiesTables.base} (person_id) WHERE contested;
CREATE TABLE IF NOT EXISTS ${identitiesTables.merge} (
  merge_id      text COLLATE "C" PRIMARY KEY,
  survivor      text COLLATE "C" NOT NULL,
  loser         text COLLATE "C" NOT NULL,
  because       text COLLATE "C" NOT NULL,
  active        boolean NOT NULL,
  -- Whom the two stand for by the sights.
  survivor_base text COLLATE "C" NOT NULL,
  loser_base    text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS identity_merge_v1_survivor ON ${identitiesTables.merge} (survivor);
CREATE INDEX IF NOT EXISTS identity_merge_v1_loser ON ${identitiesTables.merge} (loser);
CREATE INDEX IF NOT EXISTS identity_merge_v1_survivor_base ON ${identitiesTables.merge} (survivor_base) WHERE active;
CREATE INDEX IF NOT EXISTS identity_merge_v1_loser_base ON ${identitiesTables.merge} (loser_base) WHERE active;
-- Persons that merges made one with another; who is not here is canonical.
CREATE TABLE IF NOT EXISTS ${identitiesTables.canonical} (
  base      text COLLATE "C" PRIMARY KEY,
  canonical text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS identity_canonical_v1_canonical ON ${identitiesTables.canonical} (canonical);
`;

/**
 * Who is who, for reading: the same pure functions over the same sights as `Identities`, so its tables are a function of the set of
 * events. `PeopleMerged` "seen-together" only announces what the sights say and is kept for its id.
 */
export const identitiesProjection: Projection = {
  name: 'people.identities',
  version: 1,
  wants: { types: ['IdentifierSeen', 'IdentifierSetApart', 'PeopleMerged', 'MergeReverted'] },
  tables: Object.values(identitiesTables),
  ddl,
  async fold(events, tx) {
    const touched = await writeEdges(events, tx);
    const merged = await writeMerges(events, tx);
    const moved = touched.size > 0 ? await writeBases(touched, tx) : [];
    const persons = [...new Set([...moved, ...merged])];
    if (persons.length > 0) await recomputeCanonical(persons, tx);
  },
};

/** Answers the local ids whose sights changed. */
const writeEdges = async (events: readonly StoredEvent[], tx: PoolClient): Promise<ReadonlySet<string>> => {
  const edges = new Map<string, { hash: string; other: string; kind: string; apart: boolean }>();
  const touched = new Set<string>();
  for (const stored of events) {
    const event = asAliasEvent(stored);
    const other = event && (event.type === 'IdentifierSeen' ? event.data.with : event.data.from);
    if (!event || !other) continue;
    const { hash, kind } = event.data;
    const key = `${hash}+${other.hash}`;
    const apart = event.type === 'IdentifierSetApart' || edges.get(key)?.apart === true;
    edges.set(key, { hash, other: other.hash, kind: other.kind, apart });
    if (kind === 'local') touched.add(hash);
    if (other.kind === 'local') touched.add(other.hash);
  }
  const rows = [...edges.values()];
  if (rows.length > 0)
    await tx.query(
      prepared(
        `INSERT INTO ${identitiesTables.edge} AS held (hash, other, other_kind, apart)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[])
       ON CONFLICT (hash, other) DO UPDATE SET apart = held.apart OR excluded.apart`,
        [rows.map((r) => r.hash), rows.map((r) => r.other), rows.map((r) => r.kind), rows.map((r) => r.apart)],
      ),
    );
  return touched;
};

/** Answers the person ids named by merges that changed. */
const writeMerges = async (events: readonly StoredEvent[], tx: PoolClient): Promise<readonly string[]> => {
  const merges = new Map<string, ToldMerge & { because?: string; active: boolean }>();
  for (const event of events) {
    if (event.type !== 'PeopleMerged' && event.type !== 'MergeReverted') continue;
    const merge = mergeOf(event);
    const active = event.type === 'PeopleMerged';
    merges.set(merge.mergeId, {
      ...merges.get(merge.mergeId),
      ...merge,
      active,
      ...(active ? { because: becauseOf(event) } : {}),
    });
  }
  const all = [...merges.values()];
  const made = all.filter(({ because }) => because !== undefined);
  if (made.length > 0)
    await tx.query(
      prepared(
        `INSERT INTO ${identitiesTables.merge} (merge_id, survivor, loser, because, active, survivor_base, loser_base)
       SELECT id, survivor, loser, because, active, survivor, loser
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[]) made(id, survivor, loser, because, active)
       ON CONFLICT (merge_id) DO UPDATE SET active = excluded.active`,
        [
          made.map((m) => m.mergeId),
          made.map((m) => m.survivor),
          made.map((m) => m.loser),
          made.map((m) => m.because),
          made.map((m) => m.active),
        ],
      ),
    );
  const reverted = all.filter(({ because }) => because === undefined);
  if (reverted.length > 0)
    await tx.query(
      prepared(`UPDATE ${identitiesTables.merge} SET active = false WHERE merge_id = ANY ($1)`, [
        reverted.map((m) => m.mergeId),
      ]),
    );
  return [...new Set(all.flatMap(({ survivor, loser }) => [survivor, loser]))];
};

/** Works out anew whom these local ids, and all that hang on them, stand for. Answers the person ids of those that moved. */
const writeBases = async (touched: ReadonlySet<string>, tx: PoolClient): Promise<readonly string[]> => {
  const sights = new Map<string, SeenWith>();
  const seenWith = (hash: string) => sights.get(hash);
  const affected = await neighbourhood(touched, seenWith, async (hashes) => {
    const { rows } = await tx.query<{ hash: string; other: string; other_kind: string }>(
      prepared(`SELECT hash, other, other_kind FROM ${identitiesTables.edge} WHERE hash = ANY ($1) AND NOT apart`, [
        hashes,
      ]),
    );
    const numbers = new Map<string, Set<string>>(hashes.map((hash) => [hash, new Set()]));
    const locals = new Map<string, Set<string>>(hashes.map((hash) => [hash, new Set()]));
    for (const row of rows) (row.other_kind === 'nhs-number' ? numbers : locals).get(row.hash)?.add(row.other);
    for (const hash of hashes)
      sights.set(hash, { numbers: numbers.get(hash) ?? new Set(), locals: locals.get(hash) ?? new Set() });
  });
  const ids = [...affected].map((hash) => personIdOf({ kind: 'local', hash }));
  const { rows: held } = await tx.query<{ person_id: string; base: string; contested: boolean }>(
    prepared(`SELECT person_id, base, contested FROM ${identitiesTables.base} WHERE person_id = ANY ($1)`, [ids]),
  );
  const before = new Map(held.map((row) => [row.person_id, row]));
  const write: { personId: string; base: string; contested: boolean }[] = [];
  const remove: string[] = [];
  const moved: string[] = [];
  for (const personId of ids) {
    const old = before.get(personId);
    const { personId: base, contested } = baseOfLocal(identifierOf(personId)?.hash ?? '', seenWith);
    if ((old?.base ?? personId) !== base) moved.push(personId);
    if (base === personId && !contested) {
      if (old) remove.push(personId);
    } else if (old?.base !== base || old.contested !== contested) write.push({ personId, base, contested });
  }
  if (remove.length > 0)
    await tx.query(prepared(`DELETE FROM ${identitiesTables.base} WHERE person_id = ANY ($1)`, [remove]));
  if (write.length > 0)
    await tx.query(
      prepared(
        `INSERT INTO ${identitiesTables.base} (person_id, base, contested)
       SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[])
       ON CONFLICT (person_id) DO UPDATE SET base = excluded.base, contested = excluded.contested`,
        [write.map((w) => w.personId), write.map((w) => w.base), write.map((w) => w.contested)],
      ),
    );
  return moved;
};
