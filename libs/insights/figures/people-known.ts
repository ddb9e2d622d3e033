import type { Database } from '#libs/platform/database.js';
import { ageOn, type CivilDate, type Instant, londonDate } from '#libs/nhs/index.js';
import { type AgeClass, ageClassOf } from '../domain/age-class.js';
import { heldAt, Parameters, readMany } from './sql.js';

export interface AgeBasis {
  readonly ageYears: number | null;
  readonly ageOn: CivilDate | null;
}

interface Merge {
  readonly survivor: string;
  readonly loser: string;
  /** The loser's details are given up for the survivor's (domain.md §6.1, A40). */
  readonly gives_up?: boolean;
}

/** Something told of a person: what was told of a later time holds, and what of an id that a merge gave up only fills (libs/people/details). */
interface Told {
  readonly person_id: string;
  readonly said: string | null;
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

/** What is read of people. */
export interface Reads {
  readonly births: boolean;
  readonly sexes: boolean;
  readonly deaths: boolean;
}

interface Facts {
  readonly births: ReadonlyMap<string, CivilDate | null>;
  readonly sexes: ReadonlyMap<string, string | null>;
  readonly deaths: ReadonlyMap<string, Instant>;
}

/** Who is whom, of which birth and sex, and when died, as known at an instant. */
export class PeopleKnown {
  constructor(
    readonly canonical: ReadonlyMap<string, string>,
    /** Ids that a merge gave up for another. */
    readonly givenUp: ReadonlySet<string>,
    readonly knownAt: Instant | null,
    private readonly facts: Facts,
  ) {}

  /** Only the merges: what is known of people is joined in the query. */
  static async merges(db: Database, knownAt: Instant | null): Promise<PeopleKnown> {
    const parameters = new Parameters();
    const held = heldAt('m', knownAt, parameters);
    const { rows } = await db.query<Merge>(
      `SELECT survivor, loser, gives_up FROM insights.merges_v2 m WHERE ${held} ORDER BY position`,
      parameters.values,
    );
    const canonical = canonicalIds(rows);
    const givenUp = new Set(rows.filter((row) => row.gives_up).map(({ loser }) => loser));
    return new PeopleKnown(canonical, givenUp, knownAt, { births: new Map(), sexes: new Map(), deaths: new Map() });
  }

  /** With what is read of the people named (and of whoever they were merged with). */
  async with(db: Database, personIds: Iterable<string>, reads: Reads): Promise<PeopleKnown> {
    const wanted = new Set([...personIds].map((id) => this.personOf(id)));
    const ids = [...wanted, ...[...this.canonical].filter(([, to]) => wanted.has(to)).map(([id]) => id)];
    const nobody = new Map<string, never>();
    const [births, sexes, deaths] = await Promise.all([
      reads.births ? this.#told(db, 'insights.births_v2', 'birth_date::text', ids) : nobody,
      reads.sexes ? this.#told(db, 'insights.sexes_v2', 'sex', ids) : nobody,
      reads.deaths ? this.#deaths(db, ids) : nobody,
    ]);
    return new PeopleKnown(this.canonical, this.givenUp, this.knownAt, { births, sexes, deaths });
  }

  async #deaths(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, Instant>> {
    const parameters = new Parameters();
    const { rows } = await readMany<{ person_id: string; died_at: Date }>(
      db,
      `SELECT person_id, died_at FROM insights.deaths_v2 d WHERE person_id = ANY(${parameters.add(ids)}) AND ${heldAt('d', this.knownAt, parameters)}`,
      parameters.values,
    );
    const deathOf = new Map<string, Instant>();
    for (const row of rows) {
      const person = this.personOf(row.person_id);
      const at = row.died_at.toISOString();
      const before = deathOf.get(person);
      if (before === undefined || at < before) deathOf.set(person, at);
    }
    return deathOf;
  }

  async #told(
    db: Database,
    table: string,
    column: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, string | null>> {
    const parameters = new Parameters();
    const { rows } = await readMany<Told>(
      db,
      `SELECT person_id, said FROM (
         SELECT DISTINCT ON (person_id) person_id, ${column} AS said, said_at, event_id FROM ${table} WHERE person_id = ANY(${parameters.add(ids)})
         ${this.knownAt === null ? '' : `AND known_from <= ${parameters.add(this.knownAt)}`} ORDER BY person_id, said_at DESC, event_id DESC) AS latest
       ORDER BY said_at, event_id`,
      parameters.values,
    );
    const filling = rows.filter(({ person_id }) => this.givenUp.has(person_id));
    const own = rows.filter(({ person_id }) => !this.givenUp.has(person_id));
    return new Map([...filling, ...own].map(({ person_id, said }) => [this.personOf(person_id), said]));
  }

  personOf(personId: string): string {
    return this.canonical.get(personId) ?? personId;
  }
  diedAt(personId: string): Instant | null {
    return this.facts.deaths.get(this.personOf(personId)) ?? null;
  }
  diedOn(personId: string): CivilDate | null {
    const at = this.diedAt(personId);
    return at === null ? null : londonDate(at);
  }
  /** As the person's details tell it. */
  sexOf(personId: string): string | null {
    return this.facts.sexes.get(this.personOf(personId)) ?? null;
  }
  /** From the birth date, else from the age held (metrics.md §1 "Age"). */
  ageClass(personId: string, basis: AgeBasis | null, on: CivilDate): AgeClass | null {
    const birthDate = this.facts.births.get(this.personOf(personId)) ?? null;
    if (birthDate !== null) return ageClassOf(ageOn({ birthDate }, on));
    if (!basis || basis.ageYears === null || basis.ageOn === null) return null;
    return ageClassOf(ageOn({ years: basis.ageYears, on: basis.ageOn }, on));
  }
}
