import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { daysBetween, lengthOfStay, londonDate, type KnownAge } from '#libs/nhs/index.js';
import { metAgainSince } from '../../domain/criteria.js';
import { actionsAt, dueBy, nextAction, type Action } from './actions.js';
import { brokerageAt, type BrokerageAt } from './brokerage.js';
import { Facts, knownFacts } from './counting.js';
import { criteriaAt, type CriteriaAt } from './criteria.js';
import { delaysAt, openDelays, type OpenDelay } from './delays.js';
import { expectedDates, slipsOf } from './expected-date.js';
import {
  isKnown,
  type CaseFact,
  type CaseHistory,
  type Clocks,
  type RequestFact,
  type StayVersion,
  type StayVersions,
} from './history.js';
import { linkedStay, wardSays, whereabouts } from './linked-stay.js';
import { ragOf, type FeedOfRow, type Rag } from './rag.js';
import { endAt, isOpenStatus, standingAt, type CaseStatus, type Standing } from './standing.js';

export type { FeedOfRow } from './rag.js';

/** A row as api.md gives it ("a board row"), before the edge puts a name to it. Texts may still be sealed. */
export interface Row {
  readonly caseId: string;
  readonly stayId: string | null;
  /** The id of that day: resolve it when reading. */
  readonly personId: string;
  readonly hospital: string;
  readonly ward: string | null;
  readonly bed: string | null;
  /** When the person came to this place, if that was a move within the last 24 hours. */
  readonly movedAt: string | null;
  readonly homeAuthority: string | null;
  readonly status: CaseStatus;
  readonly referredAt: string;
  readonly admittedAt: string | null;
  readonly losDays: number | null;
  readonly criteriaToReside: { readonly meets: boolean; readonly since: string } | null;
  readonly dischargeReadyDate: string | null;
  readonly daysSinceReady: number | null;
  readonly pathway: number | null;
  readonly pathwayDecidedAt: string | null;
  readonly expectedDischargeDate: string | null;
  readonly slips: number;
  readonly delays: readonly OpenDelay[];
  readonly owner: { readonly organisation: string; readonly person: string } | null;
  readonly nextAction: Pick<Action, 'actionId' | 'what' | 'owner' | 'due'> | null;
  readonly brokerage: BrokerageAt | null;
  readonly flags: readonly string[];
  readonly escalation: number | null;
  readonly identityToConfirm: boolean;
  readonly readyDateFaults: number;
  /** How it ended, where it did. */
  readonly ended: { readonly by: string; readonly at: string | null } | null;
  readonly rag: Rag | null;
  readonly ragReason: string | null;
  /** The ward feed of its hospital: how fresh the row can be. */
  readonly feed: FeedOfRow;
  readonly updatedAt: string;
  /** Only where nobody gave a birth date: the edge knows better. */
  readonly stayAge: KnownAge | null;
}

/** What the pure parts below work on: the facts that count, and the stay they stand on. */
export interface CaseAt {
  readonly clocks: Clocks;
  readonly facts: Facts;
  readonly inError: ReadonlySet<string>;
  readonly stayVersion: StayVersion | undefined;
  /** The stay, once it had begun: an admission that was still to come had not happened, and nothing that was said of it counts. */
  readonly begun: StayBlock | null;
  readonly standing: Standing;
  readonly criteria: CriteriaAt;
}

/** The case at `asOf`, as known at `knownAt`; null before it was referred, before that was known, and when the referral was a mistake. */
export const caseAt = (history: CaseHistory, stays: StayVersions, clocks: Clocks): CaseAt | null => {
  const counting = knownFacts(history.facts, clocks);
  const facts = new Facts(counting.facts);
  const referral = facts.last('CaseReferred');
  if (!referral || referral.occurredAt > clocks.asOf) return null;
  const stayVersion = linkedStay(facts, stays, clocks);
  const stay = stayVersion?.block ?? null;
  const end = endAt(facts, stay && wardSays(stay), clocks.asOf);
  const begun = stay && (stay.status === 'cancelled' || (stay.admittedAt ?? '') <= clocks.asOf) ? stay : null;
  const criteria = criteriaAt(facts, begun, counting.inError, { ...clocks, leftAt: end.leftAt });
  const metAgain = metAgainSince(criteria.history, referral.occurredAt) !== null;
  const standing = standingAt(facts, end, metAgain, clocks.asOf);
  return { clocks, facts, inError: counting.inError, stayVersion, begun, standing, criteria };
};

export interface RowContext {
  readonly feed?: FeedOfRow;
}

/**
 * The heart of the product: one case as the board showed, or should have shown, it.
 * Entries count when they were true by `asOf` and known by `knownAt`; a correction counts at every `asOf`, from its own
 * `recordedAt` (api.md, "Time"). Pure: the same history gives the same row, for ever. Null = no row then.
 */
export const rowAt = (
  history: CaseHistory,
  stays: StayVersions,
  clocks: Clocks,
  context: RowContext = {},
): Row | null => {
  const at = caseAt(history, stays, clocks);
  return at && rowOf(history, at, context);
};

export const rowOf = (history: CaseHistory, at: CaseAt, context: RowContext): Row | null => {
  const { clocks, facts, standing, stayVersion, begun, criteria } = at;
  const { asOf } = clocks;
  const referral = facts.last('CaseReferred');
  if (!referral) return null;
  const stay = stayVersion?.block ?? null;
  const place = begun && whereabouts(begun, asOf);
  const pathway = facts.of('PathwayAssigned').findLast((fact) => fact.occurredAt <= asOf);
  const worker = facts.of('CaseWorkerAssigned').findLast((fact) => fact.occurredAt <= asOf);
  const dates = expectedDates(facts, begun, asOf);
  const expectedDischargeDate = dates.at(-1)?.date ?? null;
  const slips = slipsOf(dates);
  const action = nextAction(actionsAt(facts, asOf));
  const brokerage = brokerageAt(history.requests, clocks);
  const today = londonDate(asOf);
  const left = standing.leftAt !== null ? londonDate(standing.leftAt) : null;
  const open = isOpenStatus(standing.status);
  const { feed = { state: 'live', since: null } } = context;
  const rag = open
    ? ragOf({
        asOf,
        notMetSince: criteria.toReside && !criteria.toReside.meets ? criteria.toReside.since : null,
        hasOwner: worker !== undefined,
        actionOverdue: action !== null && dueBy(action.due) < asOf,
        expectedDischargeDate,
        ready: isReady(pathway?.data.pathway ?? null, brokerage, today),
        slips,
        onlyProvisionalOffer: brokerage?.state === 'offered' && brokerage.confirmedOffers === 0,
        identityToConfirm: stay?.identityToConfirm ?? false,
        contradictory: standing.contradictory,
        feed,
      })
    : null;
  return {
    caseId: history.caseId,
    stayId: begun?.stayId ?? null,
    personId: history.personId,
    hospital: begun?.hospital ?? referral.data.hospital,
    ward: place ? place.ward : referral.data.ward,
    bed: place?.bed ?? null,
    movedAt: movedAt(begun?.locations ?? [], place?.from ?? null, asOf),
    homeAuthority: referral.data.homeAuthority,
    status: standing.status,
    referredAt: referral.occurredAt,
    admittedAt: begun?.admittedAt ?? null,
    losDays: begun ? lengthOfStay({ admittedAt: begun.admittedAt, dischargedAt: standing.leftAt }, today) : null,
    criteriaToReside: criteria.toReside,
    dischargeReadyDate: criteria.readyDate,
    daysSinceReady:
      criteria.readyDate === null
        ? null
        : daysBetween(criteria.readyDate, left !== null && left < today ? left : today),
    pathway: pathway?.data.pathway ?? null,
    pathwayDecidedAt: pathway?.occurredAt ?? null,
    expectedDischargeDate,
    slips,
    delays: openDelays(delaysOfCase(at), asOf),
    owner: worker ? { organisation: worker.data.organisation, person: worker.data.worker } : null,
    nextAction: action && { actionId: action.actionId, what: action.what, owner: action.owner, due: action.due },
    brokerage,
    flags: referral.data.flags,
    escalation: highestEscalation(facts, asOf),
    identityToConfirm: stay?.identityToConfirm ?? false,
    readyDateFaults: criteria.faults,
    ended: standing.ending && { by: standing.ending.by, at: standing.ending.at },
    rag: rag?.rag ?? null,
    ragReason: rag?.ragReason ?? null,
    feed,
    updatedAt: updatedAt(history, at),
    stayAge: begun?.age ?? null,
  };
};

export const delaysOfCase = ({ facts, criteria, standing, clocks }: CaseAt) =>
  delaysAt(facts, criteria.history, standing.ending, standing.leftAt, clocks.asOf);

/** Ready to leave: nothing needs arranging on pathway 0, and on the others care is found that has begun by today. */
const isReady = (pathway: number | null, brokerage: BrokerageAt | null, today: string): boolean =>
  pathway === 0 || (brokerage !== null && brokerage.startsOn !== null && brokerage.startsOn <= today);

/** The admission's own place is no move. */
const movedAt = (locations: readonly { from: string }[], from: string | null, asOf: string): string | null =>
  from !== null && from !== locations[0]?.from && Date.parse(asOf) - Date.parse(from) < 86_400_000 ? from : null;

const highestEscalation = (facts: Facts, asOf: string): number | null => {
  const settled = new Set(
    facts.of('EscalationResolved').flatMap((fact) => (fact.occurredAt <= asOf ? [fact.data.escalationId] : [])),
  );
  const open = facts
    .of('CaseEscalated')
    .filter((fact) => fact.occurredAt <= asOf && !settled.has(fact.data.escalationId));
  return open.length === 0 ? null : Math.max(...open.map((fact) => fact.data.level));
};

const corrections: ReadonlySet<string> = new Set([
  'EntryMarkedInError',
  'DischargeReversed',
  'CaseReopened',
  'CaseLinkedToStay',
  'RequestReinstated',
]);

/** When the newest thing that the row is made of became known. */
const updatedAt = (history: CaseHistory, { clocks, stayVersion }: CaseAt): string => {
  let newest = newestOf(history.facts, clocks, stayVersion?.recordedAt ?? '');
  for (const request of history.requests) newest = newestOf(request.facts, clocks, newest);
  return newest;
};

const newestOf = (facts: readonly (CaseFact | RequestFact)[], clocks: Clocks, newest: string): string => {
  for (const fact of facts) {
    if (fact.recordedAt <= newest || !isKnown(fact, clocks)) continue;
    if (fact.occurredAt <= clocks.asOf || corrections.has(fact.type)) newest = fact.recordedAt;
  }
  return newest;
};
