import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { RequestFacts } from '../domain/reconcile.js';

export const requestTypes = [
  'PlacementRequested',
  'RequestCompleted',
  'RequestChanged',
  'PlacementAwarded',
  'PlacementStarted',
  'PlacementFailed',
  'RequestWithdrawn',
  'RequestReinstated',
] as const;

export interface RequestSubject extends RequestFacts {
  readonly kind: 'request';
  readonly personId: string;
  readonly withdrawn: boolean;
  /** Withdrawn for no other reason than the death of the person. */
  readonly withdrawnByDeath: boolean;
  readonly funding: string | null;
}

export const evolveRequest = (subject: RequestSubject | null, event: Recorded<RequestEvent>): RequestSubject | null => {
  if (event.type === 'PlacementRequested') {
    const { caseId, details } = event.data;
    const requestId = event.streamId.slice('request-'.length);
    const personId = event.personId ?? '';
    return {
      kind: 'request',
      requestId,
      caseId,
      personId,
      serviceType: details.serviceType,
      awarded: false,
      started: false,
      withdrawn: false,
      withdrawnByDeath: false,
      funding: details.funding ?? null,
    };
  }
  if (subject === null) return null;
  switch (event.type) {
    case 'RequestCompleted':
    case 'RequestChanged':
      return {
        ...subject,
        serviceType: event.data.details.serviceType,
        funding: event.data.details.funding ?? subject.funding,
      };
    case 'PlacementAwarded':
      return {
        ...subject,
        awarded: true,
        serviceType: event.data.serviceType,
        funding: event.data.funding ?? subject.funding,
      };
    case 'PlacementStarted':
      return { ...subject, started: true };
    case 'PlacementFailed':
      return { ...subject, awarded: false };
    case 'RequestWithdrawn':
      return { ...subject, withdrawn: true, withdrawnByDeath: event.data.because === 'died' };
    case 'RequestReinstated':
      return { ...subject, withdrawn: false, withdrawnByDeath: false };
    default:
      return subject;
  }
};

/**
 * A withdrawn request has no award any more; what was started stays started. A death withdraws requests too (policy 3) and completes the
 * check that rests on them, so there the award goes on counting.
 */
export const requestFactsOf = (subject: RequestSubject): RequestFacts => {
  const { requestId, caseId, serviceType, started } = subject;
  return {
    requestId,
    caseId,
    serviceType,
    awarded: subject.awarded && (!subject.withdrawn || subject.withdrawnByDeath),
    started,
  };
};
