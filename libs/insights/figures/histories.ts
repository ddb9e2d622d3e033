import type { CivilDate, Instant } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { knownBy } from '../domain/entries.js';
import {
  checkAsKnown,
  type CheckAsKnown,
  type CheckEntry,
  episodeAsKnown,
  type EpisodeAsKnown,
  type EpisodeEntry,
} from '../domain/reablement-history.js';
import { requestAsKnown, type RequestAsKnown, type RequestEntry } from '../domain/request-history.js';
import { Parameters } from './sql.js';

interface Which {
  readonly knownAt: Instant | null;
  /** Histories that speak of a day in the window. */
  readonly from?: CivilDate;
  readonly to?: CivilDate;
  /** Histories of these cases. */
  readonly caseIds?: readonly string[];
}

const load = async <E extends { readonly recordedAt: Instant }>(
  db: Database,
  kind: string,
  which: Which,
): Promise<{ readonly id: string; readonly entries: readonly E[] }[]> => {
  const parameters = new Parameters();
  const conditions = [
    `kind = ${parameters.add(kind)}`,
    ...(which.from === undefined ? [] : [`last_on >= ${parameters.add(which.from)}::date`]),
    ...(which.to === undefined ? [] : [`first_on < ${parameters.add(which.to)}::date`]),
    ...(which.caseIds === undefined ? [] : [`case_id = ANY(${parameters.add(which.caseIds)})`]),
  ];
  const { rows } = await db.query<{ id: string; entries: E[] }>(
    `SELECT id, entries FROM insights.histories_v1 WHERE ${conditions.join(' AND ')} ORDER BY id`,
    parameters.values,
  );
  return rows.flatMap(({ id, entries }) => {
    const known = knownBy(entries, which.knownAt);
    return known.length === 0 ? [] : [{ id, entries: known }];
  });
};

export const requestsKnown = async (db: Database, which: Which): Promise<RequestAsKnown[]> =>
  (await load<RequestEntry>(db, 'request', which)).map(({ id, entries }) => requestAsKnown(id, entries));

export const episodesKnown = async (db: Database, which: Which): Promise<EpisodeAsKnown[]> =>
  (await load<EpisodeEntry>(db, 'reablement', which)).flatMap(({ id, entries }) => episodeAsKnown(id, entries) ?? []);

export const checksKnown = async (db: Database, which: Which): Promise<CheckAsKnown[]> =>
  (await load<CheckEntry>(db, 'check', which)).flatMap(({ id, entries }) => checkAsKnown(id, entries) ?? []);
