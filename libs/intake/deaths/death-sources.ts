import { Injectable } from '@nestjs/common';
import { personNewsContracts } from '#libs/contracts/intake/person-news-events.js';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import type { Projection } from '#libs/event-feed/port.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { Batched } from '#libs/people/identity/batched.js';
import { Database } from '#libs/platform/database.js';

/** A stream (`stay-…` or `news-…`) that once said something of the death of this person. */
export interface DeathSource {
  readonly personId: string;
  readonly source: string;
  /** It said once that somebody died, whoever that was taken for then; else only ever that they did not. */
  readonly saidDead: boolean;
}

/** Where to look for what was said of somebody's death. What is said there now stands in the stream itself. */
export abstract class DeathSources {
  /** Of these people, by every person id that a source ever showed. */
  abstract ofPeople(personIds: readonly string[]): Promise<readonly DeathSource[]>;
  /** Whose death a stream ever spoke of. */
  abstract peopleOf(source: string): Promise<readonly string[]>;
}

const isStayNews = isOf(stayContracts);
const isPersonNews = isOf(personNewsContracts);

/** Whose death an event speaks of, and whether it says that they died; undefined when it says nothing of one. */
export const deathSourceOf = (event: StoredEvent): DeathSource | undefined => {
  const source = event.streamId;
  if (isPersonNews(event)) {
    const { diedAt, fact } = event.data;
    return { personId: source.slice('news-'.length), source, saidDead: diedAt !== null || saysDead(fact) };
  }
  if (!isStayNews(event)) return undefined;
  const { stay, fact, deathChanged = false } = event.data;
  const saysOfIt = fact['dead'] !== undefined || fact['deathAt'] !== undefined;
  if (!deathChanged && !saysOfIt && stay.diedAt === null) return undefined;
  return { personId: stay.personId, source, saidDead: stay.diedAt !== null || saysDead(fact) };
};

const saysDead = ({ dead, deathAt }: { readonly dead?: unknown; readonly deathAt?: unknown }): boolean =>
  dead === true || typeof deathAt === 'string';

const table = 'intake.death_sources_v1';

export const deathSources: Projection = {
  name: 'intake.death-sources',
  version: 1,
  wants: { streamPrefixes: ['stay-', 'news-'] },
  tables: [table],
  ddl: `
CREATE SCHEMA IF NOT EXISTS intake;
CREATE TABLE IF NOT EXISTS ${table} (
  person_id text NOT NULL,
  source text NOT NULL,
  said_dead boolean NOT NULL,
  PRIMARY KEY (person_id, source)
);
CREATE INDEX IF NOT EXISTS death_sources_v1_source ON ${table} (source);
`,
  async fold(events, tx) {
    const found = new Map<string, DeathSource>();
    for (const event of events) {
      const said = deathSourceOf(event);
      if (!said) continue;
      const key = JSON.stringify([said.personId, said.source]);
      if (said.saidDead || !found.has(key)) found.set(key, said);
    }
    if (found.size === 0) return;
    const rows = [...found.values()];
    await tx.query(
      `INSERT INTO ${table} AS t (person_id, source, said_dead)
       SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[])
       ON CONFLICT (person_id, source) DO UPDATE SET said_dead = true WHERE excluded.said_dead AND NOT t.said_dead`,
      [rows.map(({ personId }) => personId), rows.map(({ source }) => source), rows.map(({ saidDead }) => saidDead)],
    );
  },
};

@Injectable()
export class PostgresDeathSources extends DeathSources {
  readonly #byPerson = new Batched<readonly DeathSource[]>(async (personIds) => {
    const { rows } = await this.database.query<DeathSource>(
      `SELECT t.person_id AS "personId", t.source,
              EXISTS (SELECT 1 FROM ${table} o WHERE o.source = t.source AND o.said_dead) AS "saidDead"
         FROM ${table} t WHERE t.person_id = ANY ($1)`,
      [personIds],
    );
    const found = Map.groupBy(rows, ({ personId }) => personId);
    return new Map(personIds.map((personId) => [personId, found.get(personId) ?? []]));
  });

  constructor(private readonly database: Database) {
    super();
  }

  override async ofPeople(personIds: readonly string[]): Promise<readonly DeathSource[]> {
    return (await Promise.all(personIds.map((personId) => this.#byPerson.get(personId)))).flat();
  }

  override async peopleOf(source: string): Promise<readonly string[]> {
    const { rows } = await this.database.query<{ person_id: string }>(
      `SELECT person_id FROM ${table} WHERE source = $1`,
      [source],
    );
    return rows.map(({ person_id: personId }) => personId);
  }
}
