import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Cause } from './follow.js';
import type { PersonFacts } from './wanted.js';

type DataOf<T extends CaseEvent['type']> = Extract<CaseEvent, { readonly type: T }>['data'];

/** What the ward and the person's records say, for a command that is judged by it. */
export interface KnownNow {
  readonly facts: PersonFacts;
  /** The moment of the decision. */
  readonly now: string;
}

/** What somebody wants of a case. Ids, time and facts arrive with it: deciding asks nobody. */
export type CaseAct =
  | { readonly act: 'accept' }
  | { readonly act: 'assign-worker'; readonly data: DataOf<'CaseWorkerAssigned'> }
  | { readonly act: 'record-criteria'; readonly data: DataOf<'CriteriaToResideRecorded'>; readonly known: KnownNow }
  | { readonly act: 'assign-pathway'; readonly data: DataOf<'PathwayAssigned'> }
  | { readonly act: 'set-expected-date'; readonly data: DataOf<'ExpectedDischargeDateChanged'> }
  | { readonly act: 'start-delay'; readonly data: DataOf<'DelayStarted'>; readonly known: KnownNow }
  | { readonly act: 'end-delay'; readonly delayId: string }
  | { readonly act: 'raise-action'; readonly data: DataOf<'ActionRaised'> }
  | { readonly act: 'complete-action'; readonly actionId: string }
  | { readonly act: 'escalate'; readonly data: DataOf<'CaseEscalated'> }
  | { readonly act: 'resolve-escalation'; readonly escalationId: string }
  | { readonly act: 'record-involvement'; readonly data: DataOf<'InvolvementRecorded'> }
  | { readonly act: 'discuss-choice'; readonly data: DataOf<'ChoiceDiscussed'> }
  | { readonly act: 'offer-carers-assessment'; readonly data: DataOf<'CarersAssessmentOffered'> }
  | { readonly act: 'pause'; readonly reason: string | null }
  | { readonly act: 'resume' }
  | { readonly act: 'withdraw'; readonly reason: string }
  | { readonly act: 'discharge-by-hand'; readonly destinationCode: string }
  | { readonly act: 'close'; readonly reason: string }
  | {
      readonly act: 'mark-in-error';
      readonly eventId: string;
      readonly reason: string;
      /** The criteria entries of the linked stay: they stand in the ward's stream, and can be marked from the case. */
      readonly wardCriteria: readonly string[];
    }
  /** Policies 1, 2, 3, 6 and 9: follow the ward's and the person's facts. */
  | { readonly act: 'follow'; readonly facts: PersonFacts; readonly cause: Cause }
  /** Policy 5: one delay gives way to another because a placement was awarded or fell through. */
  | {
      readonly act: 'swap-delay';
      readonly from: string;
      readonly to: string;
      readonly requestId: string;
      readonly facts: PersonFacts;
      readonly cause: Cause & { readonly position: string };
    };

export type CaseCommand = CaseAct & {
  /** When it was true. */
  readonly at: string;
  /** A ward may act for its own hospital only (api.md, "Who may do what"). */
  readonly onlyHospital?: string;
};
export type CommandOf<A extends CaseAct['act']> = Extract<CaseCommand, { readonly act: A }>;
