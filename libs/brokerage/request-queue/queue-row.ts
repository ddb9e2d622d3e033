import type { CaseStatus } from '../domain/case-course.js';
import { courseOf, statusOfCase } from '../domain/case-course.js';
import type { CaseFact } from '../domain/case-facts.js';
import { offersShown } from '../domain/market-view.js';
import { awardOf, isLive, missingFields, stageOf, type PlacementRequest } from '../domain/request-state.js';
import { clockOf, type SourcingClock, type TargetHours } from '../domain/sourcing-clock.js';
import { signalsSince, type HospitalSignal } from '../case-mirror/signals.js';

/** A row of the queue (`screens.md` §3): no name, nothing personal. */
export interface QueueRow {
  readonly requestId: string;
  readonly caseId: string;
  readonly state: PlacementRequest['status'];
  readonly serviceType: string;
  readonly outwardPostcode: string | null;
  readonly hoursPerWeek: number | null;
  readonly callsPerDay: number | null;
  readonly carersPerCall: number | null;
  readonly startBy: string | null;
  readonly funding: string | null;
  readonly weeklyCeiling: number | null;
  readonly interimFor: string | null;
  readonly openedBy: 'hand' | 'policy';
  readonly openedAt: string;
  readonly missing: readonly string[];
  readonly clock: SourcingClock;
  readonly counts: {
    readonly sent: number;
    readonly interested: number;
    readonly declined: number;
    readonly offers: number;
    readonly confirmed: number;
    readonly failed: number;
  };
  readonly topDeclineReason: string | null;
  readonly bestOffer: {
    readonly offerId: string;
    readonly providerId: string;
    readonly state: string;
    readonly canStartOn: string;
    readonly weeklyPrice: number;
  } | null;
  readonly broker: string | null;
  readonly awardedProviderId: string | null;
  readonly startsOn: string | null;
  /** The award stands with a provider that may take no new work: the broker decides. */
  readonly awardInDoubt: string | null;
  readonly withdrawnBecause: string | null;
  readonly case: {
    readonly status: CaseStatus;
    readonly hospital: string;
    readonly pathway: number | null;
    readonly expectedDischargeDate: string | null;
    readonly signals: readonly HospitalSignal[];
  } | null;
  readonly updatedAt: string;
}

export const queueRow = (
  request: PlacementRequest,
  facts: readonly CaseFact[],
  targets: TargetHours,
  now: string,
  updatedAt: string,
): QueueRow => {
  const stage = stageOf(request);
  const { details } = stage;
  const offers = offersShown(request);
  const latest = latestResponses(stage.responses);
  const declined = latest.filter((response) => response.response === 'declined');
  const award = request.status === 'withdrawn' ? null : awardOf(stage);
  const course = courseOf(facts);
  const best = [...offers].filter(isLive).sort(byBest)[0];
  return {
    requestId: stage.requestId,
    caseId: stage.caseId,
    state: request.status,
    serviceType: details.serviceType,
    outwardPostcode: details.outwardPostcode ?? null,
    hoursPerWeek: details.hoursPerWeek ?? null,
    callsPerDay: details.callsPerDay ?? null,
    carersPerCall: details.carersPerCall ?? null,
    startBy: details.startBy ?? null,
    funding: details.funding ?? null,
    weeklyCeiling: details.weeklyCeiling ?? null,
    interimFor: details.interimFor ?? null,
    openedBy: stage.openedBy,
    openedAt: stage.openedAt,
    missing: stage.status === 'draft' ? missingFields(details) : [],
    clock: clockOf(request, targets, now),
    counts: {
      sent: new Set(stage.sent.flatMap((sent) => sent.providerIds)).size,
      interested: latest.length - declined.length,
      declined: declined.length,
      offers: offers.filter(isLive).length,
      confirmed: offers.filter((offer) => offer.state === 'confirmed').length,
      failed: stage.failures.length,
    },
    topDeclineReason: mostFrequent(declined.map((response) => response.reason ?? 'other')),
    bestOffer: best
      ? {
          offerId: best.offerId,
          providerId: best.providerId,
          state: best.state,
          canStartOn: best.canStartOn,
          weeklyPrice: best.weeklyPrice,
        }
      : null,
    broker: stage.broker,
    awardedProviderId: award?.providerId ?? null,
    startsOn: award?.startsOn ?? null,
    awardInDoubt: stage.status === 'awarded' && award ? award.flaggedFor : null,
    withdrawnBecause: request.status === 'withdrawn' ? request.because : null,
    case: course
      ? {
          status: statusOfCase(course),
          hospital: course.hospital,
          pathway: course.pathway?.pathway ?? null,
          expectedDischargeDate: course.expectedDischargeDate,
          signals: signalsSince(facts, stage.knownAt),
        }
      : null,
    updatedAt,
  };
};

/** A provider's last word counts. */
const latestResponses = <R extends { readonly providerId: string }>(responses: readonly R[]): readonly R[] => [
  ...new Map(responses.map((response) => [response.providerId, response])).values(),
];

const byBest = (
  a: { state: string; canStartOn: string; weeklyPrice: number },
  b: { state: string; canStartOn: string; weeklyPrice: number },
): number =>
  Number(b.state === 'confirmed') - Number(a.state === 'confirmed') ||
  a.canStartOn.localeCompare(b.canStartOn) ||
  a.weeklyPrice - b.weeklyPrice;

const mostFrequent = (words: readonly string[]): string | null => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b))[0]?.[0] ?? null;
};
