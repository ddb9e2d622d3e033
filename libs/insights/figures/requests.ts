import { addDays, londonDate } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import type { AwardUnit, CareHomeStart } from '../domain/care-rules.js';
import type { Unit } from '../domain/counting.js';
import type { RequestAsKnown } from '../domain/request-history.js';
import { type CaseKnown, caseAttributes, casesKnown, passes } from './cases-known.js';
import type { Found } from './found.js';
import { requestsKnown } from './histories.js';
import { PeopleKnown } from './people-known.js';
import type { Question } from './question.js';

interface Loaded {
  readonly requests: readonly RequestAsKnown[];
  readonly cases: ReadonlyMap<string, CaseKnown>;
  readonly people: PeopleKnown;
}

/** Requests with anything to count, and only their cases and people: most requests of a window have neither a decline nor an award in it. */
const load = async (
  db: Database,
  question: Question,
  counts: (request: RequestAsKnown) => boolean,
  since = question.from,
): Promise<Loaded> => {
  const { knownAt, to } = question;
  const requests = (await requestsKnown(db, { knownAt, from: since, to })).filter(counts);
  const cases = await casesKnown(
    db,
    requests.flatMap(({ caseId }) => caseId ?? []),
    knownAt,
  );
  const people = await (
    await PeopleKnown.merges(db, knownAt)
  ).with(db, [
    ...requests.flatMap(({ personId }) => personId ?? []),
    ...[...cases.values()].flatMap(({ stay }) => stay?.personId ?? []),
  ]);
  return { requests, cases, people };
};

const inWindow = ({ from, to }: Question, day: string): boolean => from <= day && day < to;

/** A row of a request on the day that puts it in the window; null when the filters leave it out. */
const rowOf = (
  { cases, people }: Loaded,
  question: Question,
  request: RequestAsKnown,
  day: string,
  own: { readonly provider?: string; readonly serviceType: string | null; readonly reason?: string | null },
) => {
  const found = request.caseId === null ? undefined : cases.get(request.caseId);
  const { attributes: ofCase, age } = caseAttributes(found, request.personId, day, people);
  const attributes = { ...ofCase, ...own };
  if (!passes(attributes, question.filters)) return null;
  const person = found?.stay?.personId ?? found?.known.personId ?? request.personId;
  return {
    n: 1,
    events: 0,
    attributes,
    age,
    personId: person === null ? null : people.personOf(person),
    stayId: found?.stay?.stayId ?? null,
    caseId: request.caseId,
    day,
    streams: [`request-${request.requestId}`],
  };
};

/** Awards of the window, each by itself (metrics.md §2 `brokerage.*`). */
export const awards = async (db: Database, question: Question): Promise<Found<AwardUnit>[]> => {
  const loaded = await load(db, question, (request) =>
    request.awards.some(({ at }) => inWindow(question, londonDate(at))),
  );
  return loaded.requests.flatMap((request) =>
    request.awards.flatMap((award) => {
      const day = londonDate(award.at);
      if (!inWindow(question, day)) return [];
      const row = rowOf(loaded, question, request, day, { provider: award.providerId, serviceType: award.serviceType });
      return row ? [{ ...row, serviceType: award.serviceType, hours: award.hours }] : [];
    }),
  );
};

/** Responses "declined" of the window. */
export const declines = async (db: Database, question: Question): Promise<Found<Unit>[]> => {
  const loaded = await load(db, question, (request) =>
    request.declines.some(({ at }) => inWindow(question, londonDate(at))),
  );
  return loaded.requests.flatMap((request) =>
    request.declines.flatMap(({ at, providerId, reason }) => {
      const day = londonDate(at);
      if (!inWindow(question, day)) return [];
      return (
        rowOf(loaded, question, request, day, { provider: providerId, serviceType: request.serviceType, reason }) ?? []
      );
    }),
  );
};

/** Starts of residential or nursing care, not interim, not respite, of the window, each person once (metrics.md §2 `ascof.2c-local`). */
export const careHomeStarts = async (db: Database, question: Question): Promise<Found<CareHomeStart>[]> => {
  const loaded = await load(
    db,
    question,
    (request) => longTermStarts([request]).length > 0,
    addDays(question.from, -366),
  );
  const starts = longTermStarts(loaded.requests);
  const personOf = (request: RequestAsKnown): string => {
    const found = request.caseId === null ? undefined : loaded.cases.get(request.caseId);
    return loaded.people.personOf(
      found?.stay?.personId ?? found?.known.personId ?? request.personId ?? request.requestId,
    );
  };
  const days = new Map<string, string[]>();
  for (const { request, startedOn } of starts)
    days.set(personOf(request), [...(days.get(personOf(request)) ?? []), startedOn]);
  return starts.flatMap(({ request, startedOn, serviceType }) => {
    if (!inWindow(question, startedOn)) return [];
    const row = rowOf(loaded, question, request, startedOn, { serviceType });
    if (!row) return [];
    const person = personOf(request);
    const yearBefore = addDays(startedOn, -365);
    const startedInYearBefore = (days.get(person) ?? []).some((day) => yearBefore <= day && day < startedOn);
    return [{ ...row, distinct: person, startedInYearBefore }];
  });
};

/** Starts of long-term residential or nursing care: not interim, not respite. */
export const longTermStarts = (
  requests: readonly RequestAsKnown[],
): { readonly request: RequestAsKnown; readonly startedOn: string; readonly serviceType: string }[] =>
  requests
    .filter(({ interim }) => !interim)
    .flatMap((request) =>
      request.starts
        .filter(({ serviceType }) => serviceType === 'residential' || serviceType === 'nursing')
        .map(({ startedOn, serviceType }) => ({ request, startedOn, serviceType })),
    );
