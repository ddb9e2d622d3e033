import { requestContracts, type RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import {
  checkContracts,
  episodeContracts,
  type CheckEvent,
  type EpisodeEvent,
} from '#libs/contracts/reablement/reablement-events.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import type { History, HistoryKind } from '../domain/care-fact.js';
import type { CheckEntry, EpisodeEntry } from '../domain/reablement-history.js';
import type { RequestEntry } from '../domain/request-history.js';

export type HistoryEntry = RequestEntry | EpisodeEntry | CheckEntry;

/** The entries of one stream: its kind says what they are. */
export const historyOf = (kind: HistoryKind, id: string, entries: readonly HistoryEntry[]): History =>
  ({ kind, id, entries }) as History;

const isRequestEvent = isOf(requestContracts);
const isEpisodeEvent = isOf(episodeContracts);
const isCheckEvent = isOf(checkContracts);

const envelope = (event: StoredEvent) => ({
  eventId: event.eventId,
  at: event.occurredAt,
  recordedAt: event.recordedAt,
  personId: event.personId ?? null,
});

const requestEntryOf = (event: StoredEvent & Recorded<RequestEvent>): RequestEntry | undefined => {
  const known = envelope(event);
  switch (event.type) {
    case 'PlacementRequested': {
      const { serviceType, funding = null, interimFor = null } = event.data.details;
      return {
        ...known,
        type: event.type,
        data: { caseId: event.data.caseId, serviceType, funding, interim: interimFor !== null },
      };
    }
    case 'RequestCompleted':
    case 'RequestChanged': {
      const { serviceType, funding = null, interimFor } = event.data.details;
      return {
        ...known,
        type: 'RequestDetails',
        data: { serviceType, funding, interim: interimFor === undefined ? null : interimFor !== null },
      };
    }
    case 'RequestApproved':
    case 'PlacementFailed':
      return { ...known, type: event.type, data: {} };
    case 'RequestPaused':
    case 'RequestResumed':
      return { ...known, type: event.type, data: { because: event.data.because } };
    case 'PlacementAwarded': {
      const { providerId, serviceType, funding } = event.data;
      return { ...known, type: event.type, data: { providerId, serviceType, funding } };
    }
    case 'PlacementStarted': {
      const { providerId, startedOn } = event.data;
      return { ...known, type: event.type, data: { providerId, startedOn } };
    }
    case 'ProviderDeclined': {
      const { providerId, reason } = event.data;
      return { ...known, type: event.type, data: { providerId, reason } };
    }
    default:
      return undefined;
  }
};

const episodeEntryOf = (event: StoredEvent & Recorded<EpisodeEvent>): EpisodeEntry | undefined => {
  const known = envelope(event);
  switch (event.type) {
    case 'ReablementStarted': {
      const { caseId, providerId, startedOn, assessorType, inLongTermSupport } = event.data;
      return { ...known, type: event.type, data: { caseId, providerId, startedOn, assessorType, inLongTermSupport } };
    }
    case 'ReablementEnded': {
      const { endedOn, outcome } = event.data;
      return { ...known, type: event.type, data: { endedOn, outcome } };
    }
    case 'ReablementEndReversed':
      return { ...known, type: event.type, data: {} };
    default:
      return undefined;
  }
};

const checkEntryOf = (event: StoredEvent & Recorded<CheckEvent>): CheckEntry | undefined => {
  const known = envelope(event);
  switch (event.type) {
    case 'Day91CheckScheduled': {
      const { caseId, stayId, dischargedOn, requestId } = event.data;
      return { ...known, type: event.type, data: { caseId, stayId, dischargedOn, requestId } };
    }
    case 'Day91CheckReinstated': {
      const { stayId, dischargedOn } = event.data;
      return { ...known, type: event.type, data: { stayId, dischargedOn } };
    }
    case 'Day91CheckCompleted':
      return { ...known, type: event.type, data: { status: event.data.status } };
    case 'Day91CheckCancelled':
    case 'Day91CheckReopened':
      return { ...known, type: event.type, data: {} };
    default:
      return undefined;
  }
};

/** What the figures keep of an event of a request, an episode or a check; undefined where no figure reads it. */
export const historyEntryOf = (event: StoredEvent): { kind: HistoryKind; entry: HistoryEntry } | undefined => {
  if (isRequestEvent(event)) {
    const entry = requestEntryOf(event);
    return entry && { kind: 'request', entry };
  }
  if (isEpisodeEvent(event)) {
    const entry = episodeEntryOf(event);
    return entry && { kind: 'reablement', entry };
  }
  if (isCheckEvent(event)) {
    const entry = checkEntryOf(event);
    return entry && { kind: 'check', entry };
  }
  return undefined;
};
