import { struckEntries } from '#libs/nhs/marks.js';
import type { CriteriaFact } from '#libs/nhs/criteria-history.js';
import type { Instant } from '#libs/nhs/civil-date.js';
import { byTime, type Entry } from './entries.js';

export type CaseEntry =
  | Entry<'CaseReferred', { hospital: string; ward: string | null; homeAuthority: string }>
  | Entry<'CaseLinkedToStay', { stayId: string | null; admittedAt: Instant | null }>
  | Entry<'CriteriaToResideRecorded', { meets: boolean }>
  | Entry<'PathwayAssigned', { pathway: number }>
  | Entry<'DelayStarted', { delayId: string; reason: string; owner: string | null; anticipated: boolean }>
  | Entry<'DelayEnded', { delayId: string }>
  | Entry<'CaseDischarged', { by: string; stayId: string | null; dischargedAt: Instant }>
  | Entry<'DischargeReversed', { stayId: string | null }>
  | Entry<'ReferralWithdrawn', { by: string }>
  | Entry<'CaseClosed', { by: string }>
  | Entry<'CaseReopened', { undoes: string }>
  | Entry<'EntryMarkedInError', { eventId: string }>;

export interface DelayAsKnown {
  readonly delayId: string;
  readonly reason: string;
  /** The owner named; null = the default of the reason. */
  readonly owner: string | null;
  readonly anticipated: boolean;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
}

/** A case worked out from the entries known: what the figures count, and nothing else. */
export interface CaseAsKnown {
  readonly caseId: string;
  readonly personId: string | null;
  readonly referredAt: Instant | null;
  readonly hospital: string | null;
  readonly ward: string | null;
  readonly homeAuthority: string | null;
  readonly stayId: string | null;
  readonly criteria: readonly CriteriaFact[];
  /** Ids of entries marked in error; among them may be what the ward said. */
  readonly struck: ReadonlySet<string>;
  readonly pathways: readonly { readonly pathway: number; readonly at: Instant }[];
  readonly delays: readonly DelayAsKnown[];
  /** When the referral was withdrawn or the case closed, if it still is; the earlier of the two. */
  readonly endedAt: Instant | null;
  /** Closed because an earlier case stands for it: it counts nowhere as discharged. */
  readonly merged: boolean;
  /** A discharge that the case itself records and nothing took back. */
  readonly discharge: { readonly by: string; readonly at: Instant } | null;
}

const ofType = <T extends CaseEntry['type']>(entries: readonly CaseEntry[], type: T) =>
  entries.filter((entry): entry is Extract<CaseEntry, { type: T }> => entry.type === type);

const struckOf = (entries: readonly CaseEntry[]): ReadonlySet<string> =>
  struckEntries(ofType(entries, 'EntryMarkedInError').map(({ eventId, data }) => ({ eventId, marks: data.eventId })));

interface End {
  readonly by: string;
  readonly at: Instant;
}

/** What withdrew or closed the case and was not taken back. What is said anew of a death (or another cause that is not of the team) replaces what was said of it before. */
const endsOf = (entries: readonly CaseEntry[]): readonly End[] => {
  let ends: End[] = [];
  for (const entry of entries) {
    if (entry.type === 'ReferralWithdrawn' || entry.type === 'CaseClosed') {
      const { by } = entry.data;
      ends = [...ends.filter((end) => by === 'hand' || end.by !== by), { by, at: entry.at }];
    }
    if (entry.type === 'CaseReopened') ends = ends.filter((end) => end.by !== entry.data.undoes);
  }
  return ends;
};

const firstOf = (ends: readonly End[]): Instant | null =>
  ends.reduce<Instant | null>((first, end) => (first === null || end.at < first ? end.at : first), null);

const dischargeOf = (entries: readonly CaseEntry[]): CaseAsKnown['discharge'] => {
  let discharge: CaseAsKnown['discharge'] = null;
  for (const entry of entries) {
    if (entry.type === 'CaseDischarged') discharge = { by: entry.data.by, at: entry.data.dischargedAt };
    if (entry.type === 'DischargeReversed') discharge = null;
  }
  return discharge;
};

/** The stay the case belongs to: worked out anew whenever news comes, so that the last link holds. A readmission is noted otherwise and links nothing. */
const stayOf = (entries: readonly CaseEntry[]): string | null =>
  ofType(entries, 'CaseLinkedToStay').at(-1)?.data.stayId ?? null;

const delaysOf = (entries: readonly CaseEntry[]): DelayAsKnown[] => {
  const ended = new Map<string, Instant>();
  for (const { data, at } of ofType(entries, 'DelayEnded'))
    if (!ended.has(data.delayId) || at < (ended.get(data.delayId) ?? at)) ended.set(data.delayId, at);
  return ofType(entries, 'DelayStarted').map(({ data, at }) => ({
    delayId: data.delayId,
    reason: data.reason,
    owner: data.owner,
    anticipated: data.anticipated,
    startedAt: at,
    endedAt: ended.get(data.delayId) ?? null,
  }));
};

/** Works a case out from its entries in log order (cut at "known at" by the caller). */
export const caseAsKnown = (caseId: string, all: readonly CaseEntry[]): CaseAsKnown => {
  const struck = struckOf(all);
  // Entries marked in error do not count; the mark itself is no fact either.
  const entries = struck.size === 0 ? all : all.filter((entry) => !struck.has(entry.eventId));
  const referred = ofType(entries, 'CaseReferred').at(0);
  const ends = endsOf(entries);
  return {
    caseId,
    personId: all.find((entry) => entry.personId !== null)?.personId ?? null,
    referredAt: referred?.at ?? null,
    hospital: referred?.data.hospital ?? null,
    ward: referred?.data.ward ?? null,
    homeAuthority: referred?.data.homeAuthority ?? null,
    stayId: stayOf(entries),
    criteria: ofType(entries, 'CriteriaToResideRecorded').map((entry) => ({
      meets: entry.data.meets,
      at: entry.at,
      recordedAt: entry.recordedAt,
      readyDate: null,
      origin: 'team',
      eventId: entry.eventId,
    })),
    struck,
    pathways: byTime(ofType(entries, 'PathwayAssigned')).map(({ data, at }) => ({ pathway: data.pathway, at })),
    delays: delaysOf(entries),
    endedAt: firstOf(ends),
    merged: ends.some(({ by }) => by === 'merged'),
    discharge: dischargeOf(entries),
  };
};

/** The pathway that held at an instant, or null. */
export const pathwayAt = (known: CaseAsKnown, instant: Instant): number | null =>
  known.pathways.findLast(({ at }) => at <= instant)?.pathway ?? null;

/** `delay.*` by pathway: the pathway at discharge, else the latest. */
export const pathwayOfDelays = (known: CaseAsKnown, dischargedAt: Instant | null): number | null =>
  (dischargedAt === null ? null : pathwayAt(known, dischargedAt)) ?? known.pathways.at(-1)?.pathway ?? null;

/** A case counts as discharged when it was neither withdrawn nor closed before its stay was discharged alive. */
export const countsAsDischarged = (known: CaseAsKnown, stayDischargedAt: Instant): boolean =>
  !known.merged && (known.endedAt === null || known.endedAt >= stayDischargedAt);

/**
 * The case that stands for a stay, of those given by their referral: of two that a merge put on it the earlier stays, and a withdrawn one makes
 * way for who is referred anew (api.md, "A case and its stay"). Where all were ended before the person left, the last of them.
 */
export const standingCase = (cases: readonly CaseAsKnown[], stayDischargedAt: Instant | null): CaseAsKnown | null => {
  const own = cases.filter((known) => !known.merged);
  const stands = ({ endedAt }: CaseAsKnown): boolean =>
    endedAt === null || (stayDischargedAt !== null && endedAt >= stayDischargedAt);
  return own.find(stands) ?? own.at(-1) ?? cases.at(-1) ?? null;
};

/** What the linked stay says overrides a discharge by hand (api.md, "A case and its stay"); of the ward's own word the stay is the witness, where it is known. */
export const dischargeInstant = (
  known: CaseAsKnown,
  stay: { readonly dischargedAt: Instant | null } | null,
): Instant | null => {
  if (stay !== null && stay.dischargedAt !== null) return stay.dischargedAt;
  return known.discharge !== null && (stay === null || known.discharge.by === 'hand') ? known.discharge.at : null;
};
