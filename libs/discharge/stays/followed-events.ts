import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import type { EventFilter } from '#libs/event-store/port.js';

/**
 * Everything that can change how a case stands on its stay. The copy of the stays and the policy want the same events, so that the
 * policy can tell when the copy has taken in the event it is looking at.
 */
export const followedEvents: EventFilter = {
  streamPrefixes: ['stay-', 'person-', 'case-'],
  types: [
    ...Object.keys(stayContracts),
    'PeopleMerged',
    'MergeReverted',
    'DeathRecorded',
    'DeathRecordWithdrawn',
    'CaseReferred',
    'CaseDischarged',
    'ReferralWithdrawn',
    'CaseClosed',
    'EntryMarkedInError',
  ],
};
