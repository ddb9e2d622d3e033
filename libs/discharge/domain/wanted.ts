import { addDays, compareInstants, followUpDays, londonDate } from '#libs/nhs/index.js';
import { comparePositions } from '#libs/event-store/port.js';
import { endedByHandAt, type CaseBody, type Discharge } from './case-state.js';
import { criteriaHistoryOf, metAgainSince, turnsSince } from './criteria.js';
import { linkOf } from './link.js';
import { deathOf, dischargeAlive, type Death, type Stays, type WardStay } from './ward.js';

/** What is known of a person: their stays, records of death, and all their cases. */
export interface PersonFacts {
  readonly stays: Stays;
  readonly deaths: readonly Death[];
  readonly cases: readonly CaseBody[];
}

/** How a case ought to stand after the ward's and the person's facts, whatever order they were heard in. */
export interface Wanted {
  readonly stay: WardStay | null;
  readonly discharge: Discharge | null;
  readonly admissionCancelled: boolean;
  readonly death: Death | null;
  readonly mergedInto: string | null;
  /** Criteria to reside are met again, since then. */
  readonly metAgainSince: string | null;
  /** The start of the current run of "not met". */
  readonly notMetSince: string | null;
  /** Every time since the referral that criteria were met again, or no longer. */
  readonly criteriaTurns: readonly { readonly meets: boolean; readonly at: string }[];
  /** Stay id and admission of each readmission before day 91. */
  readonly readmissions: ReadonlyMap<string, string>;
}

/** The team's own discharge, unless the ward has since said that the person was not discharged (A13 of a later time). */
export const standingHandDischarge = (body: CaseBody, stay: WardStay | null): Discharge | null => {
  const byHand = body.dischargedByHand;
  const cancelledAt = stay?.dischargeCancelledAt ?? null;
  return byHand && (cancelledAt === null || compareInstants(cancelledAt, byHand.dischargedAt) < 0) ? byHand : null;
};

const wantedDischarge = (body: CaseBody, stay: WardStay | null, death: Death | null): Discharge | null => {
  const alive = stay ? dischargeAlive(stay, death) : null;
  const byWard: Discharge | null = stay && alive ? { by: 'ward', stayId: stay.block.stayId, ...alive } : null;
  const byHand = standingHandDischarge(body, stay);
  const diedFirst = byHand && death?.diedAt && compareInstants(death.diedAt, byHand.dischargedAt) <= 0;
  const discharge = byWard ?? (diedFirst ? null : byHand);
  // A case that the team ended before the person left was not discharged (metrics.md §2, after the table).
  const endedAt = endedByHandAt(body);
  return discharge && endedAt !== null && compareInstants(endedAt, discharge.dischargedAt) < 0 ? null : discharge;
};

/** A death closes the case unless the team had ended it before the person died. */
const diedBeforeEnd = (body: CaseBody, death: Death | null): boolean => {
  const endedAt = endedByHandAt(body);
  if (!death || endedAt === null) return death !== null;
  return death.diedAt !== null && compareInstants(death.diedAt, endedAt) <= 0;
};

const earlierFirst = (a: CaseBody, b: CaseBody): number =>
  compareInstants(a.referredAt, b.referredAt) || comparePositions(a.referralPosition, b.referralPosition);

/**
 * The case that stays when several are on one stay: that of the earliest referral. A case the team has ended lets go of the stay, so
 * that the person can be referred anew; but a case once closed as merged into it does not come back for that.
 */
const keptInstead = (body: CaseBody, stay: WardStay | null, facts: PersonFacts): string | null => {
  if (!stay) return null;
  const holds = (other: CaseBody): boolean =>
    body.mergedInto?.caseId === other.caseId ||
    (endedByHandAt(other) === null && standingHandDischarge(other, stay) === null);
  const [first] = facts.cases
    .filter((other) => other.caseId !== body.caseId && earlierFirst(other, body) < 0 && holds(other))
    .filter((other) => stayOf(other, facts)?.block.stayId === stay.block.stayId)
    .sort(earlierFirst);
  return first?.caseId ?? null;
};

/** The stay a case belongs to (`linkOf`). */
export const stayOf = (body: CaseBody, facts: Pick<PersonFacts, 'stays'>): WardStay | null =>
  linkOf({ hospital: body.hospital, at: body.referredAt }, facts.stays);

const readmissionsAfter = (discharge: Discharge | null, stay: WardStay | null, stays: Stays): Map<string, string> => {
  const found = new Map<string, string>();
  if (!discharge) return found;
  const day91 = addDays(londonDate(discharge.dischargedAt), followUpDays);
  for (const { block } of stays.values()) {
    const { stayId, status, admittedAt } = block;
    if (stayId === stay?.block.stayId || admittedAt === null || (status !== 'open' && status !== 'discharged'))
      continue;
    const after = compareInstants(admittedAt, discharge.dischargedAt) > 0;
    if (after && londonDate(admittedAt) < day91) found.set(stayId, admittedAt);
  }
  return found;
};

/** Works out how the case ought to stand. `now` is when the newest of the facts was known. */
export const wantedOf = (body: CaseBody, facts: PersonFacts, now: string): Wanted => {
  const stay = stayOf(body, facts);
  const death = deathOf(facts.stays, facts.deaths);
  const mergedInto = keptInstead(body, stay, facts);
  const endedByHand = endedByHandAt(body) !== null;
  const voided = stay?.block.status === 'cancelled';
  const discharge = voided || mergedInto !== null ? null : wantedDischarge(body, stay, death);
  const history = criteriaHistoryOf(body, stay, now);
  const last = history.at(-1);
  const run = last && !last.meets ? history.slice(history.findLastIndex(({ meets }) => meets) + 1)[0] : undefined;
  return {
    stay,
    discharge,
    admissionCancelled: voided && !endedByHand && mergedInto === null,
    death: diedBeforeEnd(body, death) ? death : null,
    mergedInto: endedByHand ? null : mergedInto,
    metAgainSince: metAgainSince(history, body.referredAt),
    notMetSince: run?.at ?? null,
    criteriaTurns: turnsSince(history, body.referredAt),
    readmissions: readmissionsAfter(discharge, stay, facts.stays),
  };
};
