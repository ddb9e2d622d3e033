import { byEventTime, byRecordedTime, type StayAction, type StayFact } from '../stay-fact.js';
import { inRecordedOrder, ranks, type Saying, type Step } from './sayings.js';

type LeaveStep = Step &
  ({ readonly saying: Saying } | { readonly said: StayFact } | { readonly takesBack: 'leave' | 'return' });

const cancels: Partial<Readonly<Record<StayAction, 'leave' | 'return'>>> = {
  'cancel-leave': 'leave',
  'cancel-return': 'return',
};

const stepsOf = (facts: readonly StayFact[], sayings: readonly Saying[]): LeaveStep[] => [
  ...sayings.flatMap((saying): LeaveStep[] =>
    saying.leave === undefined ? [] : [{ rank: ranks.snapshot, fact: saying.fact, saying }],
  ),
  ...facts.flatMap((fact): LeaveStep[] => {
    const takesBack = cancels[fact.action];
    if (takesBack !== undefined) return [{ rank: ranks.cancel, fact, takesBack }];
    return fact.action === 'leave' || fact.action === 'return' ? [{ rank: ranks.increment, fact, said: fact }] : [];
  }),
];

const isOnLeave = (standing: readonly StayFact[]): boolean => standing.toSorted(byEventTime).at(-1)?.action === 'leave';

/** Seen on leave, or back, at the time of the snapshot; since when exactly the system does not say. */
const seen = ({ fact, leave }: Saying, standing: readonly StayFact[]): readonly StayFact[] => {
  if (leave === undefined || 'history' in leave || leave.onLeave === isOnLeave(standing)) return standing;
  const { controlId, eventId, recorded, person, sender } = fact;
  const action = leave.onLeave ? ('leave' as const) : ('return' as const);
  return [...standing, { action, eventTime: recorded, controlId, eventId, recorded, person, sender }];
};

const next = (standing: readonly StayFact[], step: LeaveStep): readonly StayFact[] => {
  if ('said' in step) return [...standing, step.said];
  if ('saying' in step) {
    const { leave } = step.saying;
    return leave !== undefined && 'history' in leave ? leave.history : seen(step.saying, standing);
  }
  const latest = standing
    .filter(({ action }) => action === step.takesBack)
    .toSorted(byEventTime)
    .at(-1);
  return standing.filter((fact) => fact.action !== step.takesBack || fact.eventTime !== latest?.eventTime);
};

const isOfLeave = ({ action }: StayFact): boolean =>
  action === 'leave' || action === 'return' || cancels[action] !== undefined;

/** The facts with the leaves that stand, gone through in recorded order: a history of leave is all there was, as far as anybody knew when it was recorded. */
export const withToldLeave = (facts: readonly StayFact[], sayings: readonly Saying[]): readonly StayFact[] => {
  if (sayings.every(({ leave }) => leave === undefined)) return facts;
  const standing = new Set(stepsOf(facts, sayings).toSorted(inRecordedOrder(byRecordedTime)).reduce(next, []));
  const said = new Set(facts);
  return [
    ...facts.map((fact) => (isOfLeave(fact) && !standing.has(fact) ? { ...fact, action: 'details' as const } : fact)),
    ...[...standing].filter((fact) => !said.has(fact)),
  ];
};
