import { addDays } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import type { AwardFact, CareHomeStartFact, DeclineFact } from '../domain/care-fact.js';
import type { AwardUnit, CareHomeStart } from '../domain/care-rules.js';
import type { Unit } from '../domain/counting.js';
import type { CareRow } from './care-row.js';
import { careRows } from './care-rows.js';
import type { Found } from './found.js';
import { caseAttributes, caseReads, passes, readsOf } from './of-case.js';
import { PeopleKnown, type Reads } from './people-known.js';
import type { Question } from './question.js';

type RequestRow = CareRow<'award' | 'decline' | 'care-home-start'>;

const personIdOf = ({ ofCase, personId }: RequestRow): string | null => ofCase?.personId ?? personId;

const peopleOf = async (
  db: Database,
  { knownAt }: Question,
  rows: readonly RequestRow[],
  reads: Reads,
): Promise<PeopleKnown> =>
  (await PeopleKnown.merges(db, knownAt)).with(
    db,
    rows.flatMap((row) => personIdOf(row) ?? []),
    reads,
  );

/** What a request gives to count on the day that puts it in the window; null when the filters leave it out. */
const unitOf = (
  row: RequestRow,
  people: PeopleKnown,
  { filters }: Question,
  own: { readonly provider?: string; readonly serviceType: string | null; readonly reason?: string | null },
) => {
  const { attributes: ofCase, age } = caseAttributes(row.ofCase, row.personId, row.on, people);
  const attributes = { ...ofCase, ...own };
  if (!passes(attributes, filters)) return null;
  const person = personIdOf(row);
  return {
    n: 1,
    attributes,
    age,
    personId: person === null ? null : people.personOf(person),
    stayId: row.ofCase?.stayId ?? null,
    caseId: row.caseId,
    day: row.on,
    streams: [`request-${row.id}`],
  };
};

/** Awards of the window, each by itself (metrics.md §2 `brokerage.*`). */
export const awards = async (db: Database, question: Question): Promise<Found<AwardUnit>[]> => {
  const { knownAt, from, to } = question;
  const rows = await careRows(db, { kind: 'award', knownAt, from, to, reads: caseReads(question) });
  const people = await peopleOf(db, question, rows, readsOf(question));
  return rows.flatMap((row: CareRow<'award'> & AwardFact) => {
    const { provider, serviceType, hours } = row;
    const unit = unitOf(row, people, question, { provider, serviceType });
    return unit ? [{ ...unit, serviceType, hours }] : [];
  });
};

/** Responses "declined" of the window. */
export const declines = async (db: Database, question: Question): Promise<Found<Unit>[]> => {
  const { knownAt, from, to } = question;
  const rows = await careRows(db, { kind: 'decline', knownAt, from, to, reads: caseReads(question) });
  const people = await peopleOf(db, question, rows, readsOf(question));
  return rows.flatMap((row: CareRow<'decline'> & DeclineFact) => {
    const { provider, serviceType, reason } = row;
    return unitOf(row, people, question, { provider, serviceType, reason }) ?? [];
  });
};

/** Starts of residential or nursing care, not interim, not respite, of the window, each person once (metrics.md §2 `ascof.2c-local`). */
export const careHomeStarts = async (db: Database, question: Question): Promise<Found<CareHomeStart>[]> => {
  const { knownAt, from, to } = question;
  const rows = await careRows(db, {
    kind: 'care-home-start',
    knownAt,
    from: addDays(from, -365),
    to,
    reads: caseReads(question, 'age'),
  });
  const people = await peopleOf(db, question, rows, { ...readsOf(question), births: true });
  const personOf = (row: CareRow<'care-home-start'>): string => people.personOf(personIdOf(row) ?? row.id);
  const startsOf = Map.groupBy(rows, personOf);
  return rows.flatMap((row: CareRow<'care-home-start'> & CareHomeStartFact) => {
    if (row.on < from) return [];
    const unit = unitOf(row, people, question, { serviceType: row.serviceType });
    if (!unit) return [];
    const person = personOf(row);
    const yearBefore = addDays(row.on, -365);
    const startedInYearBefore = (startsOf.get(person) ?? []).some(({ on }) => yearBefore <= on && on < row.on);
    return [{ ...unit, distinct: person, startedInYearBefore }];
  });
};
