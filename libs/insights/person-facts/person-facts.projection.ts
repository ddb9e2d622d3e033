import type { PoolClient } from 'pg';
import { personContracts, type PersonEvent } from '#libs/contracts/people/person-events.js';
import type { Projection } from '#libs/event-feed/port.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { PeopleVault } from '#libs/people/port.js';

/**
 * Births, deaths and merges of people, each with the time in which it was what we knew.
 *
 * The birth date is opened from the vault while folding and not while counting: an age decides whether a stay is in a cohort, and a figure over a
 * year reads half a million stays in one query. `PersonErased` deletes the rows; on a rebuild the key is gone, the vault gives
 * null and no row is made, so that the rebuilt table equals the live one (docs/decisions/0009).
 */
const ddl = `
CREATE SCHEMA IF NOT EXISTS insights;
CREATE TABLE IF NOT EXISTS insights.births_v1 (
  event_id text PRIMARY KEY,
  person_id text NOT NULL,
  position bigint NOT NULL,
  known_from timestamptz NOT NULL,
  birth_date date
);
CREATE INDEX IF NOT EXISTS births_v1_latest ON insights.births_v1 (person_id, position DESC);
CREATE TABLE IF NOT EXISTS insights.deaths_v1 (
  event_id text PRIMARY KEY,
  person_id text NOT NULL,
  source text NOT NULL,
  died_at timestamptz NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz
);
CREATE INDEX IF NOT EXISTS deaths_v1_person ON insights.deaths_v1 (person_id);
CREATE TABLE IF NOT EXISTS insights.merges_v1 (
  event_id text PRIMARY KEY,
  merge_id text NOT NULL,
  survivor text NOT NULL,
  loser text NOT NULL,
  position bigint NOT NULL,
  known_from timestamptz NOT NULL,
  known_until timestamptz
);
`;

const isPersonEvent = isOf(personContracts);

/** `undefined`: the event says nothing of a birth date (or nothing that can still be opened). */
const birthDateOf = async (details: unknown, vault: PeopleVault): Promise<string | null | undefined> => {
  const opened: unknown = await vault.open(details);
  if (typeof opened !== 'object' || opened === null || !('birthDate' in opened)) return undefined;
  return typeof opened.birthDate === 'string' ? opened.birthDate : null;
};

const foldOne = async (event: Recorded<PersonEvent>, tx: PoolClient, vault: PeopleVault): Promise<void> => {
  const personId = event.personId ?? event.streamId.slice('person-'.length);
  switch (event.type) {
    case 'PersonalDetailsRecorded': {
      const birthDate = await birthDateOf(event.data.details, vault);
      if (birthDate === undefined) return;
      await tx.query(`INSERT INTO insights.births_v1 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, [
        event.eventId,
        personId,
        event.position,
        event.recordedAt,
        birthDate,
      ]);
      return;
    }
    case 'DeathRecorded':
    case 'DeathRecordWithdrawn':
      await tx.query(
        `UPDATE insights.deaths_v1 SET known_until = $3 WHERE person_id = $1 AND source = $2 AND known_until IS NULL`,
        [personId, event.data.source, event.recordedAt],
      );
      if (event.type === 'DeathRecordWithdrawn') return;
      await tx.query(`INSERT INTO insights.deaths_v1 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, [
        event.eventId,
        personId,
        event.data.source,
        event.data.diedAt ?? event.occurredAt,
        event.recordedAt,
      ]);
      return;
    case 'PeopleMerged':
      await tx.query(`INSERT INTO insights.merges_v1 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, [
        event.eventId,
        event.data.mergeId,
        event.data.survivor,
        event.data.loser,
        event.position,
        event.recordedAt,
      ]);
      return;
    case 'MergeReverted':
      await tx.query(`UPDATE insights.merges_v1 SET known_until = $2 WHERE merge_id = $1 AND known_until IS NULL`, [
        event.data.mergeId,
        event.recordedAt,
      ]);
      return;
    case 'PersonErased':
      await tx.query(`DELETE FROM insights.births_v1 WHERE person_id = $1`, [personId]);
      return;
    default:
      return;
  }
};

export const personFactsProjection = (vault: PeopleVault): Projection => ({
  name: 'insights.person-facts',
  version: 1,
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
  tables: ['insights.births_v1', 'insights.deaths_v1', 'insights.merges_v1'],
  ddl,
  async fold(events, tx) {
    for (const event of events) if (isPersonEvent(event)) await foldOne(event, tx, vault);
  },
});
