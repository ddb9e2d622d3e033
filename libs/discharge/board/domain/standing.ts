import type { Facts } from './counting.js';
import type { CaseFact } from './history.js';
import type { WardSays } from './linked-stay.js';

export const openStatuses = ['referred', 'accepted', 'active', 'paused'] as const;
export const caseStatuses = [...openStatuses, 'discharged', 'withdrawn', 'closed'] as const;
export type CaseStatus = (typeof caseStatuses)[number];

export const isOpenStatus = (status: CaseStatus): boolean => openStatuses.some((open) => open === status);

/** How a case ended, and when that was true. A case on a cancelled admission never had anything to end: `at` is null. */
export interface Ending {
  readonly status: 'discharged' | 'withdrawn' | 'closed';
  readonly by: 'ward' | 'hand' | 'death' | 'merged' | 'admission-cancelled';
  readonly at: string | null;
}

export interface End {
  readonly ending: Ending | null;
  /** Left hospital, alive or dead, or null: ends the length of stay. */
  readonly leftAt: string | null;
  /** The team says discharged, and the ward still has the person in a bed. */
  readonly contradictory: boolean;
}

export interface Standing extends End {
  readonly status: CaseStatus;
}

/** The last of these in the order of recording, unless something recorded later takes it back. A taking back holds at every `asOf`. */
const unlessTakenBack = <F extends CaseFact>(facts: readonly F[], takenBack: readonly CaseFact[]): F | undefined => {
  const last = facts.reduce<F | undefined>((a, b) => (a && a.revision > b.revision ? a : b), undefined);
  return last && takenBack.some((fact) => fact.revision > last.revision) ? undefined : last;
};

/** Whatever `endedFrom` looks at. */
export const endingFacts = [
  'ReferralWithdrawn',
  'CaseClosed',
  'CaseReopened',
  'CaseDischarged',
  'DischargeReversed',
] as const satisfies readonly CaseFact['type'][];

interface Claim {
  readonly ending: Ending;
  /** Of two at the same instant the lower comes first: a death is not a discharge. */
  readonly order: number;
}

/** Everything that says the case ended, in the order in which it was true. */
const claims = (facts: Facts, ward: WardSays | null): readonly Claim[] => {
  const undone = (what: string): readonly CaseFact[] =>
    facts.of('CaseReopened').filter((fact) => fact.data.undoes === what);
  const found: Claim[] = [];
  const claim = (order: number, status: Ending['status'], by: Ending['by'], at: string | null | undefined): void => {
    if (at) found.push({ order, ending: { status, by, at } });
  };
  const closings = facts.of('CaseClosed');
  // A death that a person entered is theirs to take back, not the ward's.
  const death = unlessTakenBack(
    closings.filter((fact) => fact.data.by === 'death' && fact.byPolicy),
    undone('death'),
  );
  const byHand = closings.find((fact) => fact.data.by === 'hand' || (fact.data.by === 'death' && !fact.byPolicy));
  const deaths = [ward?.diedAt, death && (death.data.diedAt ?? death.occurredAt)].filter(
    (at) => typeof at === 'string',
  );
  claim(0, 'closed', 'death', deaths.sort()[0]);
  claim(1, 'withdrawn', 'hand', facts.of('ReferralWithdrawn').find((fact) => fact.data.by === 'hand')?.occurredAt);
  claim(2, 'closed', byHand?.data.by ?? 'hand', byHand?.occurredAt);
  const merged = unlessTakenBack(
    closings.filter((fact) => fact.data.by === 'merged'),
    undone('merged'),
  );
  claim(3, 'closed', 'merged', merged?.occurredAt);
  const discharge = dischargeOf(facts, ward);
  claim(4, 'discharged', discharge?.by ?? 'ward', discharge?.at);
  return found.sort((a, b) => {
    const [left, right] = [a.ending.at ?? '', b.ending.at ?? ''];
    return left < right ? -1 : left > right ? 1 : a.order - b.order;
  });
};

/** What the linked stay says overrides a discharge by hand (api.md, "A case and its stay"). */
const dischargeOf = (facts: Facts, ward: WardSays | null): { by: 'ward' | 'hand'; at: string } | null => {
  if (ward?.dischargedAt) return { by: 'ward', at: ward.dischargedAt };
  if (ward?.diedAt) return null;
  // Without a stay to ask, what was written of it stands.
  const standing = unlessTakenBack(
    facts.of('CaseDischarged').filter((fact) => fact.data.by === 'hand' || ward === null),
    facts.of('DischargeReversed'),
  );
  return standing ? { by: standing.data.by, at: standing.data.dischargedAt } : null;
};

/** What may follow an end: a discharged case may still be withdrawn or closed, a withdrawn one closed by hand. */
const follows = (before: Ending | null, next: Ending): boolean =>
  before === null ||
  (before.status === 'discharged' && next.status !== 'discharged') ||
  (before.status === 'withdrawn' && next.status === 'closed' && next.by === 'hand');

/**
 * From when on no row of this case is open, by what the case's own stream says; null while it is. For choosing which histories
 * to read: what the stay says is written into the stream by policy, so this follows within moments.
 */
export const endedFrom = (facts: Facts): string | null => {
  if (cancelledBy(facts, null)) return facts.last('CaseReferred')?.occurredAt ?? null;
  return claims(facts, null)[0]?.ending.at ?? null;
};

/** Whether the case had ended at `asOf`. `facts` are what is known and not in error; `ward` is what the linked stay says, null without one. */
export const endAt = (facts: Facts, ward: WardSays | null, asOf: string): End => {
  const all = claims(facts, ward).filter(({ ending }) => !(cancelledBy(facts, ward) && ending.status === 'discharged'));
  let ending: Ending | null = null;
  for (const { ending: next } of all) if ((next.at ?? '') <= asOf && follows(ending, next)) ending = next;
  // A cancelled admission counts at every asOf, but takes back no decision of the team's own.
  if (ending === null && cancelledBy(facts, ward)) {
    ending = { status: 'withdrawn', by: 'admission-cancelled', at: null };
  }
  const left = all.find(
    ({ ending: { status, by, at } }) => (status === 'discharged' || by === 'death') && (at ?? '') <= asOf,
  );
  return {
    ending,
    leftAt: left?.ending.at ?? null,
    contradictory: ward !== null && ending?.status === 'discharged' && ending.by === 'hand',
  };
};

/**
 * How the case stands at `asOf`. Whether criteria are met again is asked of the criteria and not of the pauses that policy 6 wrote: it
 * writes none for a case that had ended when the news came, and none of a time before the last, but late news changes what was true then.
 */
export const standingAt = (facts: Facts, end: End, metAgain: boolean, asOf: string): Standing => ({
  ...end,
  status: end.ending?.status ?? openStatusAt(facts, metAgain, asOf),
});

/** The stay decides where there is one; else what was written when it was cancelled. */
const cancelledBy = (facts: Facts, ward: WardSays | null): boolean =>
  ward
    ? ward.cancelled
    : unlessTakenBack(
        facts.of('ReferralWithdrawn').filter((fact) => fact.data.by === 'admission-cancelled'),
        facts.of('CaseReopened').filter((fact) => fact.data.undoes === 'admission-cancelled'),
      ) !== undefined;

const openStatusAt = (facts: Facts, metAgain: boolean, asOf: string): CaseStatus => {
  const happened = (type: CaseFact['type']): boolean => facts.of(type).some((fact) => fact.occurredAt <= asOf);
  if (metAgain || isPausedByHand(facts, asOf)) return 'paused';
  // A pathway, delay or action makes a case active (api.md, "A case and its stay").
  if (happened('PathwayAssigned') || happened('DelayStarted') || happened('ActionRaised')) return 'active';
  return happened('CaseAccepted') ? 'accepted' : 'referred';
};

/** A pause by hand is another thing than one by criteria, and only a hand lifts it (policy 6). */
const isPausedByHand = (facts: Facts, asOf: string): boolean => {
  const lastBy = (type: 'CasePaused' | 'CaseResumed') =>
    facts
      .of(type)
      .filter((fact) => fact.data.by === 'hand' && fact.occurredAt <= asOf)
      .at(-1);
  const [paused, resumed] = [lastBy('CasePaused'), lastBy('CaseResumed')];
  if (!paused) return false;
  if (!resumed) return true;
  return (
    resumed.occurredAt < paused.occurredAt ||
    (resumed.occurredAt === paused.occurredAt && resumed.revision < paused.revision)
  );
};
