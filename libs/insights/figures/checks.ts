import { addDays, type CivilDate } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import type { AwardFact, EpisodeFact } from '../domain/care-fact.js';
import { inCheckCohort, type CheckUnit, type OfferedUnit } from '../domain/care-rules.js';
import { alive65, type DischargedStays } from '../domain/stay-rules.js';
import { careRows } from './care-rows.js';
import { dischargedStays } from './discharged-stays.js';
import type { Found } from './found.js';
import { caseAttributes, caseReads, passes, readsOf } from './of-case.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';

/** The awarded reablement or rehab-bed request behind a check: the one awarded last that still stands, else the one awarded last. */
const awardBehind = (awards: readonly AwardFact[]): AwardFact | undefined => {
  const own = awards
    .filter(({ serviceType }) => serviceType === 'reablement' || serviceType === 'rehab-bed')
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  return own.findLast(({ stands }) => stands) ?? own.at(-1);
};

/** The first episode of the case linked to the discharge: starting from 3 days before to 7 days after it (architecture.md §6, policy 8). */
const linkedEpisode = (episodes: readonly EpisodeFact[], dischargedOn: CivilDate): EpisodeFact | undefined =>
  episodes
    .filter(({ on }) => addDays(dischargedOn, -3) <= on && on <= addDays(dischargedOn, 7))
    .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.id < b.id ? -1 : 1))
    .at(0);

/** Day-91 checks whose discharge lies in the window. */
export const checks = async (db: Database, question: Question): Promise<Found<CheckUnit>[]> => {
  const { knownAt, from, to, today } = question;
  const due = await careRows(db, { kind: 'check', knownAt, from, to, reads: caseReads(question, 'age') });
  const caseIds = [...new Set(due.map(({ caseId }) => caseId))];
  const merges = await PeopleKnown.merges(db, knownAt);
  const [awards, episodes, people] = await Promise.all([
    careRows(db, { kind: 'award', knownAt, caseIds, alone: true }),
    careRows(db, { kind: 'episode', knownAt, caseIds, alone: true }),
    merges.with(
      db,
      due.flatMap(({ ofCase, personId }) => ofCase?.personId ?? personId ?? []),
      { ...readsOf(question), births: true },
    ),
  ]);
  const awardsOf = Map.groupBy(awards, ({ caseId }) => caseId);
  const episodesOf = Map.groupBy(episodes, ({ caseId }) => caseId);
  return due.flatMap((check): Found<CheckUnit>[] => {
    const { ofCase, caseId, on } = check;
    const episode = linkedEpisode(episodesOf.get(caseId) ?? [], on);
    const award = awardBehind(awardsOf.get(caseId) ?? []);
    const { attributes: own, age } = caseAttributes(ofCase, check.personId, on, people);
    const attributes = { ...own, provider: episode?.provider ?? award?.provider ?? null };
    if (!passes(attributes, question.filters)) return [];
    const person = ofCase?.personId ?? check.personId;
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
        day105Passed: today > addDays(on, 105),
        personId: person === null ? null : people.personOf(person),
        stayId: check.stayId ?? ofCase?.stayId ?? null,
        caseId,
        day: on,
        streams: [`check-${check.id}`, ...(episode ? [`reablement-${episode.id}`] : [])],
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
  const key = (unit: Found<OfferedUnit | DischargedStays>): string => JSON.stringify(unit.attributes);
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
