import { caseContracts, type CaseEvent } from '#libs/contracts/discharge/case-events.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { CaseEntry } from '../domain/case-history.js';

/** Events of cases that some figure reads. */
export const caseEventTypes = [
  'CaseReferred',
  'CaseLinkedToStay',
  'CriteriaToResideRecorded',
  'PathwayAssigned',
  'DelayStarted',
  'DelayEnded',
  'CaseDischarged',
  'DischargeReversed',
  'ReferralWithdrawn',
  'CaseClosed',
  'CaseReopened',
  'EntryMarkedInError',
] as const;

/** The store checks every event against its contract, so its stream and type say its shape. */
export const isCaseEvent = isOf(caseContracts);

/** What the figures keep of an event of a case: codes and times, nothing personal. Undefined where no figure reads it. */
export const caseEntryOf = (event: Recorded<CaseEvent>): CaseEntry | undefined => {
  const known = {
    eventId: event.eventId,
    at: event.occurredAt,
    recordedAt: event.recordedAt,
    personId: event.personId ?? null,
  };
  switch (event.type) {
    case 'CaseReferred': {
      const { hospital, ward, homeAuthority } = event.data;
      return { ...known, type: event.type, data: { hospital, ward, homeAuthority } };
    }
    case 'CaseLinkedToStay': {
      const { stayId, admittedAt } = event.data;
      return { ...known, type: event.type, data: { stayId, admittedAt } };
    }
    case 'CriteriaToResideRecorded':
      return { ...known, type: event.type, data: { meets: event.data.meets } };
    case 'PathwayAssigned':
      return { ...known, type: event.type, data: { pathway: event.data.pathway } };
    case 'DelayStarted': {
      const { delayId, reason, owner, anticipated } = event.data;
      return { ...known, type: event.type, data: { delayId, reason, owner, anticipated } };
    }
    case 'DelayEnded':
      return { ...known, type: event.type, data: { delayId: event.data.delayId } };
    case 'CaseDischarged': {
      const { by, stayId, dischargedAt } = event.data;
      return { ...known, type: event.type, data: { by, stayId, dischargedAt } };
    }
    case 'DischargeReversed':
      return { ...known, type: event.type, data: { stayId: event.data.stayId } };
    case 'ReferralWithdrawn':
      return { ...known, type: event.type, data: { by: event.data.by } };
    case 'CaseClosed':
      return { ...known, type: event.type, data: { by: event.data.by } };
    case 'CaseReopened':
      return { ...known, type: event.type, data: { undoes: event.data.undoes } };
    case 'EntryMarkedInError':
      return { ...known, type: event.type, data: { eventId: event.data.eventId } };
    default:
      return undefined;
  }
};
