import type { Database } from '#libs/platform/database.js';
import { ageOn, type CivilDate, type Instant, londonDate } from '#libs/nhs/index.js';
import { type AgeClass, ageClassOf } from '../domain/age-class.js';
import { heldAt, Parameters } from './sql.js';

export interface AgeBasis {
  readonly ageYears: number | null;
  readonly ageOn: CivilDate | null;
}

interface Merge {
  readonly survivor: string;
  readonly loser: string;
}

/** Follows merges to the id that stands for the person; a ring of merges ends where it began. */
export const canonicalIds = (merges: readonly Merge[]): ReadonlyMap<string, string> => {
  const next = new Map(merges.map(({ survivor, loser }) => [loser, survivor]));
  const follow = (id: string): string => {
    const seen = new Set<string>();
    let at = id;
    for (let to = next.get(at); to !== undefined && !seen.has(to); to = next.get(at)) {
      seen.add(at);
      at = to;
    }
    return at;
  };
  const ids = new Set(merges.flatMap(({ survivor, loser }) => [survivor, loser]));
  return new Map([...ids].map((id) => [id, follow(id)]));
};

/** Who is whom, when born and when died, as known at an instant. */
export class PeopleKnown {
  constructor(
    readonly canonical: ReadonlyMap<string, string>,
    readonly knownAt: Instant | null,
    private readonly births: ReadonlyMap<string, CivilDate | null>,
    private readonly deaths: ReadonlyMap<string, Instant>,
  ) {}

  /** Only the merges: births and deaths are joined in the query. */
  static async merges(db: Database, knownAt: Instant | null): Promise<PeopleKnown> {
    const parameters = new Parameters();
    const held = heldAt('m', knownAt, parameters);
    const { rows } = await db.query<Merge>(
      `SELECT survivor, loser FROM insights.merges_v1 m WHERE ${held} ORDER BY position`,
      parameters.values,
    );
    return new PeopleKnown(canonicalIds(rows), knownAt, new Map(), new Map());
  }

  /** With the births and deaths of the people named (and of whoever they were merged with). */
  async with(db: Database, personIds: Iterable<string>): Promise<PeopleKnown> {
    const wanted = new Set([...personIds].map((id) => this.personOf(id)));
    const ids = [...wanted, ...[...this.canonical].filter(([, to]) => wanted.has(to)).map(([id]) => id)];
    const births = new Parameters();
    const born = await db.query<{ person_id: string; birth_date: string | null }>(
      `SELECT person_id, birth_date::text FROM insights.births_v1 b WHERE person_id = ANY(${births.add(ids)})
       ${this.knownAt === null ? '' : `AND known_from <= ${births.add(this.knownAt)}`} ORDER BY position`,
      births.values,
    );
    const deaths = new Parameters();
    const died = await db.query<{ person_id: string; died_at: Date }>(
      `SELECT person_id, died_at FROM insights.deaths_v1 d WHERE person_id = ANY(${deaths.add(ids)}) AND ${heldAt('d', this.knownAt, deaths)}`,
      deaths.values,
    );
    const birthOf = new Map(born.rows.map((row) => [this.personOf(row.person_id), row.birth_date]));
    const deathOf = new Map<string, Instant>();
    for (const row of died.rows) {
      const person = this.personOf(row.person_id);
      const at = row.died_at.toISOString();
      const before = deathOf.get(person);
      if (before === undefined || at < before) deathOf.set(person, at);
    }
    return new PeopleKnown(this.canonical, this.knownAt, birthOf, deathOf);
  }

  personOf(personId: string): string {
    return this.canonical.get(personId) ?? personId;
  }
  diedAt(personId: string): Instant | null {
    return this.deaths.get(this.personOf(personId)) ?? null;
  }
  diedOn(personId: string): CivilDate | null {
    const at = this.diedAt(personId);
    return at === null ? null : londonDate(at);
  }
  /** From the birth date, else from the age held (metrics.md §1 "Age"). */
  ageClass(personId: string, basis: AgeBasis | null, on: CivilDate): AgeClass | null {
    const birthDate = this.births.get(this.personOf(personId)) ?? null;
    if (birthDate !== null) return ageClassOf(ageOn({ birthDate }, on));
    if (!basis || basis.ageYears === null || basis.ageOn === null) return null;
    return ageClassOf(ageOn({ years: basis.ageYears, on: basis.ageOn }, on));
  }
}
