import { addDays, type CivilDate } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import type { AwardFact, CheckFact, EpisodeFact } from '../domain/care-fact.js';
import { areFolded, careRows } from './care-rows.js';
import type { Question } from './question.js';
import { heldAt, Parameters, readMany } from './sql.js';

/** What stands behind a day-91 check: null where there is none. */
export interface BehindCheck {
  readonly episode: Pick<EpisodeFact, 'id' | 'provider' | 'assessorType'> | null;
  readonly award: Pick<AwardFact, 'provider' | 'funding'> | null;
}

/** An episode is linked to a discharge when it starts from so many days before it to so many after it (architecture.md §6, policy 8). */
const [startsBefore, startsAfter] = [3, 7];
const reabling = ['reablement', 'rehab-bed'] as const;

/** The awarded reablement or rehab-bed request behind a check: the one awarded last that still stands, else the one awarded last. */
const awardBehind = (awards: readonly AwardFact[]): AwardFact | null => {
  const own = awards
    .filter(({ serviceType }) => reabling.some((type) => type === serviceType))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  return own.findLast(({ stands }) => stands) ?? own.at(-1) ?? null;
};

/** The first episode of the case linked to the discharge. */
const linkedEpisode = (episodes: readonly EpisodeFact[], dischargedOn: CivilDate): EpisodeFact | null =>
  episodes
    .filter(({ on }) => addDays(dischargedOn, -startsBefore) <= on && on <= addDays(dischargedOn, startsAfter))
    .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.id < b.id ? -1 : 1))
    .at(0) ?? null;

interface Row {
  readonly id: string;
  readonly episode: string | null;
  readonly episode_provider: string | null;
  readonly assessor_type: string | null;
  readonly award_provider: string | null;
  readonly funding: string | null;
}

/** The same, joined by the database: tens of thousands of cases need not be named to it. */
const joined = async (db: Database, { knownAt, from, to }: Question): Promise<ReadonlyMap<string, BehindCheck>> => {
  const parameters = new Parameters();
  const [first, end] = [parameters.add(from), parameters.add(to)];
  const { rows } = await readMany<Row>(
    db,
    `WITH due AS MATERIALIZED (
       SELECT k.id, k.case_id, k.on_day FROM insights.care_facts_v2 k
       WHERE k.kind = 'check' AND ${heldAt('k', knownAt, parameters)} AND k.on_day >= ${first}::date AND k.on_day < ${end}::date),
     episode AS (
       SELECT DISTINCT ON (k.id) k.id AS check_id, r.id, r.provider, r.assessor_type
       FROM due k JOIN insights.care_facts_v2 r ON r.case_id = k.case_id
         AND r.on_day BETWEEN k.on_day - ${String(startsBefore)} AND k.on_day + ${String(startsAfter)}
       WHERE r.kind = 'episode' AND ${heldAt('r', knownAt, parameters)}
         AND r.on_day BETWEEN ${first}::date - ${String(startsBefore)} AND ${end}::date + ${String(startsAfter)}
       ORDER BY k.id, r.on_day, r.id COLLATE "C"),
     award AS (
       SELECT DISTINCT ON (r.case_id) r.case_id, r.provider, r.funding FROM insights.care_facts_v2 r
       WHERE r.kind = 'award' AND ${heldAt('r', knownAt, parameters)} AND r.service_type = ANY(${parameters.add(reabling)})
         AND r.case_id IN (SELECT case_id FROM due)
       ORDER BY r.case_id, r.stands DESC, date_trunc('milliseconds', r.at) DESC, r.id DESC, r.n DESC)
     SELECT due.id, e.id AS episode, e.provider AS episode_provider, e.assessor_type, a.provider AS award_provider, a.funding
     FROM due LEFT JOIN episode e ON e.check_id = due.id LEFT JOIN award a ON a.case_id = due.case_id`,
    parameters.values,
    { hashed: true },
  );
  return new Map(
    rows.map(({ id, episode, episode_provider, assessor_type, award_provider, funding }) => [
      id,
      {
        episode:
          episode === null ? null : { id: episode, provider: episode_provider ?? '', assessorType: assessor_type },
        award: award_provider === null ? null : { provider: award_provider, funding },
      },
    ]),
  );
};

/** What stands behind the checks whose discharge lies in the window, by check; looked for beside them where the database does it. */
export const behindChecks = async (
  db: Database,
  question: Question,
  reading: Promise<readonly CheckFact[]>,
): Promise<ReadonlyMap<string, BehindCheck>> => {
  if (await areFolded(db)) return joined(db, question);
  const { knownAt } = question;
  const due = await reading;
  const caseIds = [...new Set(due.map(({ caseId }) => caseId))];
  const awards = await careRows(db, { kind: 'award', knownAt, caseIds, alone: true });
  const episodes = await careRows(db, { kind: 'episode', knownAt, caseIds, alone: true });
  const awardsOf = Map.groupBy(awards, ({ caseId }) => caseId);
  const episodesOf = Map.groupBy(episodes, ({ caseId }) => caseId);
  return new Map(
    due.map(({ id, caseId, on }) => [
      id,
      { episode: linkedEpisode(episodesOf.get(caseId) ?? [], on), award: awardBehind(awardsOf.get(caseId) ?? []) },
    ]),
  );
};
