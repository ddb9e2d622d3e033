import { addDays } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { inCheckCohort, type CheckUnit, type OfferedUnit } from '../domain/care-rules.js';
import { alive65 } from '../domain/stay-rules.js';
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
  const [due, behind, merges] = await Promise.all([
    reading,
    behindChecks(db, question, reading),
    PeopleKnown.merges(db, knownAt),
  ]);
  const people = await merges.with(
    db,
    due.flatMap(({ ofCase, personId }) => ofCase?.personId ?? personId ?? []),
    { ...readsOf(question), births: true },
  );
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
  const stays = await dischargedStays(db, question, { reads: ['alive'], per: 'stay', single, marked: [...offered] });
  return stays.filter(alive65).map((stay) => ({ ...stay, offered: stay.marked }));
};
