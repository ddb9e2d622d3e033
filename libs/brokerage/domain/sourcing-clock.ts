import type { ServiceType } from '#libs/contracts/brokerage/request-events.js';
import { awardOf, stageOf, type PlacementRequest } from './request-state.js';

/** Hours to find a placement by service type; a type without an entry has no target. */
export type TargetHours = Readonly<Partial<Record<ServiceType, number>>>;

export interface SourcingClock {
  readonly startedAt: string | null;
  readonly targetHours: number | null;
  readonly dueAt: string | null;
  readonly pausedHours: number;
}

const hour = 3_600_000;

/**
 * The clock of a request: it starts with the approval (after a failure: with the failure), stands still while paused, and
 * stops at the award; `metrics.md` §2, `brokerage.time-to-source`. Paused time moves the due time. Never negative.
 */
export const clockOf = (request: PlacementRequest, targets: TargetHours, now: string): SourcingClock => {
  const stage = stageOf(request);
  const startedAt = stage.sourcingFrom;
  const targetHours = targets[stage.details.serviceType] ?? null;
  if (startedAt === null) return { startedAt, targetHours, dueAt: null, pausedHours: 0 };
  const stoppedAt = awardOf(stage)?.at ?? (request.status === 'withdrawn' ? request.at : now);
  const pausedHours = pausedBetween(stage.pauses, Date.parse(startedAt), Date.parse(stoppedAt)) / hour;
  return {
    startedAt,
    targetHours,
    dueAt:
      targetHours === null ? null : new Date(Date.parse(startedAt) + (targetHours + pausedHours) * hour).toISOString(),
    pausedHours,
  };
};

/** Milliseconds of pause between two instants, each moment once. */
const pausedBetween = (
  pauses: readonly { readonly from: string; readonly to: string | null }[],
  from: number,
  to: number,
): number => {
  let total = 0;
  let reached = from;
  for (const pause of [...pauses].sort((a, b) => Date.parse(a.from) - Date.parse(b.from))) {
    const start = Math.max(Date.parse(pause.from), reached);
    const end = Math.min(pause.to === null ? to : Date.parse(pause.to), to);
    if (end > start) {
      total += end - start;
      reached = end;
    }
  }
  return total;
};
