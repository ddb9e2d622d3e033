import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Decision } from '#libs/event-store/decider.js';
import { comparePositions } from '#libs/event-store/port.js';
import { compareInstants, spanOf } from '#libs/nhs/index.js';
import { deterministicId } from '#libs/platform/ids.js';
import type { CommandOf } from './case-command.js';
import { foldCase } from './case-evolve.js';
import { isOpen, statusOf, type CaseDelay, type CaseRecord, type ExistingCase } from './case-state.js';
import { criteriaHistoryOf } from './criteria.js';
import { followed } from './follow.js';
import { happened } from './decide-work.js';
import { wantedOf } from './wanted.js';

type CaseDecision = Decision<CaseEvent>;

/** Policy 5 by type of care: nothing available (CAP) against arranging it (IF) (architecture.md §6). */
const pairs: Readonly<Record<string, { readonly capacity: string; readonly interface: string }>> = {
  reablement: { capacity: 'CAP1', interface: 'IF1' },
  'home-care': { capacity: 'CAP2', interface: 'IF2' },
  'live-in': { capacity: 'CAP2', interface: 'IF2' },
  'rehab-bed': { capacity: 'CAP5', interface: 'IF5' },
  residential: { capacity: 'CAP7', interface: 'IF6' },
  nursing: { capacity: 'CAP7', interface: 'IF6' },
};

/** Which delay gives way to which when care of this type is awarded, or an award falls through; null for care no delay speaks of. */
export const delaySwapOf = (
  serviceType: string,
  what: 'awarded' | 'failed',
): { readonly from: string; readonly to: string } | null => {
  const pair = pairs[serviceType];
  if (!pair) return null;
  return what === 'awarded' ? { from: pair.capacity, to: pair.interface } : { from: pair.interface, to: pair.capacity };
};

const waitsFor = (reason: string, state: ExistingCase, command: CommandOf<'swap-delay'>): CaseDelay | undefined => {
  const { recordedAt } = command.cause;
  const wanted = wantedOf(state.body, command.facts, recordedAt);
  if (!isOpen(statusOf(followed(state.body, wanted)))) return undefined;
  const criteriaHistory = criteriaHistoryOf(state.body, wanted.stay, recordedAt);
  return [...state.body.delays.values()].find((delay) => {
    if (delay.reason !== reason || delay.ended) return false;
    const span = spanOf({ start: delay.startedAt, anticipated: delay.anticipated, criteriaHistory, ends: {} });
    return span ? span.to === null : delay.anticipated;
  });
};

/**
 * The open delay ends and the other of its kind starts in the same breath, so that no night waits without a reason. Judged by the
 * case as it was when the award was written, so that a replay of the policy does not touch delays entered since; an anticipated wait
 * stays anticipated.
 */
export const swapDelay = (command: CommandOf<'swap-delay'>, record: CaseRecord, state: ExistingCase): CaseDecision => {
  const { from, to, requestId, cause } = command;
  const endedId = deterministicId('delay-follows-award', requestId, cause.eventId, 'ended');
  // Done before; what the team made of it since is theirs.
  if (record.history.some(({ eventId }) => eventId === endedId)) return happened();
  const then = foldCase(record.history.filter(({ position }) => comparePositions(position, cause.position) < 0));
  const delay = then.status === 'none' ? undefined : waitsFor(from, then, command);
  const still = waitsFor(from, state, command);
  if (!delay || !still || still.delayId !== delay.delayId) return happened();
  const at = compareInstants(cause.occurredAt, delay.startedAt) < 0 ? delay.startedAt : cause.occurredAt;
  const ended = {
    type: 'DelayEnded',
    data: { delayId: delay.delayId, setBy: 'policy', requestId },
    occurredAt: at,
    eventId: endedId,
  } as const;
  if (waitsFor(to, state, command)) return happened(ended);
  return happened(ended, {
    type: 'DelayStarted',
    data: {
      delayId: deterministicId('delay-follows-award', requestId, cause.eventId, 'delay'),
      reason: to,
      owner: null,
      anticipated: delay.anticipated,
      note: null,
      setBy: 'policy',
      requestId,
    },
    occurredAt: at,
    eventId: deterministicId('delay-follows-award', requestId, cause.eventId, 'started'),
  });
};
