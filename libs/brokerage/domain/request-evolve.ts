import type { Recorded } from '#libs/event-store/decider.js';
import type { RequestDetails, RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import {
  isLive,
  type Awarded,
  type Offer,
  type OfferState,
  type Pause,
  type PauseCause,
  type Paused,
  type PlacementRequest,
  type RequestCore,
  type RequestState,
  type Stage,
} from './request-state.js';

type RecordedRequestEvent = Recorded<RequestEvent>;
type StageEvent = Exclude<
  RecordedRequestEvent,
  { type: 'PlacementRequested' | 'RequestPaused' | 'RequestResumed' | 'RequestWithdrawn' | 'RequestReinstated' }
>;

/** The request after an event. Total: an event that does not fit the state changes nothing, so that a fold never breaks. */
export const evolve = (state: RequestState, event: RecordedRequestEvent): RequestState => {
  if (event.type === 'PlacementRequested') return state.status === 'unopened' ? opened(event) : state;
  return state.status === 'unopened' ? state : evolveOpened(state, event);
};

const evolveOpened = (
  request: PlacementRequest,
  event: Exclude<RecordedRequestEvent, { type: 'PlacementRequested' }>,
): PlacementRequest => {
  switch (event.type) {
    case 'RequestPaused':
      return paused(request, event.data.because, event.occurredAt);
    case 'RequestResumed':
      return resumed(request, event.data.because, event.occurredAt);
    case 'RequestWithdrawn':
      return request.status === 'withdrawn'
        ? request
        : {
            status: 'withdrawn',
            before: onStage(request, (stage) => ({ ...stage, withdrawals: stage.withdrawals + 1 })),
            because: event.data.because,
            reason: event.data.reason,
            at: event.occurredAt,
          };
    case 'RequestReinstated':
      return request.status === 'withdrawn' ? request.before : request;
    default:
      return request.status === 'withdrawn'
        ? { ...request, before: onStage(request.before, (stage) => evolveStage(stage, event)) }
        : onStage(request, (stage) => evolveStage(stage, event));
  }
};

/** A pause lies over the stage: what happens meanwhile changes the stage beneath. */
const onStage = (request: Stage | Paused, change: (stage: Stage) => Stage): Stage | Paused =>
  request.status === 'paused' ? { ...request, before: change(request.before) } : change(request);

const opened = (event: Extract<RecordedRequestEvent, { type: 'PlacementRequested' }>): Stage => ({
  status: 'draft',
  requestId: event.streamId.replace(/^request-/, ''),
  caseId: event.data.caseId,
  personId: event.personId ?? null,
  openedBy: event.data.by,
  openedAt: event.occurredAt,
  knownAt: event.recordedAt,
  answers: event.data.answers ?? null,
  details: event.data.details,
  broker: null,
  approval: null,
  sent: [],
  responses: [],
  offers: [],
  receipts: [],
  failures: [],
  pauses: [],
  sourcingFrom: null,
  withdrawals: 0,
});

const evolveStage = (stage: Stage, event: StageEvent): Stage => {
  switch (event.type) {
    case 'RequestChanged':
      return {
        ...stage,
        details: merged(stage.details, event.data.details),
        answers: event.data.answers ?? stage.answers,
      };
    case 'RequestCompleted':
      return {
        ...coreOf(stage),
        status: 'complete',
        details: merged(stage.details, event.data.details),
        completedBy: event.data.completedBy,
      };
    case 'RequestApproved':
      return {
        ...coreOf(stage),
        status: 'approved',
        completedBy: completedBy(stage),
        approval: { approver: event.data.approver, by: event.data.approvedBy ?? null, at: event.occurredAt },
        sourcingFrom: event.occurredAt,
      };
    case 'RequestClaimed':
      return { ...stage, broker: event.data.broker };
    case 'RequestSentToProviders':
      return sourced({ ...stage, sent: [...stage.sent, { ...event.data, at: event.occurredAt }] });
    case 'ProviderInterested':
      return withResponse(stage, event.data.providerId, 'interested', null, event.occurredAt);
    case 'ProviderDeclined':
      return withResponse(stage, event.data.providerId, 'declined', event.data.reason, event.occurredAt);
    case 'OfferReceived':
      return sourced({
        ...stage,
        offers: [
          ...stage.offers,
          { ...event.data, state: 'provisional', receivedAt: event.occurredAt, approval: null },
        ],
      });
    case 'OfferConfirmed':
      return withOffer(stage, event.data.offerId, (offer) => ({ ...offer, state: 'confirmed' }));
    case 'OfferApproved':
      return withOffer(stage, event.data.offerId, (offer) => ({
        ...offer,
        approval: { approver: event.data.approver, at: event.occurredAt },
      }));
    case 'OfferWithdrawn':
      return sourced(withOffer(stage, event.data.offerId, (offer) => ({ ...offer, state: 'withdrawn' })));
    case 'PlacementAwarded':
      return awarded(stage, event.data, event.occurredAt);
    case 'PlacementStarted':
      return stage.status === 'awarded' ? { ...stage, status: 'started', startedOn: event.data.startedOn } : stage;
    case 'PlacementFailed':
      return failed(stage, event.data, event.occurredAt);
    case 'AwardFlagged':
      return stage.status === 'awarded'
        ? { ...stage, award: { ...stage.award, flaggedFor: event.data.status } }
        : stage;
    case 'WithdrawalAcknowledged':
      return { ...stage, receipts: [...stage.receipts, { ...event.data, at: event.occurredAt }] };
  }
};

/** Later details replace the fields they name; personal fields that were not given again stay as they are sealed. */
const merged = (before: RequestDetails, after: RequestDetails): RequestDetails => ({ ...before, ...after });

const completedBy = (stage: Stage): string => (stage.status === 'draft' ? '' : stage.completedBy);

const coreOf = (stage: Stage): RequestCore => ({
  requestId: stage.requestId,
  caseId: stage.caseId,
  personId: stage.personId,
  openedBy: stage.openedBy,
  openedAt: stage.openedAt,
  knownAt: stage.knownAt,
  answers: stage.answers,
  details: stage.details,
  broker: stage.broker,
  approval: stage.approval,
  sent: stage.sent,
  responses: stage.responses,
  offers: stage.offers,
  receipts: stage.receipts,
  failures: stage.failures,
  pauses: stage.pauses,
  sourcingFrom: stage.sourcingFrom,
  withdrawals: stage.withdrawals,
});

/** `offered` while an offer is live, else `sourcing`; only of a request that is being sourced. */
const sourced = (stage: Stage): Stage => {
  if (stage.status !== 'approved' && stage.status !== 'sourcing' && stage.status !== 'offered') return stage;
  return { ...stage, status: stage.offers.some(isLive) ? 'offered' : 'sourcing' };
};

const withResponse = (
  stage: Stage,
  providerId: string,
  response: 'interested' | 'declined',
  reason: Stage['responses'][number]['reason'],
  at: string,
): Stage => ({ ...stage, responses: [...stage.responses, { providerId, response, reason, at }] });

const withOffer = (stage: Stage, offerId: string, change: (offer: Offer) => Offer): Stage => ({
  ...stage,
  offers: stage.offers.map((offer) => (offer.offerId === offerId ? change(offer) : offer)),
});

const awarded = (
  stage: Stage,
  data: Extract<RequestEvent, { type: 'PlacementAwarded' }>['data'],
  at: string,
): Awarded => {
  const stateAfter = (offer: Offer): OfferState =>
    offer.offerId === data.offerId ? 'awarded' : isLive(offer) ? 'closed' : offer.state;
  return {
    ...coreOf(stage),
    status: 'awarded',
    completedBy: completedBy(stage),
    offers: stage.offers.map((offer) => ({ ...offer, state: stateAfter(offer) })),
    award: {
      offerId: data.offerId,
      providerId: data.providerId,
      startsOn: data.startsOn,
      weeklyPrice: data.weeklyPrice,
      at,
      flaggedFor: null,
    },
  };
};

/** A failure reopens the request as sourcing with its history; the broker keeps it, and the clock begins anew. */
const failed = (stage: Stage, data: Extract<RequestEvent, { type: 'PlacementFailed' }>['data'], at: string): Stage => ({
  ...coreOf(stage),
  status: 'sourcing',
  completedBy: completedBy(stage),
  offers: stage.offers.map((offer) => (offer.offerId === data.offerId ? { ...offer, state: 'failed' } : offer)),
  failures: [...stage.failures, { ...data, at }],
  sourcingFrom: at,
});

const paused = (request: PlacementRequest, because: PauseCause, at: string): PlacementRequest => {
  if (request.status === 'withdrawn') return request;
  if (request.status === 'paused') {
    return request.causes.includes(because) ? request : { ...request, causes: [...request.causes, because] };
  }
  return {
    status: 'paused',
    before: { ...request, pauses: [...request.pauses, { from: at, to: null }] },
    causes: [because],
  };
};

const resumed = (request: PlacementRequest, because: PauseCause, at: string): PlacementRequest => {
  if (request.status !== 'paused') return request;
  const causes = request.causes.filter((cause) => cause !== because);
  if (causes.length > 0) return { ...request, causes };
  return { ...request.before, pauses: request.before.pauses.map((pause) => ended(pause, at)) };
};

/** News may come in any order: a pause never ends before it began. */
const ended = (pause: Pause, at: string): Pause =>
  pause.to === null ? { ...pause, to: at < pause.from ? pause.from : at } : pause;
