import { struckEntries } from '#libs/nhs/marks.js';
import type { PersonEvent } from '#libs/contracts/people/person-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { CaseFact } from './case-facts.js';

/** What ended a case, as its requests need to know. */
export interface CaseEnd {
  readonly because: 'died' | 'referral-withdrawn' | 'case-closed';
  readonly merged: boolean;
}

/** The pathway in force: the latest decision by the time it was made, entries in error left out. */
export interface PathwayInForce {
  readonly pathway: number;
  /** The unbroken run of decisions for this same pathway, the first one first. */
  readonly decisions: readonly string[];
}

/** A case as brokerage sees it: worked out from the published events of the case, up to some position of the log. */
export interface CaseCourse {
  readonly personId: string | null;
  readonly stayId: string | null;
  readonly hospital: string;
  readonly ward: string | null;
  readonly restricted: boolean;
  readonly expectedDischargeDate: string | null;
  readonly pathway: PathwayInForce | null;
  readonly ended: CaseEnd | null;
  readonly discharged: boolean;
  /** Why the case stands still: `criteria` to reside are met again, or a hand paused the `case`. */
  readonly pausedBy: readonly ('criteria' | 'case')[];
}

export type RecordedPersonEvent = Recorded<PersonEvent>;

type Ending = Extract<CaseFact, { fact: 'ended' }>;

/** Works out the course of a case from its facts in log order; `null` when nothing was ever referred under this id. */
export const courseOf = (facts: readonly CaseFact[], died = false): CaseCourse | null => {
  const referral = facts.find((fact) => fact.fact === 'referred');
  if (referral?.fact !== 'referred') return null;
  const { personId, hospital, ward, restricted } = referral;
  const inError = struckEntries(
    facts.flatMap((fact) => (fact.fact === 'in-error' ? [{ eventId: fact.eventId, marks: fact.of }] : [])),
  );
  const standing = facts.filter((fact) => !inError.has(fact.eventId));

  let { expectedDischargeDate } = referral;
  let stayId: string | null = null;
  let endings: readonly Ending[] = [];
  let discharged = false;
  let pausedBy: readonly ('criteria' | 'case')[] = [];
  for (const fact of standing) {
    switch (fact.fact) {
      case 'linked':
        ({ stayId } = fact);
        break;
      case 'expected':
        expectedDischargeDate = fact.date;
        break;
      case 'ended':
        endings = [...endings, fact];
        break;
      case 'reopened':
        endings = endings.filter((ending) => ending.kind !== fact.undoes);
        break;
      case 'discharged':
        discharged = true;
        break;
      case 'reversed':
        discharged = false;
        break;
      case 'paused':
        pausedBy = [...pausedBy.filter((cause) => cause !== fact.cause), fact.cause];
        break;
      case 'resumed':
        pausedBy = pausedBy.filter((cause) => cause !== fact.cause);
        break;
    }
  }
  return {
    personId,
    stayId,
    hospital,
    ward,
    restricted,
    expectedDischargeDate,
    pathway: pathwayInForce(standing),
    ended: endOf(endings, died),
    discharged,
    pausedBy,
  };
};

/** A death outweighs whatever else ended the case; else the first that still stands. */
const endOf = (endings: readonly Ending[], died: boolean): CaseEnd | null => {
  if (died || endings.some((ending) => ending.because === 'died')) return { because: 'died', merged: false };
  const first = endings[0];
  return first ? { because: first.because, merged: first.kind === 'merged' } : null;
};

const pathwayInForce = (facts: readonly CaseFact[]): PathwayInForce | null => {
  const decisions = facts
    .flatMap((fact) => (fact.fact === 'pathway' ? [fact] : []))
    .sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt) || a.revision - b.revision);
  const last = decisions.at(-1);
  if (!last) return null;
  const { pathway } = last;
  const before = decisions.findLastIndex((decision) => decision.pathway !== pathway);
  return { pathway, decisions: decisions.slice(before + 1).map((decision) => decision.eventId) };
};

/** A death stands until every source that said so took it back. */
export const isDead = (events: readonly RecordedPersonEvent[]): boolean => {
  const sources = new Set<string>();
  for (const event of events) {
    if (event.type === 'DeathRecorded') sources.add(event.data.source);
    if (event.type === 'DeathRecordWithdrawn') sources.delete(event.data.source);
  }
  return sources.size > 0;
};

export type CaseStatus = 'open' | 'paused' | 'discharged' | 'withdrawn' | 'closed' | 'died';

/** The case in one word, for a row of the queue. */
export const statusOfCase = (course: CaseCourse): CaseStatus => {
  if (course.ended?.because === 'died') return 'died';
  if (course.ended?.because === 'referral-withdrawn') return 'withdrawn';
  if (course.ended) return 'closed';
  if (course.discharged) return 'discharged';
  return course.pausedBy.length > 0 ? 'paused' : 'open';
};
