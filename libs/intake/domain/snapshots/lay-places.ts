import { samePlace } from '../places-of-stay.js';
import { byEventTime, byRecordedTime, type StayFact } from '../stay-fact.js';
import { inRecordedOrder, ranks, type Saying, type Step } from './sayings.js';

type Placed = StayFact & { readonly place: NonNullable<StayFact['place']> };
const hasPlace = (fact: StayFact): fact is Placed => fact.place !== undefined;

type PlaceStep = Step &
  ({ readonly told: readonly Placed[] } | { readonly said: Placed } | { readonly takesBack: StayFact });

const stepsOf = (facts: readonly StayFact[], sayings: readonly Saying[]): PlaceStep[] => [
  ...sayings.flatMap(({ fact, places }): PlaceStep[] =>
    places === undefined ? [] : [{ rank: ranks.snapshot, fact, told: places.filter(hasPlace) }],
  ),
  ...facts.flatMap((fact): PlaceStep[] => {
    if (fact.action === 'cancel-move') return [{ rank: ranks.cancel, fact, takesBack: fact }];
    return hasPlace(fact) && !fact.action.startsWith('cancel-') ? [{ rank: ranks.increment, fact, said: fact }] : [];
  }),
];

/** An A12 takes back the latest move, whoever told of it and however often. */
const withoutLatest = (standing: readonly Placed[]): readonly Placed[] => {
  const latest = standing
    .filter(({ action }) => action === 'move')
    .toSorted(byEventTime)
    .at(-1);
  if (!latest) return standing;
  const isThatMove = ({ action, eventTime, place }: Placed): boolean =>
    action === 'move' && eventTime === latest.eventTime && samePlace(place, latest.place);
  return standing.filter((fact) => !isThatMove(fact));
};

const next = (standing: readonly Placed[], step: PlaceStep): readonly Placed[] => {
  if ('said' in step) return [...standing, step.said];
  if ('takesBack' in step) return withoutLatest(standing);
  const since = step.told[0]?.eventTime ?? '';
  return [...standing.filter(({ eventTime }) => eventTime < since), ...step.told];
};

const withoutPlace = ({ place: _, ...fact }: StayFact): StayFact => ({
  ...fact,
  action: fact.action === 'move' || fact.action === 'cancel-move' ? 'details' : fact.action,
});

/**
 * The facts with the places that stand, gone through in recorded order: a snapshot's places are all there was from the first of them on, as far as
 * anybody knew when it was recorded. Facts whose place fell keep everything else they say; cancels of moves have done their work.
 */
export const withToldPlaces = (facts: readonly StayFact[], sayings: readonly Saying[]): readonly StayFact[] => {
  if (sayings.every(({ places }) => places === undefined)) return facts;
  const steps = stepsOf(facts, sayings).toSorted(inRecordedOrder(byRecordedTime));
  const standing = new Set<StayFact>(steps.reduce(next, []));
  const told = sayings.flatMap(({ places = [] }) => places).filter((fact) => standing.has(fact));
  const kept = facts.map((fact) => {
    const fell = hasPlace(fact) && !fact.action.startsWith('cancel-') && !standing.has(fact);
    return fell || fact.action === 'cancel-move' ? withoutPlace(fact) : fact;
  });
  return [...kept, ...told];
};
