import { type CivilDate, type Instant, londonDate } from '#libs/nhs/index.js';
import { checkAsKnown, type CheckEntry, episodeAsKnown, type EpisodeEntry } from './reablement-history.js';
import { requestAsKnown, type RequestAsKnown, type RequestEntry } from './request-history.js';

/** What one request, episode or check gives the figures to count, one thing at a time. */
interface Counted {
  /** Of the request, episode or check. */
  readonly id: string;
  /** Which of its kind within it. */
  readonly n: number;
  readonly caseId: string | null;
  readonly personId: string | null;
  /** The day that puts it in a window. */
  readonly on: CivilDate;
}
export interface AwardFact extends Counted {
  readonly kind: 'award';
  readonly at: Instant;
  readonly provider: string;
  readonly serviceType: string;
  readonly funding: string | null;
  readonly hours: number | null;
  readonly stands: boolean;
}
export interface DeclineFact extends Counted {
  readonly kind: 'decline';
  readonly provider: string;
  readonly serviceType: string | null;
  readonly reason: string | null;
}
/** A start of long-term residential or nursing care. */
export interface CareHomeStartFact extends Counted {
  readonly kind: 'care-home-start';
  readonly serviceType: string;
}
/** An episode of reablement; it counts on the day it started. */
export interface EpisodeFact extends Counted {
  readonly kind: 'episode';
  readonly caseId: string;
  readonly provider: string;
  readonly assessorType: string | null;
  readonly inLongTermSupport: boolean;
  readonly endedOn: CivilDate | null;
  readonly outcome: string | null;
}
/** A day-91 check; it counts on the day of the discharge. */
export interface CheckFact extends Counted {
  readonly kind: 'check';
  readonly caseId: string;
  readonly stayId: string | null;
  readonly cancelled: boolean;
  readonly status: string | null;
}
export type CareFact = AwardFact | DeclineFact | CareHomeStartFact | EpisodeFact | CheckFact;
export type CareKind = CareFact['kind'];
export type CareFactOf<K extends CareKind> = Extract<CareFact, { readonly kind: K }>;

/** Starts of long-term residential or nursing care: not interim, not respite. */
const longTermStarts = ({ interim, starts }: RequestAsKnown): RequestAsKnown['starts'] =>
  interim ? [] : starts.filter(({ serviceType }) => serviceType === 'residential' || serviceType === 'nursing');

const ofRequest = (id: string, entries: readonly RequestEntry[]): CareFact[] => {
  const known = requestAsKnown(id, entries);
  const { caseId, personId, serviceType } = known;
  return [
    ...known.awards.map((award, n): AwardFact => ({
      kind: 'award',
      id,
      n,
      caseId,
      personId,
      on: londonDate(award.at),
      at: award.at,
      provider: award.providerId,
      serviceType: award.serviceType,
      funding: award.funding,
      hours: award.hours,
      stands: award.stands,
    })),
    ...known.declines.map(({ at, providerId, reason }, n): DeclineFact => ({
      kind: 'decline',
      id,
      n,
      caseId,
      personId,
      on: londonDate(at),
      provider: providerId,
      serviceType,
      reason,
    })),
    ...longTermStarts(known).map((start, n): CareHomeStartFact => ({
      kind: 'care-home-start',
      id,
      n,
      caseId,
      personId,
      on: start.startedOn,
      serviceType: start.serviceType,
    })),
  ];
};

const ofEpisode = (id: string, entries: readonly EpisodeEntry[]): CareFact[] => {
  const known = episodeAsKnown(id, entries);
  if (known === null) return [];
  const { caseId, personId, providerId, startedOn, assessorType, inLongTermSupport, endedOn, outcome } = known;
  return [
    {
      ...{ kind: 'episode', id, n: 0, caseId, personId, on: startedOn },
      ...{ provider: providerId, assessorType, inLongTermSupport, endedOn, outcome },
    },
  ];
};

const ofCheck = (id: string, entries: readonly CheckEntry[]): CareFact[] => {
  const known = checkAsKnown(id, entries);
  if (known === null) return [];
  const { caseId, personId, dischargedOn, stayId, cancelled, status } = known;
  return [{ kind: 'check', id, n: 0, caseId, personId, on: dischargedOn, stayId, cancelled, status }];
};

/** One stream as the figures keep it. */
export type History = { readonly id: string } & (
  | { readonly kind: 'request'; readonly entries: readonly RequestEntry[] }
  | { readonly kind: 'reablement'; readonly entries: readonly EpisodeEntry[] }
  | { readonly kind: 'check'; readonly entries: readonly CheckEntry[] }
);
export type HistoryKind = History['kind'];

/** What a stream gives to count, worked out from its entries in log order (cut at "known at" by the caller). */
export const careFactsOf = (history: History): readonly CareFact[] => {
  if (history.entries.length === 0) return [];
  switch (history.kind) {
    case 'request':
      return ofRequest(history.id, history.entries);
    case 'reablement':
      return ofEpisode(history.id, history.entries);
    case 'check':
      return ofCheck(history.id, history.entries);
  }
};
