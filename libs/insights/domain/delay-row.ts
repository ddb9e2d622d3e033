import {
  type CivilDate,
  criteriaOf,
  type CriteriaFact,
  defaultOwnerOf,
  familyOf,
  type Instant,
  londonDate,
  type Span,
  spanOf,
} from '#libs/nhs/index.js';
import { type CaseAsKnown, dischargeInstant, pathwayOfDelays } from './case-history.js';
import { criteriaFactsOf, liesAhead, type StayParts } from './stay-fact.js';

/** All that the span of a delay is worked out from. */
export interface DelayBasis {
  readonly start: Instant;
  readonly anticipated: boolean;
  readonly endedAt: Instant | null;
  readonly ends: {
    readonly discharge: Instant | null;
    readonly close: Instant | null;
    readonly death: Instant | null;
  };
  readonly criteria: readonly CriteriaFact[];
  readonly admittedAt: Instant | null;
  readonly dischargedAt: Instant | null;
}

/** The span of a delay as it looks at a moment of knowing (a ready date that lies ahead of it is a fault); null = all days have come. */
export const delaySpanOf = (basis: DelayBasis, knownAt: Instant | null): Span | null => {
  const { criteria, admittedAt, dischargedAt, ...question } = basis;
  return spanOf({ ...question, criteriaHistory: criteriaOf(criteria, { admittedAt, dischargedAt, knownAt }).entries });
};

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
  /** Held only while a ready date lies ahead of what was known: when the delay opened then depends on the day of asking. */
  readonly unsettled: DelayBasis | null;
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
 * too; it is joined when counting. `recordedAt` is when the last of that was known.
 */
export const delayRowsOf = (
  known: CaseAsKnown,
  stay: StayParts | null,
  cases: readonly CaseAsKnown[],
  recordedAt: Instant,
): readonly DelayRow[] => {
  // A cancelled stay never was and counts nowhere (metrics.md §1), so nobody waited in it.
  if (known.delays.length === 0 || stay?.status === 'cancelled') return [];
  const dischargedAt = stay?.status === 'discharged' ? stay.dischargedAt : null;
  const discharge = dischargeInstant(known, stay && { dischargedAt });
  const criteria = stay ? criteriaFactsOf(stay, cases.length === 0 ? [known] : cases) : known.criteria;
  const ahead = liesAhead(criteria, londonDate(recordedAt), { dischargedAt });
  return known.delays.flatMap((delay) => {
    const basis: DelayBasis = {
      start: delay.startedAt,
      anticipated: delay.anticipated,
      endedAt: delay.endedAt,
      ends: { discharge, close: known.endedAt, death: stay?.diedAt ?? null },
      criteria,
      admittedAt: stay?.admittedAt ?? null,
      dischargedAt: stay?.dischargedAt ?? null,
    };
    const settled = delaySpanOf(basis, null);
    if (!settled && !ahead) return [];
    const span = settled ?? { from: delay.startedAt, to: delay.startedAt };
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
        unsettled: ahead ? basis : null,
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
