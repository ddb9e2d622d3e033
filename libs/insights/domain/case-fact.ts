import type { CivilDate, Instant } from '#libs/nhs/index.js';
import { type CaseAsKnown, countsAsDischarged, dischargeInstant, pathwayOfDelays } from './case-history.js';
import type { StayFact } from './stay-fact.js';

/** What is read of the stay of a case. */
type StayOfCase = Pick<
  StayFact,
  'personId' | 'hospital' | 'ward' | 'authority' | 'sex' | 'ageYears' | 'ageOn' | 'dischargedAt' | 'alive'
>;

/** A case with its stay as the figures of care count it, worked out from one state of the log. */
export interface CaseFact {
  /** Of the stay it belongs to, where that is known. */
  readonly stayId: string | null;
  /** As the stay says, else as the referral does. */
  readonly personId: string | null;
  readonly hospital: string | null;
  readonly ward: string | null;
  /** As the referral says, and as the stay does. */
  readonly homeAuthority: string | null;
  readonly stayAuthority: string | null;
  readonly sex: string | null;
  readonly ageYears: number | null;
  readonly ageOn: CivilDate | null;
  /** As `delay.*` counts it: at discharge, else the latest. */
  readonly pathway: number | null;
  /** When it left hospital. */
  readonly leftAt: Instant | null;
  /** So says its stay: whoever died by then did not leave. Else the discharge was recorded by hand. */
  readonly leftByStay: boolean;
}

const leftOf = (known: CaseAsKnown, stay: StayOfCase | null): Pick<CaseFact, 'leftAt' | 'leftByStay'> => {
  const byStay = stay?.dischargedAt ?? null;
  if (stay === null || byStay === null) return { leftAt: dischargeInstant(known, stay), leftByStay: false };
  const counts = stay.alive && countsAsDischarged(known, byStay);
  return { leftAt: counts ? byStay : null, leftByStay: counts };
};

export const caseFactOf = (known: CaseAsKnown, stay: StayOfCase | null): CaseFact => ({
  stayId: stay === null ? null : known.stayId,
  personId: stay?.personId ?? known.personId,
  hospital: stay?.hospital ?? known.hospital,
  ward: stay?.ward ?? known.ward,
  homeAuthority: known.homeAuthority,
  stayAuthority: stay?.authority ?? null,
  sex: stay?.sex ?? null,
  ageYears: stay?.ageYears ?? null,
  ageOn: stay?.ageOn ?? null,
  pathway: pathwayOfDelays(known, stay?.dischargedAt ?? null),
  ...leftOf(known, stay),
});
