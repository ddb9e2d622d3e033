import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Decision } from '#libs/event-store/decider.js';
import { compareInstants, isDeadDestination, isDischargeDestination } from '#libs/nhs/index.js';
import type { CommandOf } from './case-command.js';
import { isByPolicy, markedInError } from './case-evolve.js';
import { isOpen, type CaseEntry, type CaseRecord, type ExistingCase } from './case-state.js';
import { happened } from './decide-work.js';
import { notOpen, refuse } from './refusals.js';

type CaseDecision = Decision<CaseEvent>;

/** A pause by hand is another thing than the one by criteria, and can be set beside it (policy 6). */
export const pause = ({ at, reason }: CommandOf<'pause'>, state: ExistingCase): CaseDecision => {
  if (!isOpen(state)) return notOpen(state);
  const { holds, changedAt } = state.body.handPause;
  if (holds) return refuse('case.already-paused', 'The case is already paused by hand.');
  if (changedAt !== null && compareInstants(at, changedAt) < 0)
    return refuse('case.pause-before-last', 'A pause cannot begin before the last one ended.');
  return happened({ type: 'CasePaused', data: { by: 'hand', reason } });
};

/** Only a hand lifts a pause by hand, and a hand lifts no other (policy 6). */
export const resume = ({ at }: CommandOf<'resume'>, state: ExistingCase): CaseDecision => {
  if (!isOpen(state)) return notOpen(state);
  const { handPause, criteriaPause } = state.body;
  if (!handPause.holds)
    return criteriaPause.holds
      ? refuse(
          'case.paused-by-criteria',
          'The case is paused because criteria to reside are met; it goes on when they are not met any more.',
        )
      : refuse('case.not-paused', 'The case is not paused.');
  if (handPause.changedAt !== null && compareInstants(at, handPause.changedAt) < 0)
    return refuse('case.resume-before-pause', 'A pause cannot end before it began.');
  return happened({ type: 'CaseResumed', data: { by: 'hand' } });
};

/** Ward news normally does this. It never closes the stay, and what the stay says overrides it (api.md). */
export const dischargeByHand = (
  { at, destinationCode }: CommandOf<'discharge-by-hand'>,
  state: ExistingCase,
): CaseDecision => {
  if (!isOpen(state)) return notOpen(state);
  if (!isDischargeDestination(destinationCode))
    return refuse(
      'discharge.unknown-destination',
      'destinationCode must be a code of discharge destination.',
      'invalid',
    );
  const { link } = state.body;
  if (link?.admittedAt && compareInstants(at, link.admittedAt) < 0)
    return refuse('discharge.before-admission', 'A discharge cannot come before the admission.');
  // Destination 79 is a death, and a death is not a discharge (policy 3).
  if (isDeadDestination(destinationCode))
    return happened({ type: 'CaseClosed', data: { by: 'death', reason: null, diedAt: at } });
  return happened({
    type: 'CaseDischarged',
    data: { by: 'hand', stayId: link?.stayId ?? null, dischargedAt: at, destinationCode, methodCode: null },
  });
};

/** Taken in hospital too, and after the discharge as the ordinary end. */
export const close = ({ reason }: CommandOf<'close'>, state: ExistingCase): CaseDecision =>
  isOpen(state) || state.status === 'discharged'
    ? happened({ type: 'CaseClosed', data: { by: 'hand', reason, diedAt: null } })
    : notOpen(state);

/**
 * Written by a policy from facts that stand elsewhere: taking the entry away would only bring it back. The stay is worked out from
 * the ward's news too where it was written along with the referral.
 */
const followsTheWard = (entry: CaseEntry): boolean =>
  entry.type === 'CaseLinkedToStay' ||
  (isByPolicy(entry) && entry.type !== 'DelayStarted' && entry.type !== 'DelayEnded');

/**
 * Taken in every state of a case. Not for the referral itself (a wrong one is withdrawn, or closed), and not for what follows from
 * the ward's news or from criteria: there the news is corrected, or the criteria entry marked. Marking a mark takes it back.
 */
export const markInError = (
  { eventId, reason, wardCriteria }: CommandOf<'mark-in-error'>,
  { history }: CaseRecord,
): CaseDecision => {
  const entry = history.find((known) => known.eventId === eventId);
  const entryType = entry?.type ?? (wardCriteria.includes(eventId) ? 'CriteriaToResideRecorded' : undefined);
  if (entryType === undefined) return refuse('entry.not-found', 'The case has no such entry.', 'not-found');
  if (entryType === 'CaseReferred')
    return refuse('entry.referral', 'A referral is not marked in error: withdraw it, or close the case.');
  if (entry && followsTheWard(entry))
    return refuse(
      'entry.follows-from-news',
      'This entry follows from news of the ward or from criteria to reside: correct those, and it follows.',
    );
  if (markedInError(history).has(eventId))
    return refuse('entry.already-marked', 'This entry is already marked in error.');
  return happened({ type: 'EntryMarkedInError', data: { eventId, entryType, reason } });
};
