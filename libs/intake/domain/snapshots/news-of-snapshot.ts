import type { StayFact } from '../stay-fact.js';
import type { Saying, Snapped } from './sayings.js';

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

type Fields = { -readonly [K in keyof StayFact]?: StayFact[K] };

/** The fields that say something else than before. */
const news = (fact: StayFact, before: StayFact | undefined, names: readonly (keyof StayFact)[]): Fields => {
  const fields: Fields = {};
  const take = <K extends keyof StayFact>(name: K): void => {
    if (fact[name] !== undefined && !same(fact[name], before?.[name])) fields[name] = fact[name];
  };
  names.forEach(take);
  return fields;
};

/** What every increment has of its snapshot. */
const common = ({ controlId, eventId, recorded, person, sender, flags }: Snapped) => ({
  controlId,
  eventId,
  recorded,
  person,
  sender,
  ...(flags === undefined ? {} : { flags }),
});

export interface Around {
  /** The snapshot of this system recorded just before. */
  readonly before: Snapped | undefined;
  /** The recorded time of the first discharge anybody told of: before it there is nothing to take back. */
  readonly firstDischarge: string | null;
  /** The event that was heard first of those that say the same of criteria one after another. */
  readonly criteriaFirstSaidBy: () => string;
}

/** What a snapshot says beside places and leave, where it differs from the one before it (ADR 0016). */
export const sayingOf = (fact: Snapped, around: Around): Saying => {
  const { before } = around;
  // Whatever was said of a stay that then never was has to be said again.
  const standing = before?.snapshot.state === 'void' ? undefined : before;
  const details: StayFact = {
    action: 'details',
    eventTime: fact.recorded,
    ...common(fact),
    ...news(fact, before, ['hospital', 'specialty', 'age', 'sex', 'homeAuthority', 'dead', 'deathAt']),
    ...expected(fact, before),
  };
  if (fact.snapshot.state === 'void') {
    const isNews = before?.snapshot.state !== 'void';
    return { fact, facts: [isNews ? { ...details, action: 'cancel-admission' } : details] };
  }
  return {
    fact,
    facts: [
      ...admission(fact, standing),
      ...stillIn(fact, standing, around.firstDischarge),
      ...discharge(fact, standing),
      details,
      ...criteria(fact, standing, around.criteriaFirstSaidBy),
    ],
    ...places(fact, standing),
    ...leave(fact, standing),
  };
};

const admission = (fact: Snapped, before: Snapped | undefined): StayFact[] => {
  const { admittedAt } = fact.snapshot;
  if (admittedAt === undefined) return [];
  const codes = news(fact, before, ['admissionMethodCode', 'sourceCode']);
  if (before?.snapshot.admittedAt === admittedAt && Object.keys(codes).length === 0) return [];
  return [{ action: 'admit', eventTime: admittedAt, ...common(fact), admittedAt, ...codes }];
};

/** *In* after *finished* is a discharge taken back (A13). */
const stillIn = (fact: Snapped, before: Snapped | undefined, firstDischarge: string | null): StayFact[] => {
  const wasIn = before !== undefined && before.snapshot.state !== 'left';
  const nothingToTakeBack = firstDischarge === null || firstDischarge > fact.recorded;
  if (fact.snapshot.state === 'left' || wasIn || nothingToTakeBack) return [];
  return [{ action: 'cancel-discharge', eventTime: fact.recorded, ...common(fact) }];
};

const discharge = (fact: Snapped, before: Snapped | undefined): StayFact[] => {
  const { state, dischargedAt } = fact.snapshot;
  if (state !== 'left' || dischargedAt === undefined) return [];
  const left = before?.snapshot.state === 'left' ? before : undefined;
  const codes = news(fact, left, ['destinationCode', 'dischargeMethodCode']);
  if (left && left.destinationCode !== undefined && fact.destinationCode === undefined) codes.destinationCode = null;
  if (left && left.dischargeMethodCode !== undefined && fact.dischargeMethodCode === undefined)
    codes.dischargeMethodCode = null;
  if (left?.snapshot.dischargedAt === dischargedAt && Object.keys(codes).length === 0) return [];
  return [{ action: 'discharge', eventTime: dischargedAt, ...common(fact), dischargedAt, ...codes }];
};

/** A date that a system set and then leaves out is cleared, as long as the person is in: a snapshot is all there is. */
const expected = (fact: Snapped, before: Snapped | undefined): Fields => {
  const { state, expectedDate } = fact.snapshot;
  const earlier = before?.snapshot.expectedDate;
  if (state === 'void' || expectedDate === earlier) return {};
  if (expectedDate !== undefined) return { expectedDate };
  return state === 'left' ? {} : { expectedDate: null };
};

/** When that was true for which the system gives no time: when it was recorded, but no later than the person left. */
const seenAt = ({ recorded, snapshot: { dischargedAt } }: Snapped): string =>
  dischargedAt !== undefined && dischargedAt < recorded ? dischargedAt : recorded;

const criteria = (fact: Snapped, before: Snapped | undefined, firstHeard: () => string): StayFact[] => {
  const said = fact.snapshot.criteria;
  if (said === undefined || same(said, before?.snapshot.criteria)) return [];
  const { meets, codes, readyDate, assessedAt } = said;
  const firstSaidBy = firstHeard();
  return [
    {
      action: 'details',
      eventTime: assessedAt ?? seenAt(fact),
      ...common(fact),
      ...(firstSaidBy === fact.eventId ? {} : { firstSaidBy }),
      meets,
      ...(codes === undefined ? {} : { criteriaCodes: codes }),
      ...(readyDate === undefined ? {} : { readyDate }),
    },
  ];
};

const places = (fact: Snapped, before: Snapped | undefined): Pick<Saying, 'places'> => {
  const told = fact.snapshot.places;
  if (told === undefined || told.length === 0 || same(told, before?.snapshot.places)) return {};
  const { admittedAt = '' } = fact.snapshot;
  return {
    places: told.map(({ place, from }, at) => ({
      // The place of the admission is no move: an A12 does not take it back.
      action: at === 0 && from !== null && from <= admittedAt ? 'details' : 'move',
      eventTime: from ?? seenAt(fact),
      ...common(fact),
      place,
    })),
  };
};

const leave = (fact: Snapped, before: Snapped | undefined): Pick<Saying, 'leave'> => {
  const { leaves, state } = fact.snapshot;
  if (leaves !== undefined) {
    if (same(leaves, before?.snapshot.leaves ?? [])) return {};
    const history = leaves.flatMap(({ from, to }): StayFact[] => [
      { action: 'leave', eventTime: from, ...common(fact) },
      ...(to === null ? [] : [{ action: 'return' as const, eventTime: to, ...common(fact) }]),
    ]);
    return { leave: { history } };
  }
  const wasOnLeave = before?.snapshot.state === 'on-leave';
  if (state === 'on-leave' && !wasOnLeave) return { leave: { onLeave: true } };
  // Many systems do not know leave at all: only who said it can say that it is over.
  return state === 'in' && wasOnLeave ? { leave: { onLeave: false } } : {};
};
