import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Decision, HappenedOf } from '#libs/event-store/decider.js';
import { compareInstants, isDelayReason, londonDate, spanOf, stateAt } from '#libs/nhs/index.js';
import type { CommandOf } from './case-command.js';
import { endedByHandAt, isOpen, statusOf, type CaseBody, type CaseDelay, type ExistingCase } from './case-state.js';
import { criteriaHistoryOf, readyDateOf } from './criteria.js';
import { followed } from './follow.js';
import { notOpen, refuse } from './refusals.js';
import { wantedOf } from './wanted.js';

type CaseDecision = Decision<CaseEvent>;
export const happened = (...events: readonly HappenedOf<CaseEvent>[]): CaseDecision => ({ ok: true, events });
const nothing: CaseDecision = { ok: true, events: [] };

/** Accepting twice is taken as done. */
export const accept = (_: CommandOf<'accept'>, state: ExistingCase): CaseDecision => {
  if (!isOpen(state)) return notOpen(state);
  return state.body.accepted ? nothing : happened({ type: 'CaseAccepted', data: {} });
};

/** The first instant from which the case had ended, as the ward and the team say it now; null while it has not. */
const endOf = (body: CaseBody): string | null => {
  const ends = [body.discharge?.dischargedAt ?? null, endedByHandAt(body), body.death?.diedAt ?? null];
  return ends.flatMap((end) => end ?? []).sort(compareInstants)[0] ?? null;
};

/**
 * A clinical fact, recorded and never computed. Of a time after the discharge it is refused; late news of a time before it is taken
 * (api.md, "A case and its stay").
 */
export const recordCriteria = (command: CommandOf<'record-criteria'>, { body }: ExistingCase): CaseDecision => {
  const now = followed(body, wantedOf(body, command.known.facts, command.known.now));
  const state = statusOf(now);
  const end = endOf(now);
  if (end !== null && compareInstants(command.at, end) > 0)
    return refuse(
      'criteria.after-discharge',
      'Criteria to reside are recorded for a time in hospital; this is after the discharge or the end of the case.',
    );
  if (!isOpen(state) && end === null) return notOpen(state);
  return happened({ type: 'CriteriaToResideRecorded', data: command.data });
};

/** The rules of Annex B (domain.md §1.1): 2 and 3 say why not home; a returning care-home resident is 0 or 1. */
export const assignPathway = ({ data }: CommandOf<'assign-pathway'>, state: ExistingCase): CaseDecision => {
  if (!isOpen(state)) return notOpen(state);
  if (data.pathway >= 2 && data.whyNotHome === null)
    return refuse(
      'pathway.why-not-home-required',
      'Pathways 2 and 3 need whyNotHome: the reason why the person cannot go home.',
    );
  if (data.pathway >= 2 && data.returningCareHomeResident)
    return refuse(
      'pathway.returning-care-home-resident',
      'Somebody who returns to their own care home is on pathway 0 or 1.',
    );
  return happened({ type: 'PathwayAssigned', data });
};

/** Whether the person waits for this reason now, or will once criteria stop being met (metrics.md §3). */
const lasts = (delay: CaseDelay, body: CaseBody, command: CommandOf<'start-delay'>): boolean => {
  const { facts, now } = command.known;
  const criteriaHistory = criteriaHistoryOf(body, wantedOf(body, facts, now).stay, now);
  const span = spanOf({
    start: delay.startedAt,
    anticipated: delay.anticipated,
    endedAt: delay.ended?.at,
    criteriaHistory,
    ends: {},
  });
  return span ? span.to === null : delay.anticipated && delay.ended === null;
};

/**
 * A delay is a wait after the discharge ready date, so that it cannot begin before that day unless it is anticipated (api.md). While
 * nobody has said anything of criteria to reside there is no such day it could come before.
 */
export const startDelay = (command: CommandOf<'start-delay'>, existing: ExistingCase): CaseDecision => {
  const { data, at, known } = command;
  const wanted = wantedOf(existing.body, known.facts, known.now);
  const state = statusOf(followed(existing.body, wanted));
  if (!isOpen(state)) return notOpen(state);
  if (!isDelayReason(data.reason))
    return refuse('delay.unknown-reason', 'reason must be one of the 37 delay reasons, HP1 to CAP11.', 'invalid');
  const open = [...existing.body.delays.values()].find(
    (delay) => delay.reason === data.reason && lasts(delay, existing.body, command),
  );
  if (open)
    return {
      ...refuse(
        'delay.already-open',
        `The person already waits for ${data.reason}; end that delay before a new one begins.`,
      ),
      details: { delayId: open.delayId },
    };
  if (!data.anticipated) {
    const ready = readyDateOf(existing.body, wanted.stay, known.now);
    const met = stateAt(criteriaHistoryOf(existing.body, wanted.stay, known.now), known.now) === true;
    if (met || (ready !== null && londonDate(at) < ready))
      return refuse(
        'delay.before-ready-date',
        'A delay does not begin before the discharge ready date, unless it is anticipated.',
      );
  }
  return happened({ type: 'DelayStarted', data });
};

export const endDelay = ({ delayId, at }: CommandOf<'end-delay'>, state: ExistingCase): CaseDecision => {
  const delay = state.body.delays.get(delayId);
  if (!delay) return refuse('delay.not-found', 'The case has no such delay.', 'not-found');
  if (!isOpen(state) && state.status !== 'discharged') return notOpen(state);
  if (delay.ended) return refuse('delay.already-ended', 'This delay has already ended.');
  if (compareInstants(at, delay.startedAt) < 0)
    return refuse('delay.ends-before-start', 'A delay cannot end before it began.');
  return happened({ type: 'DelayEnded', data: { delayId, setBy: 'hand', requestId: null } });
};

export const completeAction = ({ actionId }: CommandOf<'complete-action'>, state: ExistingCase): CaseDecision => {
  const action = state.body.actions.get(actionId);
  if (!action) return refuse('action.not-found', 'The case has no such action.', 'not-found');
  if (action === 'done') return refuse('action.already-completed', 'This action is already done.');
  return happened({ type: 'ActionCompleted', data: { actionId } });
};

export const resolveEscalation = (
  { escalationId }: CommandOf<'resolve-escalation'>,
  state: ExistingCase,
): CaseDecision => {
  const escalation = state.body.escalations.get(escalationId);
  if (!escalation) return refuse('escalation.not-found', 'The case has no such escalation.', 'not-found');
  if (escalation === 'resolved') return refuse('escalation.already-resolved', 'This escalation is already settled.');
  return happened({ type: 'EscalationResolved', data: { escalationId } });
};

/** What is recorded of an open case, or of one already discharged: conversations are often written down afterwards. */
export const record = (event: HappenedOf<CaseEvent>, state: ExistingCase): CaseDecision =>
  isOpen(state) || state.status === 'discharged' ? happened(event) : notOpen(state);

/** What is done to an open case only. */
export const whileOpen = (event: HappenedOf<CaseEvent>, state: ExistingCase): CaseDecision =>
  isOpen(state) ? happened(event) : notOpen(state);
