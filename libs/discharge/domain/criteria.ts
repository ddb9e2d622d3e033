import {
  compareInstants,
  currentRun,
  dischargeReadyDate,
  effectiveHistory,
  saidByFeed,
  type CriteriaFact,
} from '#libs/nhs/index.js';
import type { CaseBody } from './case-state.js';
import type { WardStay } from './ward.js';

/** The union of what the feed said and what the team recorded, without what was marked in error (metrics.md §1). */
export const criteriaFactsOf = (body: CaseBody, stay: WardStay | null): readonly CriteriaFact[] => [
  ...body.criteria.map((entry): CriteriaFact => ({ ...entry, origin: 'team' })),
  ...saidByFeed((stay?.block.criteria ?? []).filter(({ eventId }) => !body.disregarded.has(eventId))),
];

/** The effective history of a case and its stay. `now` tells ready dates of the future apart: those are faults. */
export const criteriaHistoryOf = (body: CaseBody, stay: WardStay | null, now: string): readonly CriteriaFact[] =>
  effectiveHistory(criteriaFactsOf(body, stay), {
    admittedAt: stay?.block.admittedAt ?? null,
    dischargedAt: stay?.block.dischargedAt ?? null,
    knownAt: now,
  });

/** The discharge ready date as at `now`; null while criteria are met or unknown. */
export const readyDateOf = (body: CaseBody, stay: WardStay | null, now: string): string | null =>
  dischargeReadyDate({
    facts: criteriaFactsOf(body, stay),
    admittedAt: stay?.block.admittedAt ?? null,
    dischargedAt: stay?.block.dischargedAt ?? null,
    asOf: now,
  }).date;

/**
 * Since when criteria are met *again* after the referral; null when they are not met or unknown. Policy 6: a referral made while
 * criteria are still met is not paused.
 */
export const metAgainSince = (history: readonly CriteriaFact[], referredAt: string): string | null => {
  const last = history.at(-1);
  const run = last ? currentRun(history, last.at) : null;
  if (!run?.meets || run.since <= referredAt) return null;
  return history.some(({ meets }) => !meets) ? run.since : null;
};

/** When criteria came to be met again, or stopped being met, after the referral; in order, each turn the other way from the one before. */
export const turnsSince = (
  history: readonly CriteriaFact[],
  referredAt: string,
): readonly { readonly meets: boolean; readonly at: string }[] =>
  history
    .map(({ meets, at }) => ({ meets, at }))
    .filter(({ meets }, index) => (index === 0 ? !meets : meets !== history[index - 1]?.meets))
    .filter(({ at }) => compareInstants(at, referredAt) > 0);
