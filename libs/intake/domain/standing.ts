import type { StayAction, StayFact } from './stay-fact.js';

export interface Standing {
  /** Every admission was taken back, and none was recorded since; or it was only planned, and the plan was called off. */
  readonly cancelled: boolean;
  /** Admissions that stand, by recorded time; of a cancelled stay those that were taken back, because it keeps its last state. */
  readonly admissions: readonly StayFact[];
  /** What ended the stay and stands, by recorded time. */
  readonly discharges: readonly StayFact[];
  /** The facts whose words on the admission (PV1-4, 14, 44) count. */
  readonly sayingAdmission: readonly StayFact[];
  /** The facts whose words on the discharge (PV1-36, 37, 45) count: a cancelled discharge takes back what it set, corrections of it too. */
  readonly sayingDischarge: readonly StayFact[];
  readonly isVoided: (fact: StayFact) => boolean;
  /** Source recorded time of the latest message that said that the admission, or the discharge, never was. */
  readonly admissionCancelledAt: string | null;
  readonly dischargeCancelledAt: string | null;
}

const of = (facts: readonly StayFact[], ...actions: readonly StayAction[]): readonly StayFact[] =>
  facts.filter((fact) => actions.includes(fact.action));

/**
 * Each cancel, in recorded order, takes back the latest (by event time) of what is not yet taken back and was recorded no later than the cancel itself.
 * Whichever arrives first does not matter (api.md: A12; the same for the cancels of leave). `since`: from when on a fact counts for the stay, where that is not when it was recorded.
 */
export const takenBack = (
  recorded: readonly StayFact[],
  happened: readonly StayFact[],
  action: StayAction,
  cancel: StayAction,
  since: (fact: StayFact) => string = ({ recorded: at }) => at,
): ReadonlySet<StayFact> => {
  const gone = new Set<StayFact>();
  const candidates = of(happened, action);
  for (const { recorded: cancelledAt } of of(recorded, cancel)) {
    const latest = candidates.findLast((fact) => since(fact) <= cancelledAt && !gone.has(fact));
    if (latest) gone.add(latest);
  }
  return gone;
};

/** Whether the fact ended the stay: a discharge (A03), or an inpatient who became an outpatient (A07). */
export const endsStay = ({ action }: StayFact): boolean => action === 'discharge' || action === 'become-outpatient';

/** A13 voids every end of the stay recorded no later than it was. Whoever became an outpatient and was admitted after that (A06) is in again, too. */
const lastReopened = (recorded: readonly StayFact[], admissions: readonly StayFact[]): string => {
  const cancelledAt = of(recorded, 'cancel-discharge').at(-1)?.recorded ?? '';
  const backIn = admissions.at(-1)?.recorded ?? '';
  const wasOut = of(recorded, 'become-outpatient').some((fact) => fact.recorded < backIn);
  return wasOut && backIn > cancelledAt ? backIn : cancelledAt;
};

/** When the plan of a stay that nobody was admitted to was called off (A38); empty when it stands or there was none. */
const planCancelled = (recorded: readonly StayFact[], admissions: readonly StayFact[]): string => {
  const cancelledAt = of(recorded, 'cancel-plan').at(-1)?.recorded ?? '';
  const plannedAt = of(recorded, 'plan').at(-1)?.recorded ?? '';
  return admissions.length === 0 && plannedAt <= cancelledAt ? cancelledAt : '';
};

/** What of a stay stands after all cancels. Facts come in recorded order. */
export const standing = (recorded: readonly StayFact[]): Standing => {
  // A11 and A23 void every admission, A13 every discharge, recorded no later than they were (api.md); so the latest cancel decides.
  const admissionCancelledAt = of(recorded, 'cancel-admission').at(-1)?.recorded ?? '';
  const admissions = of(recorded, 'admit');
  const standingAdmissions = admissions.filter((fact) => fact.recorded > admissionCancelledAt);
  const voided = admissionCancelledAt !== '' && standingAdmissions.length === 0;
  const reinstated = admissionCancelledAt !== '' && !voided;
  const dischargeCancelledAt = lastReopened(recorded, standingAdmissions);
  const afterDischargeCancel = recorded.filter((fact) => fact.recorded > dischargeCancelledAt);
  const planCancelledAt = voided ? '' : planCancelled(recorded, admissions);
  const saidSince = reinstated ? admissionCancelledAt : planCancelledAt;
  const sayingAdmission = saidSince === '' ? recorded : recorded.filter((fact) => fact.recorded > saidSince);

  return {
    cancelled:
      voided || (planCancelledAt !== '' && !sayingAdmission.some((fact) => typeof fact.admittedAt === 'string')),
    admissions: voided ? admissions : standingAdmissions,
    discharges: afterDischargeCancel.filter(endsStay),
    sayingAdmission,
    sayingDischarge: afterDischargeCancel,
    isVoided: (fact) =>
      (fact.action === 'admit' && reinstated && fact.recorded <= admissionCancelledAt) ||
      (fact.action === 'discharge' && fact.recorded <= dischargeCancelledAt),
    admissionCancelledAt: admissionCancelledAt || null,
    dischargeCancelledAt: dischargeCancelledAt || null,
  };
};
