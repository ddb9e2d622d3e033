import {
  type CivilDate,
  defaultOwnerOf,
  effectiveHistory,
  familyOf,
  type Instant,
  londonDate,
  spanOf,
} from '#libs/nhs/index.js';
import { type CaseAsKnown, dischargeInstant, pathwayOfDelays } from './case-history.js';
import { criteriaOfStay, type StayParts } from './stay-fact.js';

/** One delay of a case as a span of time, with what it can be grouped by (metrics.md §3). */
export interface DelayRow {
  readonly delayId: string;
  readonly caseId: string;
  readonly personId: string;
  readonly stayId: string | null;
  readonly reason: string;
  readonly family: string | null;
  readonly owner: string | null;
  readonly from: Instant;
  readonly to: Instant | null;
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate | null;
  readonly hospital: string | null;
  readonly ward: string | null;
  readonly authority: string | null;
  readonly pathway: number | null;
  readonly sex: string | null;
  readonly ageYears: number | null;
  readonly ageOn: CivilDate | null;
}

/**
 * The delays of one case that opened. `cases` are all that belong to the same stay (their criteria count together). A death recorded of the person ends a span
 * too; it is joined when counting.
 */
export const delayRowsOf = (
  known: CaseAsKnown,
  stay: StayParts | null,
  cases: readonly CaseAsKnown[],
): readonly DelayRow[] => {
  // A cancelled stay never was and counts nowhere (metrics.md §1), so nobody waited in it.
  if (known.delays.length === 0 || stay?.status === 'cancelled') return [];
  const criteriaHistory = stay
    ? criteriaOfStay(stay, cases.length === 0 ? [known] : cases).entries
    : effectiveHistory(known.criteria);
  const ofStay = stay && { dischargedAt: stay.status === 'discharged' ? stay.dischargedAt : null };
  const discharge = dischargeInstant(known, ofStay);
  return known.delays.flatMap((delay) => {
    const span = spanOf({
      start: delay.startedAt,
      anticipated: delay.anticipated,
      endedAt: delay.endedAt,
      criteriaHistory,
      ends: { discharge, close: known.endedAt, death: stay?.diedAt ?? null },
    });
    if (!span) return [];
    return [
      {
        delayId: delay.delayId,
        caseId: known.caseId,
        personId: stay?.personId ?? known.personId ?? known.caseId,
        stayId: known.stayId,
        reason: delay.reason,
        family: familyOf(delay.reason) ?? null,
        owner: delay.owner ?? defaultOwnerOf(delay.reason) ?? null,
        from: span.from,
        to: span.to,
        fromOn: londonDate(span.from),
        toOn: span.to === null ? null : londonDate(span.to),
        hospital: stay?.hospital ?? known.hospital,
        ward: stay?.wards.at(-1)?.ward ?? known.ward,
        authority: known.homeAuthority ?? stay?.homeAuthority ?? null,
        pathway: pathwayOfDelays(known, discharge),
        sex: stay?.sex ?? null,
        ageYears: stay?.age?.years ?? null,
        ageOn: stay?.age?.on ?? null,
      },
    ];
  });
};
