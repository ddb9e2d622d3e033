import { hoursBetween, londonDate } from '#libs/nhs/index.js';

/** How the ward feed of a hospital does. Silent: nothing came since then. Late: its news goes up to then only. */
export type FeedOfRow =
  { readonly state: 'live'; readonly since: null } | { readonly state: 'silent' | 'late'; readonly since: string };

/** Rules of the colour of a row (screens.md §1). A change of a rule is a new version. */
export const ragVersion = '1';
export type Rag = 'red' | 'amber' | 'green' | 'grey';

export const ragRules: readonly { readonly rag: Rag; readonly says: string }[] = [
  { rag: 'grey', says: 'The ward feed is late, or what is known contradicts itself' },
  {
    rag: 'red',
    says: 'Criteria to reside not met and: no owner, or an action overdue, or more than 48 hours, or due today and not ready',
  },
  { rag: 'amber', says: 'Criteria to reside not met for 24 to 48 hours, or two slips, or only a provisional offer' },
  { rag: 'green', says: 'On plan' },
];

export const feedIsLate = 'The ward feed is late';

export interface RagQuestion {
  readonly asOf: string;
  readonly notMetSince: string | null;
  readonly hasOwner: boolean;
  readonly actionOverdue: boolean;
  readonly expectedDischargeDate: string | null;
  /** Nothing is left to arrange for the pathway: the person could leave today. */
  readonly ready: boolean;
  readonly slips: number;
  readonly onlyProvisionalOffer: boolean;
  readonly identityToConfirm: boolean;
  /** The team says discharged, and the ward says in bed. */
  readonly contradictory: boolean;
  readonly feed: FeedOfRow;
}

export interface RagAnswer {
  readonly rag: Rag;
  /** Why, in words: colour never speaks alone. */
  readonly ragReason: string;
}

/** The colour of an open case, with every reason for it. */
export const ragOf = (q: RagQuestion): RagAnswer => {
  const grey = [
    ...(q.feed.state === 'live' ? [] : [feedIsLate]),
    ...(q.contradictory ? ['Discharged by the team, but the ward still shows a bed'] : []),
    ...(q.identityToConfirm ? ['Who this is must be confirmed'] : []),
  ];
  if (grey.length > 0) return { rag: 'grey', ragReason: grey.join('; ') };
  const hours = q.notMetSince === null ? null : hoursBetween(q.notMetSince, q.asOf);
  const today = londonDate(q.asOf);
  const red =
    hours === null
      ? []
      : [
          ...(q.hasOwner ? [] : ['No owner']),
          ...(q.actionOverdue ? ['An action is overdue'] : []),
          ...(hours > 48 ? ['Criteria not met for over 48 hours'] : []),
          ...(q.expectedDischargeDate !== null && q.expectedDischargeDate <= today && !q.ready
            ? [q.expectedDischargeDate === today ? 'Due today and not ready' : 'Past the expected date and not ready']
            : []),
        ];
  if (red.length > 0) return { rag: 'red', ragReason: red.join('; ') };
  const amber = [
    ...(hours !== null && hours >= 24 ? ['Criteria not met for 24 to 48 hours'] : []),
    ...(q.slips >= 2 ? [`The expected date slipped ${String(q.slips)} times`] : []),
    ...(q.onlyProvisionalOffer ? ['Only a provisional offer'] : []),
  ];
  return amber.length > 0 ? { rag: 'amber', ragReason: amber.join('; ') } : { rag: 'green', ragReason: 'On plan' };
};
