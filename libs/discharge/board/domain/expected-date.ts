import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { Facts } from './counting.js';

export interface ExpectedDate {
  readonly date: string | null;
  readonly at: string;
  readonly by: 'referral' | 'team' | 'ward';
}

/**
 * Every expected discharge date up to `asOf`, the last of which holds, whoever set it: a ward's A25 clears the team's date too
 * (api.md, "How messages become stays"). In the order of when they were set, not of when news of them came, so that late or
 * repeated messages of a ward change nothing.
 */
export const expectedDates = (facts: Facts, stay: StayBlock | null, asOf: string): readonly ExpectedDate[] => {
  const referral = facts.last('CaseReferred');
  const dates: ExpectedDate[] = [
    ...(stay?.expectedDates ?? []).map(({ date, at }): ExpectedDate => ({ date, at, by: 'ward' })),
    ...(referral?.data.expectedDischargeDate
      ? [{ date: referral.data.expectedDischargeDate, at: referral.occurredAt, by: 'referral' as const }]
      : []),
    ...facts
      .of('ExpectedDischargeDateChanged')
      .map((fact): ExpectedDate => ({ date: fact.data.date, at: fact.occurredAt, by: 'team' })),
  ];
  return dates.filter(({ at }) => at <= asOf).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
};

/** A slip is a change to a later date (api.md, "On a row"). Setting a date anew after it was cleared is none. */
export const slipsOf = (dates: readonly ExpectedDate[]): number =>
  dates.filter(({ date }, index) => {
    const before = dates[index - 1]?.date ?? null;
    return date !== null && before !== null && date > before;
  }).length;
