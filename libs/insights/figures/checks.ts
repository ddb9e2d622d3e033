import { addDays } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { inCheckCohort, type CheckUnit, type OfferedUnit } from '../domain/care-rules.js';
import { alive65, type DischargedStays } from '../domain/stay-rules.js';
import { behindChecks } from './behind-checks.js';
import { careRows } from './care-rows.js';
import { dischargedStays } from './discharged-stays.js';
import type { Found } from './found.js';
import { caseAttributes, caseReads, passes, readsOf } from './of-case.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';

/** Day-91 checks whose discharge lies in the window. */
export const checks = async (db: Database, question: Question): Promise<Found<CheckUnit>[]> => {
  const { knownAt, from, to, today } = question;
  const reading = careRows(db, { kind: 'check', knownAt, from, to, reads: caseReads(question, 'age') });
  // People are looked up while what stands behind the checks is.
  const lookingUp = async (): Promise<PeopleKnown> => {
    const [merges, due] = await Promise.all([PeopleKnown.merges(db, knownAt), reading]);
    const personIds = due.flatMap(({ ofCase, personId }) => ofCase?.personId ?? personId ?? []);
    return merges.with(db, personIds, { ...readsOf(question), births: true });
  };
  const [due, behind, people] = await Promise.all([reading, behindChecks(db, question, reading), lookingUp()]);
  return due.flatMap((check): Found<CheckUnit>[] => {
    const { ofCase, caseId, on } = check;
    const { episode = null, award = null } = behind.get(check.id) ?? {};
    const { attributes: own, age } = caseAttributes(ofCase, check.personId, on, people);
    const attributes = { ...own, provider: episode?.provider ?? award?.provider ?? null };
    if (!passes(attributes, question.filters)) return [];
    const person = ofCase?.personId ?? check.personId;
    return [
      {
        n: 1,
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

const alikeKey = ({ age, attributes }: DischargedStays): string => JSON.stringify([age, attributes]);

/** Tells, of alike stays, those offered from the others. */
const split = (all: Found<DischargedStays>[], offered: readonly DischargedStays[]): Found<OfferedUnit>[] => {
  const offeredOf = new Map(offered.map((stay) => [alikeKey(stay), stay.n]));
  return all.flatMap((stay) => {
    // What is written between the two readings can at most be missed.
    const own = Math.min(offeredOf.get(alikeKey(stay)) ?? 0, stay.n);
    return [
      { ...stay, n: own, offered: true },
      { ...stay, n: stay.n - own, offered: false },
    ].filter(({ n }) => n > 0);
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
  const staysOf65 = async (only?: readonly string[]): Promise<Found<DischargedStays>[]> => {
    const named = only === undefined ? {} : { only };
    const stays = await dischargedStays(db, question, { reads: ['alive'], per: 'stay', single, ...named });
    return stays.filter(alive65);
  };
  // Hundreds of thousands of stays are counted alike by alike, while the few that were offered are found.
  const [due, all] = await Promise.all([checks(db, ofAnybody), staysOf65()]);
  const offered = new Set(
    due.filter((check) => inCheckCohort(check, '2b-classic')).flatMap(({ stayId }) => stayId ?? []),
  );
  return single
    ? all.map((stay) => ({ ...stay, offered: offered.has(stay.stayId ?? '') }))
    : split(all, await staysOf65([...offered]));
};
