import type { CheckEvent } from '#libs/contracts/reablement/reablement-events.js';
import type { Decider, Decision, Recorded, Refusal } from '#libs/event-store/decider.js';
import { daysBetween } from '#libs/nhs/civil-date.js';
import { answerFromDay, attemptsBeforeNotContactable } from '#libs/nhs/day-91.js';
import type { Check, CheckCommand, Known } from './check-types.js';
import { emptyKnown, follow } from './follow-check.js';

export type { Check, CheckCommand, Day91Status, Schedule, WardEvidence } from './check-types.js';

const refuse = (
  code: string,
  message: string,
  kind: NonNullable<Refusal['kind']> = 'conflict',
  details?: Refusal['details'],
): Refusal => ({
  ok: false,
  code,
  message,
  kind,
  ...(details ? { details } : {}),
});
const notFound = refuse('check.not-found', 'There is no day-91 check with this id.', 'not-found');
const cancelled = refuse(
  'check.cancelled',
  'This check no longer applies: the discharge it belongs to was taken back or no longer qualifies.',
);
const done = refuse('check.done', 'This check is answered already; reopen it first.');

const answer = (
  command: Extract<CheckCommand, { do: 'answer' }>,
  check: Extract<Check, { status: 'open' }>,
): Decision<CheckEvent> => {
  const day = daysBetween(check.schedule.dischargedOn, command.today);
  if (day < answerFromDay) {
    return refuse(
      'check.too-early',
      `The answer is taken from day ${String(answerFromDay)} after discharge; this is day ${String(day)}.`,
    );
  }
  if (command.status === 'not-contactable' && check.attempts < attemptsBeforeNotContactable) {
    return refuse(
      'check.attempts-needed',
      `Not contactable needs ${String(attemptsBeforeNotContactable)} attempts; ${String(check.attempts)} are recorded.`,
    );
  }
  const unknown = command.evidenceIds.filter((id) => check.evidence[id] === undefined || check.evidence[id].withdrawn);
  if (unknown.length > 0)
    return refuse('check.evidence-unknown', 'evidenceIds must name evidence of this check.', 'invalid', {
      errors: [{ field: 'evidenceIds', message: 'must name evidence of this check' }],
    });
  const { status, decidedBy, evidenceIds } = command;
  return {
    ok: true,
    events: [{ type: 'Day91CheckCompleted', data: { status, decidedBy, evidenceIds: [...evidenceIds], by: 'hand' } }],
  };
};

const decide = (command: CheckCommand, check: Check): Decision<CheckEvent> => {
  if (command.do === 'follow') return follow(command, check);
  if (check.status === 'none') return notFound;
  if (check.status === 'cancelled') return cancelled;
  switch (command.do) {
    case 'attempt':
      return check.status === 'done' ? done : { ok: true, events: [{ type: 'ContactAttempted', data: command.data }] };
    case 'evidence':
      return { ok: true, events: [{ type: 'EvidenceRecorded', data: command.data }] };
    case 'answer':
      return check.status === 'done' ? done : answer(command, check);
    case 'reopen':
      return check.status === 'done'
        ? { ok: true, events: [{ type: 'Day91CheckReopened', data: { reason: command.reason, by: 'hand' } }] }
        : refuse('check.not-done', 'Only an answered check can be reopened.');
  }
};

/** A check that applies: answered or not, for the discharge date it has now. */
const standing = ({ schedule, attempts, evidence, answers }: Known): Check => {
  const known: Known = { schedule, attempts, evidence, answers };
  const answer = answers[schedule.dischargedOn];
  return answer ? { status: 'done', answer, ...known } : { status: 'open', ...known };
};

const evolve = (check: Check, event: Recorded<CheckEvent>): Check => {
  if (event.type === 'Day91CheckScheduled')
    return standing(check.status === 'none' ? emptyKnown(event.data) : { ...check, schedule: event.data });
  if (check.status === 'none') return check;
  const { schedule, attempts, evidence, answers } = check;
  switch (event.type) {
    case 'ContactAttempted':
      return { ...check, attempts: attempts + 1 };
    case 'EvidenceRecorded': {
      const { evidenceId, date, until = null, stayId } = event.data;
      return { ...check, evidence: { ...evidence, [evidenceId]: { date, until, stayId, withdrawn: false } } };
    }
    case 'EvidenceWithdrawn': {
      const before = evidence[event.data.evidenceId];
      return before
        ? { ...check, evidence: { ...evidence, [event.data.evidenceId]: { ...before, withdrawn: true } } }
        : check;
    }
    case 'Day91CheckCompleted': {
      const { status, by, evidenceIds } = event.data;
      const answer = { status, by, evidenceIds, knowing: evidence };
      return standing({ ...check, answers: { ...answers, [schedule.dischargedOn]: answer } });
    }
    case 'Day91CheckReopened': {
      const others = Object.entries(answers).filter(([dischargedOn]) => dischargedOn !== schedule.dischargedOn);
      return standing({ ...check, answers: Object.fromEntries(others) });
    }
    case 'Day91CheckCancelled':
      return { status: 'cancelled', because: event.data.because, schedule, attempts, evidence, answers };
    case 'Day91CheckReinstated':
      return standing({ ...check, schedule: { ...schedule, ...event.data } });
  }
};

/** The check of day 91 after a discharge: scheduled by policy, worked by hand, answered once (domain.md §3.1, §8). */
export const checkDecider: Decider<Check, CheckCommand, CheckEvent> = {
  initialState: { status: 'none' },
  decide,
  evolve,
};
