import { addDays, type CivilDate } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { inCheckCohort, type CheckUnit, type OfferedUnit } from '../domain/care-rules.js';
import type { EpisodeAsKnown } from '../domain/reablement-history.js';
import type { Award, RequestAsKnown } from '../domain/request-history.js';
import { alive65 } from '../domain/stay-rules.js';
import { caseAttributes, casesKnown, passes } from './cases-known.js';
import { dischargedStays } from './discharged-stays.js';
import type { Found } from './found.js';
import { checksKnown, episodesKnown, requestsKnown } from './histories.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';

/** The awarded reablement or rehab-bed request behind a check: the one awarded last that still stands, else the one awarded last. */
const awardBehind = (requests: readonly RequestAsKnown[]): Award | undefined => {
  const awards = requests
    .flatMap((request) => request.awards)
    .filter(({ serviceType }) => serviceType === 'reablement' || serviceType === 'rehab-bed')
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  return awards.findLast(({ stands }) => stands) ?? awards.at(-1);
};

/** The first episode of the case linked to the discharge: starting from 3 days before to 7 days after it (architecture.md §6, policy 8). */
const linkedEpisode = (episodes: readonly EpisodeAsKnown[], dischargedOn: CivilDate): EpisodeAsKnown | undefined =>
  episodes
    .filter(({ startedOn }) => addDays(dischargedOn, -3) <= startedOn && startedOn <= addDays(dischargedOn, 7))
    .sort((a, b) =>
      a.startedOn < b.startedOn ? -1 : a.startedOn > b.startedOn ? 1 : a.episodeId < b.episodeId ? -1 : 1,
    )
    .at(0);

/** Day-91 checks whose discharge lies in the window. */
export const checks = async (db: Database, question: Question): Promise<Found<CheckUnit>[]> => {
  const { knownAt, from, to, today } = question;
  const due = (await checksKnown(db, { knownAt, from, to })).filter(
    ({ dischargedOn }) => from <= dischargedOn && dischargedOn < to,
  );
  const caseIds = [...new Set(due.map(({ caseId }) => caseId))];
  const [cases, requests, episodes] = await Promise.all([
    casesKnown(db, caseIds, knownAt),
    requestsKnown(db, { knownAt, caseIds }),
    episodesKnown(db, { knownAt, caseIds }),
  ]);
  const requestsOf = Map.groupBy(requests, ({ caseId }) => caseId);
  const episodesOf = Map.groupBy(episodes, ({ caseId }) => caseId);
  const people = await (
    await PeopleKnown.merges(db, knownAt)
  ).with(db, [
    ...due.flatMap(({ personId }) => personId ?? []),
    ...[...cases.values()].flatMap(({ stay }) => stay?.personId ?? []),
  ]);
  return due.flatMap((check): Found<CheckUnit>[] => {
    const found = cases.get(check.caseId);
    const episode = linkedEpisode(episodesOf.get(check.caseId) ?? [], check.dischargedOn);
    const award = awardBehind(requestsOf.get(check.caseId) ?? []);
    const { attributes: ofCase, age } = caseAttributes(found, check.personId, check.dischargedOn, people);
    const attributes = { ...ofCase, provider: episode?.providerId ?? award?.providerId ?? null };
    if (!passes(attributes, question.filters)) return [];
    const person = found?.stay?.personId ?? found?.known.personId ?? check.personId;
    return [
      {
        n: 1,
        events: 0,
        attributes,
        age,
        cancelled: check.cancelled,
        status: check.status,
        assessorType: episode?.assessorType ?? null,
        funding: award?.funding ?? null,
        day105Passed: today > addDays(check.dischargedOn, 105),
        personId: person === null ? null : people.personOf(person),
        stayId: check.stayId ?? found?.stay?.stayId ?? null,
        caseId: check.caseId,
        day: check.dischargedOn,
        streams: [`check-${check.checkId}`, ...(episode ? [`reablement-${episode.episodeId}`] : [])],
      },
    ];
  });
};

/** Stays of people 65 or over discharged alive in the window, with whether a check of the 2b-classic cohort came of them; pending ones count. */
export const offeredStays = async (
  db: Database,
  question: Question,
  single: boolean,
): Promise<Found<OfferedUnit>[]> => {
  const ofAnybody: Question = {
    ...question,
    filters: { hospital: null, ward: null, authority: null, ageBand: null, provider: null },
  };
  const offered = new Set(
    (await checks(db, ofAnybody))
      .filter((check) => inCheckCohort(check, '2b-classic'))
      .flatMap(({ stayId }) => stayId ?? []),
  );
  const wanted = { reads: ['alive'], per: 'stay', single } as const;
  if (single)
    return (await dischargedStays(db, question, wanted))
      .filter(alive65)
      .map((stay) => ({ ...stay, offered: offered.has(stay.stayId ?? '') }));
  const [all, checked] = await Promise.all([
    dischargedStays(db, question, wanted),
    dischargedStays(db, question, { ...wanted, single: true, stayIds: [...offered] }),
  ]);
  // Alike stays come as one unit: those offered are told apart by taking them out of the rest.
  const key = (unit: Found<OfferedUnit | import('../domain/stay-rules.js').DischargedStays>): string =>
    JSON.stringify(unit.attributes);
  const out = new Map<string, number>();
  const counted = checked.filter(alive65);
  for (const stay of counted) out.set(key(stay), (out.get(key(stay)) ?? 0) + 1);
  return [
    ...counted.map((stay) => ({ ...stay, offered: true })),
    ...all.filter(alive65).map((stays) => {
      const taken = Math.min(stays.n, out.get(key(stays)) ?? 0);
      out.set(key(stays), (out.get(key(stays)) ?? 0) - taken);
      return { ...stays, n: stays.n - taken, offered: false };
    }),
  ];
};
