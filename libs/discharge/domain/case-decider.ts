import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Decider, Decision } from '#libs/event-store/decider.js';
import { deterministicId } from '#libs/platform/ids.js';
import type { CaseCommand } from './case-command.js';
import { evolveCase } from './case-evolve.js';
import { noCase, type CaseRecord } from './case-state.js';
import { close, dischargeByHand, markInError, pause, resume } from './decide-course.js';
import {
  accept,
  assignPathway,
  completeAction,
  endDelay,
  happened,
  record,
  recordCriteria,
  resolveEscalation,
  startDelay,
  whileOpen,
} from './decide-work.js';
import { differenceOf } from './follow.js';
import { noSuchCase, otherHospital } from './refusals.js';
import { swapDelay } from './swap-delay.js';
import { wantedOf } from './wanted.js';

/** The name of the policy that keeps cases in step with the ward; part of the ids of what it writes. */
export const followPolicy = 'case-follows-stay';

const decide = (command: CaseCommand, caseRecord: CaseRecord): Decision<CaseEvent> => {
  const { state } = caseRecord;
  if (state.status === 'none') return noSuchCase;
  const { body } = state;
  if (command.onlyHospital !== undefined && command.onlyHospital !== body.hospital) return otherHospital;
  switch (command.act) {
    case 'accept':
      return accept(command, state);
    case 'assign-worker':
      return whileOpen({ type: 'CaseWorkerAssigned', data: command.data }, state);
    case 'record-criteria':
      return recordCriteria(command, state);
    case 'assign-pathway':
      return assignPathway(command, state);
    case 'set-expected-date':
      return whileOpen({ type: 'ExpectedDischargeDateChanged', data: command.data }, state);
    case 'start-delay':
      return startDelay(command, state);
    case 'end-delay':
      return endDelay(command, state);
    case 'raise-action':
      return whileOpen({ type: 'ActionRaised', data: command.data }, state);
    case 'complete-action':
      return completeAction(command, state);
    case 'escalate':
      return whileOpen({ type: 'CaseEscalated', data: command.data }, state);
    case 'resolve-escalation':
      return resolveEscalation(command, state);
    case 'record-involvement':
      return record({ type: 'InvolvementRecorded', data: command.data }, state);
    case 'discuss-choice':
      return record({ type: 'ChoiceDiscussed', data: command.data }, state);
    case 'offer-carers-assessment':
      return record({ type: 'CarersAssessmentOffered', data: command.data }, state);
    case 'pause':
      return pause(command, state);
    case 'resume':
      return resume(command, state);
    case 'withdraw':
      return whileOpen({ type: 'ReferralWithdrawn', data: { by: 'hand', reason: command.reason } }, state);
    case 'discharge-by-hand':
      return dischargeByHand(command, state);
    case 'close':
      return close(command, state);
    case 'mark-in-error':
      return markInError(command, caseRecord);
    case 'follow': {
      const { cause } = command;
      const wanted = wantedOf(body, command.facts, cause.recordedAt);
      // Of the case, where it stands, the cause and all that is written with it: the same decision taken twice is written once, and
      // no other decision can meet its ids.
      const idOf = (...written: string[]): string =>
        deterministicId(followPolicy, body.caseId, String(caseRecord.history.length), cause.eventId, ...written);
      return happened(...differenceOf(body, wanted, cause, idOf));
    }
    case 'swap-delay':
      return swapDelay(command, caseRecord, state);
  }
};

/** A case from referral to its end: pure, so that every rule of it runs in a spec without anything else. */
export const caseDecider: Decider<CaseRecord, CaseCommand, CaseEvent> = {
  initialState: noCase,
  decide,
  evolve: evolveCase,
};
