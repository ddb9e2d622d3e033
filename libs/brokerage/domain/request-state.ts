import type { Sealed } from '#libs/contracts/event-contract.js';
import type { DeclineReason, RequestDetails } from '#libs/contracts/brokerage/request-events.js';

/**
 * The states of a request as callers see them (`api.md`, Brokerage). `failed` is passed through, never rested in:
 * a placement that fails reopens its request as `sourcing`, and its offer is what stays `failed`.
 */
export const requestStates = [
  'draft',
  'complete',
  'approved',
  'sourcing',
  'offered',
  'awarded',
  'started',
  'failed',
  'paused',
  'withdrawn',
] as const;
export type RequestStateName = (typeof requestStates)[number];

export type OfferState = 'provisional' | 'confirmed' | 'awarded' | 'withdrawn' | 'closed' | 'failed';
export type PersonalText = string | Sealed;

export interface Offer {
  readonly offerId: string;
  readonly providerId: string;
  readonly state: OfferState;
  readonly canStartOn: string;
  readonly weeklyPrice: number;
  readonly notes: PersonalText | null;
  readonly flags: readonly ('below-minimum-price' | 'above-ceiling')[];
  readonly receivedAt: string;
  /** Who agreed to a price above the ceiling. */
  readonly approval: { readonly approver: PersonalText; readonly at: string } | null;
}

export interface Sent {
  readonly wave: number;
  readonly providerIds: readonly string[];
  readonly at: string;
}
export interface ProviderResponse {
  readonly providerId: string;
  readonly response: 'interested' | 'declined';
  readonly reason: DeclineReason | null;
  readonly at: string;
}
export interface Receipt {
  readonly providerId: string;
  readonly acknowledgedBy: PersonalText;
  readonly at: string;
}
export interface Failure {
  readonly offerId: string | null;
  readonly providerId: string | null;
  readonly reason: PersonalText;
  readonly at: string;
}
/** A pause of sourcing; `to` is null while it lasts. */
export interface Pause {
  readonly from: string;
  readonly to: string | null;
}
export interface Award {
  readonly offerId: string;
  readonly providerId: string;
  readonly startsOn: string;
  readonly weeklyPrice: number;
  readonly at: string;
  /** The standing that put the award in doubt before the care began (policy 10). */
  readonly flaggedFor: string | null;
}

/** The pathway decision that a request opened by policy 4 answers. */
export interface Answers {
  readonly pathway: number;
  readonly eventId: string;
}

/** What a request is in every state. */
export interface RequestCore {
  readonly requestId: string;
  readonly caseId: string;
  readonly personId: string | null;
  readonly openedBy: 'hand' | 'policy';
  readonly openedAt: string;
  /** When we knew of it: later news of the case is news to this request. */
  readonly knownAt: string;
  readonly answers: Answers | null;
  readonly details: RequestDetails;
  readonly broker: string | null;
  readonly approval: { readonly approver: PersonalText; readonly by: string | null; readonly at: string } | null;
  readonly sent: readonly Sent[];
  readonly responses: readonly ProviderResponse[];
  readonly offers: readonly Offer[];
  readonly receipts: readonly Receipt[];
  readonly failures: readonly Failure[];
  readonly pauses: readonly Pause[];
  /** The clock of sourcing: from the approval, after a failure from the failure (`metrics.md` §2, brokerage). */
  readonly sourcingFrom: string | null;
  readonly withdrawals: number;
}

export type PauseCause = 'criteria' | 'case' | 'hand';
export type WithdrawalCause = 'hand' | 'pathway-changed' | 'died' | 'referral-withdrawn' | 'case-closed';

export type Draft = RequestCore & { readonly status: 'draft' };
/** `completedBy` is the requester: somebody else must approve. */
export type Complete = RequestCore & { readonly status: 'complete'; readonly completedBy: string };
export type Approved = RequestCore & { readonly status: 'approved'; readonly completedBy: string };
export type Sourcing = RequestCore & { readonly status: 'sourcing'; readonly completedBy: string };
/** At least one offer is live (provisional or confirmed). */
export type Offered = RequestCore & { readonly status: 'offered'; readonly completedBy: string };
export type Awarded = RequestCore & { readonly status: 'awarded'; readonly completedBy: string; readonly award: Award };
export type Started = RequestCore & {
  readonly status: 'started';
  readonly completedBy: string;
  readonly award: Award;
  readonly startedOn: string;
};
/** A stage of the work; pausing and withdrawing lie over it and give it back when they are lifted. */
export type Stage = Draft | Complete | Approved | Sourcing | Offered | Awarded | Started;

export interface Paused {
  readonly status: 'paused';
  readonly before: Stage;
  readonly causes: readonly PauseCause[];
}
export interface Withdrawn {
  readonly status: 'withdrawn';
  readonly before: Stage | Paused;
  readonly because: WithdrawalCause;
  readonly reason: PersonalText | null;
  readonly at: string;
}
export interface Unopened {
  readonly status: 'unopened';
}
export type PlacementRequest = Stage | Paused | Withdrawn;
export type RequestState = Unopened | PlacementRequest;

export const isOpened = (state: RequestState): state is PlacementRequest => state.status !== 'unopened';

/** The stage under a pause or a withdrawal. */
export const stageOf = (request: PlacementRequest): Stage => {
  const lifted = request.status === 'withdrawn' ? request.before : request;
  return lifted.status === 'paused' ? lifted.before : lifted;
};

export const isLive = (offer: Offer): boolean => offer.state === 'provisional' || offer.state === 'confirmed';

/** The award that stands, if any. */
export const awardOf = (stage: Stage): Award | null =>
  stage.status === 'awarded' || stage.status === 'started' ? stage.award : null;

/** Every provider that was asked, answered or offered, and so is told when the request is withdrawn or paused. */
export const providersOf = (core: RequestCore): readonly string[] => [
  ...new Set([
    ...core.sent.flatMap((sent) => sent.providerIds),
    ...core.responses.map((response) => response.providerId),
    ...core.offers.map((offer) => offer.providerId),
  ]),
];

/** What brokerage needs before it can start: every field of `POST /placement-requests` that is not optional there. */
export const missingFields = (details: RequestDetails): readonly string[] => {
  const asked = {
    needs: details.needs,
    startBy: details.startBy,
    outwardPostcode: details.outwardPostcode,
    preferences: details.preferences,
    funding: details.funding,
  };
  return Object.entries(asked)
    .filter(([, value]) => value === undefined || value === null)
    .map(([field]) => field);
};
