import { isKnown, type Clocks, type RequestFact, type RequestHistory } from './history.js';

export type RequestState =
  | 'draft'
  | 'complete'
  | 'approved'
  | 'sourcing'
  | 'offered'
  | 'awarded'
  | 'started'
  | 'failed'
  | 'paused'
  | 'withdrawn';
type Stage = Exclude<RequestState, 'paused' | 'withdrawn' | 'failed'>;
type OfferState = 'provisional' | 'confirmed' | 'awarded' | 'withdrawn' | 'closed' | 'failed';

/** How sourcing stands, as the board and the case show it. */
export interface BrokerageAt {
  readonly requestId: string;
  readonly state: RequestState;
  readonly serviceType: string | null;
  /** Offers that were not taken back and did not fall through. */
  readonly offers: number;
  /** Live offers that somebody confirmed. */
  readonly confirmedOffers: number;
  readonly awardedProviderId: string | null;
  readonly startsOn: string | null;
}

interface Work {
  stage: Stage;
  serviceType: string | null;
  interimFor: string | null;
  readonly offers: Map<string, OfferState>;
  award: { readonly providerId: string; readonly startsOn: string; readonly offerId: string } | null;
  readonly pauses: Set<string>;
  withdrawn: boolean;
  openedAt: string;
}

const isLive = (state: OfferState): boolean => state === 'provisional' || state === 'confirmed';

const sourced = (work: Work): void => {
  if (work.stage !== 'approved' && work.stage !== 'sourcing' && work.stage !== 'offered') return;
  work.stage = [...work.offers.values()].some(isLive) ? 'offered' : 'sourcing';
};

const take = (work: Work, fact: RequestFact): void => {
  switch (fact.type) {
    case 'PlacementRequested':
    case 'RequestCompleted':
    case 'RequestChanged': {
      work.serviceType = fact.data.details.serviceType;
      work.interimFor = fact.data.details.interimFor ?? work.interimFor;
      if (fact.type === 'RequestCompleted') work.stage = 'complete';
      return;
    }
    case 'RequestApproved':
      work.stage = 'approved';
      return;
    case 'RequestSentToProviders':
      return sourced(work);
    case 'OfferReceived':
      work.offers.set(fact.data.offerId, 'provisional');
      return sourced(work);
    case 'OfferConfirmed':
      if (work.offers.has(fact.data.offerId)) work.offers.set(fact.data.offerId, 'confirmed');
      return;
    case 'OfferWithdrawn':
      if (work.offers.has(fact.data.offerId)) work.offers.set(fact.data.offerId, 'withdrawn');
      return sourced(work);
    case 'PlacementAwarded':
      for (const [id, state] of work.offers) if (isLive(state)) work.offers.set(id, 'closed');
      work.offers.set(fact.data.offerId, 'awarded');
      work.award = fact.data;
      work.stage = 'awarded';
      return;
    case 'PlacementStarted':
      if (work.stage === 'awarded') work.stage = 'started';
      return;
    case 'PlacementFailed':
      if (fact.data.offerId !== null) work.offers.set(fact.data.offerId, 'failed');
      work.award = null;
      work.stage = 'sourcing';
      return;
    case 'RequestPaused':
      if (!work.withdrawn) work.pauses.add(fact.data.because);
      return;
    case 'RequestResumed':
      work.pauses.delete(fact.data.because);
      return;
    case 'RequestWithdrawn':
      work.withdrawn = true;
      return;
    case 'RequestReinstated':
      work.withdrawn = false;
      return;
    case 'RequestClaimed':
    case 'ProviderInterested':
    case 'ProviderDeclined':
    case 'OfferApproved':
    case 'AwardFlagged':
    case 'WithdrawalAcknowledged':
  }
};

/** Taking back a withdrawal is a correction: the withdrawal before it counts at no `asOf`. */
const counting = (facts: readonly RequestFact[], clocks: Clocks): readonly RequestFact[] => {
  const known = facts.filter((fact) => isKnown(fact, clocks)).sort((a, b) => a.revision - b.revision);
  const reinstated = known.findLast((fact) => fact.type === 'RequestReinstated')?.revision ?? -1;
  return known.filter(
    (fact) => fact.occurredAt <= clocks.asOf && !(fact.type === 'RequestWithdrawn' && fact.revision < reinstated),
  );
};

const workAt = (facts: readonly RequestFact[], clocks: Clocks): Work | null => {
  const [first, ...rest] = counting(facts, clocks);
  if (first?.type !== 'PlacementRequested') return null;
  const work: Work = {
    stage: 'draft',
    serviceType: null,
    interimFor: null,
    offers: new Map(),
    award: null,
    pauses: new Set(),
    withdrawn: false,
    openedAt: first.occurredAt,
  };
  for (const fact of [first, ...rest]) take(work, fact);
  return work;
};

/** Of a withdrawn request no offer stands any more and no award: nobody is coming, whatever was agreed. */
const shown = (requestId: string, work: Work): BrokerageAt => {
  const offers = [...work.offers.values()].filter(
    (state) => !work.withdrawn || !(isLive(state) || state === 'awarded'),
  );
  const award = work.withdrawn ? null : work.award;
  return {
    requestId,
    state: work.withdrawn ? 'withdrawn' : work.pauses.size > 0 ? 'paused' : work.stage,
    serviceType: work.serviceType,
    offers: offers.filter((state) => state !== 'withdrawn' && state !== 'failed').length,
    confirmedOffers: offers.filter((state) => state === 'confirmed').length,
    awardedProviderId: award?.providerId ?? null,
    startsOn: award?.startsOn ?? null,
  };
};

/** The state of every request of a case, the oldest first. */
export const requestsAt = (requests: readonly RequestHistory[], clocks: Clocks): readonly BrokerageAt[] =>
  opened(requests, clocks).map(({ requestId, work }) => shown(requestId, work));

const opened = (requests: readonly RequestHistory[], clocks: Clocks): { requestId: string; work: Work }[] =>
  requests
    .flatMap(({ requestId, facts }) => {
      const work = workAt(facts, clocks);
      return work ? [{ requestId, work }] : [];
    })
    .sort((a, b) => (a.work.openedAt < b.work.openedAt ? -1 : a.work.openedAt > b.work.openedAt ? 1 : 0));

/**
 * The request a row shows: the newest that is wanted (not withdrawn, not an interim stand-in), else the newest that is not withdrawn,
 * else the newest.
 */
export const brokerageAt = (requests: readonly RequestHistory[], clocks: Clocks): BrokerageAt | null => {
  const all = opened(requests, clocks);
  const newest =
    all.findLast(({ work }) => !work.withdrawn && work.interimFor === null) ??
    all.findLast(({ work }) => !work.withdrawn) ??
    all.at(-1);
  return newest ? shown(newest.requestId, newest.work) : null;
};
