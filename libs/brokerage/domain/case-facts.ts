import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Recorded } from '#libs/event-store/decider.js';

export type RecordedCaseEvent = Recorded<CaseEvent>;

/** What brokerage keeps of one event of a case: nothing personal, only what its own rules ask. */
export type CaseFact = {
  readonly eventId: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly revision: number;
} & (
  | {
      readonly fact: 'referred';
      readonly personId: string | null;
      readonly hospital: string;
      readonly ward: string | null;
      readonly restricted: boolean;
      readonly expectedDischargeDate: string | null;
    }
  | { readonly fact: 'linked'; readonly stayId: string | null }
  | { readonly fact: 'pathway'; readonly pathway: number }
  | { readonly fact: 'expected'; readonly date: string | null }
  | { readonly fact: 'paused' | 'resumed'; readonly cause: 'criteria' | 'case' }
  | { readonly fact: 'discharged' | 'reversed' }
  | {
      readonly fact: 'ended';
      readonly because: 'died' | 'referral-withdrawn' | 'case-closed';
      readonly kind: 'admission-cancelled' | 'death' | 'merged' | 'hand';
    }
  | { readonly fact: 'reopened'; readonly undoes: 'admission-cancelled' | 'death' | 'merged' }
  | { readonly fact: 'in-error'; readonly of: string }
);

/** The events of a case that brokerage follows. */
export const caseEventsFollowed = [
  'CaseReferred',
  'CaseLinkedToStay',
  'PathwayAssigned',
  'ExpectedDischargeDateChanged',
  'CasePaused',
  'CaseResumed',
  'CaseDischarged',
  'DischargeReversed',
  'ReferralWithdrawn',
  'CaseClosed',
  'CaseReopened',
  'EntryMarkedInError',
] as const satisfies readonly CaseEvent['type'][];

/** The fact in an event of a case; none in those that brokerage does not follow. */
export const factOf = (event: RecordedCaseEvent): CaseFact | null => {
  const { eventId, occurredAt, recordedAt, revision } = event;
  const at = { eventId, occurredAt, recordedAt, revision };
  switch (event.type) {
    case 'CaseReferred': {
      const { hospital, ward, flags, expectedDischargeDate } = event.data;
      const restricted = flags.includes('restricted');
      return {
        ...at,
        fact: 'referred',
        personId: event.personId ?? null,
        hospital,
        ward,
        restricted,
        expectedDischargeDate,
      };
    }
    case 'CaseLinkedToStay':
      return { ...at, fact: 'linked', stayId: event.data.stayId };
    case 'PathwayAssigned':
      return { ...at, fact: 'pathway', pathway: event.data.pathway };
    case 'ExpectedDischargeDateChanged':
      return { ...at, fact: 'expected', date: event.data.date };
    case 'CasePaused':
      return { ...at, fact: 'paused', cause: event.data.by === 'hand' ? 'case' : 'criteria' };
    case 'CaseResumed':
      return { ...at, fact: 'resumed', cause: event.data.by === 'hand' ? 'case' : 'criteria' };
    case 'CaseDischarged':
      return { ...at, fact: 'discharged' };
    case 'DischargeReversed':
      return { ...at, fact: 'reversed' };
    case 'ReferralWithdrawn':
      return { ...at, fact: 'ended', because: 'referral-withdrawn', kind: event.data.by };
    case 'CaseClosed': {
      const { by } = event.data;
      return { ...at, fact: 'ended', because: by === 'death' ? 'died' : 'case-closed', kind: by };
    }
    case 'CaseReopened':
      return { ...at, fact: 'reopened', undoes: event.data.undoes };
    case 'EntryMarkedInError':
      return { ...at, fact: 'in-error', of: event.data.eventId };
    default:
      return null;
  }
};
