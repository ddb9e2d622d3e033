import type { PoolClient } from 'pg';
import { personContracts, type PersonEvent } from '#libs/contracts/people/person-events.js';
import type { Projection } from '#libs/event-feed/port.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { PeopleVault } from '#libs/people/port.js';
import { prepared } from '#libs/platform/prepared.js';

/** Version 1 is the one before, kept for one release: it knew neither when a birth date was true nor who told a sex. */
type PersonFactsVersion = 1 | 2;

/**
 * Births, sexes, deaths and merges of people, each with the time in which it was what we knew.
 *
 * Birth date and sex are opened from the vault while folding and not while counting: an age decides whether a stay is in a cohort, and a figure over a
 * year reads half a million stays in one query. `PersonErased` deletes the rows; on a rebuild the key is gone, the vault gives
 * null and no row is made, so that the rebuilt table equals the live one (docs/decisions/0009). The index holds all that a figure reads of them.
 */
const ddlOf = (version: PersonFactsVersion): string => `
CREATE SCHEMA IF NOT EXISTS insights;
CREATE TABLE IF NOT EXISTS insights.births_v${String(version)} (
  event_id text PRIMARY KEY,
  person_id text NOT NULL,
  position bigint NOT NULL,
  known_from timestamptz NOT NULL,
  birth_date date${version === 1 ? '' : ',\n  said_at timestamptz NOT NULL'}
);
${
  version === 1
    ? 'CREATE INDEX IF NOT EXISTS births_v1_latest ON insights.births_v1 (person_id, position DESC);'
    : `CREATE INDEX IF NOT EXISTS births_v2_told ON insights.births_v2 (person_id, said_at DESC, event_id DESC) INCLUDE (known_from, birth_date);
DROP INDEX IF EXISTS insights.births_v2_latest;
CREATE TABLE IF NOT EXISTS insights.sexes_v2 (
  event_id text PRIMARY KEY,
  person_id text NOT NULL,
  known_from timestamptz NOT NULL,
  sex text,
  said_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS sexes_v2_told ON insights.sexes_v2 (person_id, said_at DESC, event_id DESC) INCLUDE (known_from, sex);
DROP INDEX IF EXISTS insights.sexes_v2_latest;`
}
CREATE TABLE IF NOT EXISTS insights.deaths_v${String(version)} (
  event_id text PRIMARY KEY,
  person_id text NOT NULL,
  source text NOT NULL,
  died_at timestamptz NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz
);
CREATE INDEX IF NOT EXISTS deaths_v${String(version)}_person ON insights.deaths_v${String(version)} (person_id);
CREATE TABLE IF NOT EXISTS insights.merges_v${String(version)} (
  event_id text PRIMARY KEY,
  merge_id text NOT NULL,
  survivor text NOT NULL,
  loser text NOT NULL,
  position bigint NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz${version === 1 ? '' : ',\n  gives_up boolean NOT NULL'}
);
`;

const isPersonEvent = isOf(personContracts);

interface Told {
  readonly birthDate?: string | null;
  readonly sex?: string | null;
}

/** What opened details say of birth date and sex: a field that is not there says nothing of it, null clears it. Null where nothing can be opened any more. */
const toldOf = (opened: unknown): Told | null => {
  if (typeof opened !== 'object' || opened === null) return null;
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    ...('birthDate' in opened && opened.birthDate !== undefined ? { birthDate: text(opened.birthDate) } : {}),
    ...('sex' in opened && opened.sex !== undefined ? { sex: text(opened.sex) } : {}),
  };
};

type Row = Readonly<Record<string, string | null>>;

const personOf = ({ personId, streamId }: Recorded<PersonEvent>): string =>
  personId ?? streamId.slice('person-'.length);

class Fold {
  readonly #suffix: string;

  constructor(
    private readonly version: PersonFactsVersion,
    private readonly vault: PeopleVault,
  ) {
    this.#suffix = `_v${String(version)}`;
  }

  /** Details are by far the most: those of a page are opened together, and written by one statement a table. */
  async page(events: readonly Recorded<PersonEvent>[], tx: PoolClient): Promise<void> {
    const details = events.filter((event) => event.type === 'PersonalDetailsRecorded');
    const opened: readonly unknown[] =
      details.length === 0 ? [] : await this.vault.open(details.map(({ data }) => data.details));
    const told = new Map(details.map(({ eventId }, at) => [eventId, toldOf(opened[at])]));
    let births: Row[] = [];
    let sexes: Row[] = [];
    for (const event of events) {
      const { eventId, position, recordedAt, occurredAt } = event;
      const personId = personOf(event);
      const row = { event_id: eventId, person_id: personId, known_from: recordedAt, said_at: occurredAt };
      const { birthDate, sex } = told.get(eventId) ?? {};
      if (birthDate !== undefined) births.push({ ...row, position, birth_date: birthDate });
      if (sex !== undefined) sexes.push({ ...row, sex });
      if (event.type === 'PersonErased') {
        births = births.filter(({ person_id }) => person_id !== personId);
        sexes = sexes.filter(({ person_id }) => person_id !== personId);
      }
      await this.#one(event, personId, tx);
    }
    const columns = 'event_id, person_id, position, known_from, birth_date';
    await this.#put(tx, 'births', this.version === 1 ? columns : `${columns}, said_at`, births);
    if (this.version === 2) await this.#put(tx, 'sexes', 'event_id, person_id, known_from, sex, said_at', sexes);
  }

  async #put(tx: PoolClient, name: string, columns: string, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      prepared(
        `INSERT INTO insights.${name}${this.#suffix} (${columns})
         SELECT ${columns} FROM json_to_recordset($1::json) AS r(event_id text, person_id text, position bigint,
           known_from timestamptz, said_at timestamptz, birth_date date, sex text)
         ON CONFLICT DO NOTHING`,
        [JSON.stringify(rows)],
      ),
    );
  }

  async #one(event: Recorded<PersonEvent>, personId: string, tx: PoolClient): Promise<void> {
    switch (event.type) {
      case 'DeathRecorded':
      case 'DeathRecordWithdrawn':
        await tx.query(
          `UPDATE insights.deaths${this.#suffix} SET known_until = $3 WHERE person_id = $1 AND source = $2 AND known_until IS NULL`,
          [personId, event.data.source, event.recordedAt],
        );
        if (event.type === 'DeathRecordWithdrawn') return;
        await tx.query(
          `INSERT INTO insights.deaths${this.#suffix} VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
          [event.eventId, personId, event.data.source, event.data.diedAt ?? event.occurredAt, event.recordedAt],
        );
        return;
      case 'PeopleMerged': {
        const { mergeId, survivor, loser, because } = event.data;
        const values = [event.eventId, mergeId, survivor, loser, event.position, event.recordedAt];
        await (this.version === 1
          ? tx.query(`INSERT INTO insights.merges_v1 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, values)
          : tx.query(
              `INSERT INTO insights.merges_v2 VALUES ($1, $2, $3, $4, $5, $6, NULL, $7) ON CONFLICT DO NOTHING`,
              // A merge takes no demographics (domain.md §6.1, A40); ids seen together are one person's from the first.
              [...values, because !== 'seen-together'],
            ));
        return;
      }
      case 'MergeReverted':
        await tx.query(
          `UPDATE insights.merges${this.#suffix} SET known_until = $2 WHERE merge_id = $1 AND known_until IS NULL`,
          [event.data.mergeId, event.recordedAt],
        );
        return;
      case 'PersonErased':
        await tx.query(`DELETE FROM insights.births${this.#suffix} WHERE person_id = $1`, [personId]);
        if (this.version === 2) await tx.query(`DELETE FROM insights.sexes_v2 WHERE person_id = $1`, [personId]);
        return;
      default:
        return;
    }
  }
}

const personFactsOf = (version: PersonFactsVersion, vault: PeopleVault): Projection => {
  const fold = new Fold(version, vault);
  return {
    name: 'insights.person-facts',
    version,
    wants: {
      types: [
        'PersonalDetailsRecorded',
        'DeathRecorded',
        'DeathRecordWithdrawn',
        'PeopleMerged',
        'MergeReverted',
        'PersonErased',
      ],
      streamPrefixes: ['person-'],
    },
    tables: ['births', ...(version === 1 ? [] : ['sexes']), 'deaths', 'merges'].map(
      (name) => `insights.${name}_v${String(version)}`,
    ),
    ddl: ddlOf(version),
    async fold(events, tx) {
      await fold.page(events.filter(isPersonEvent), tx);
    },
  };
};

export const personFactsProjection = (vault: PeopleVault): Projection => ({
  ...personFactsOf(2, vault),
  replaces: {
    projection: personFactsOf(1, vault),
    as: {
      'insights.births_v2': 'SELECT *, known_from AS said_at FROM insights.births_v1',
      'insights.sexes_v2': `SELECT event_id, person_id, known_from, NULL::text AS sex, known_from AS said_at FROM insights.births_v1 WHERE false`,
      'insights.deaths_v2': 'SELECT * FROM insights.deaths_v1',
      'insights.merges_v2': 'SELECT *, true AS gives_up FROM insights.merges_v1',
    },
  },
});
