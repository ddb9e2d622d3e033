import type { Place, StayBlock } from '#libs/contracts/intake/stay-events.js';
import { takenBack, type Standing } from './standing.js';
import { byEventTime, type StayFact } from './stay-fact.js';

type Locations = StayBlock['locations'];

/** What a visit that was merged into the stay said of a place, and when it came to count for the stay. */
export interface TakenOver {
  readonly fact: StayFact;
  readonly since: string;
}

/** What counts for a stay: said of it, and places it took over; with what of it stands. */
export interface Said {
  readonly recorded: readonly StayFact[];
  readonly happened: readonly StayFact[];
  readonly takenOver: readonly TakenOver[];
  readonly stands: Standing;
}

const isCancel = (fact: StayFact): boolean => fact.action.startsWith('cancel-') && fact.action !== 'cancel-expected';

export const samePlace = (a: Place, b: Place): boolean => a.ward === b.ward && a.room === b.room && a.bed === b.bed;

/** The facts whose places count, by event time: cancels and what they took back do not. */
export const effectiveFacts = ({ recorded, happened, takenOver, stands }: Said): readonly StayFact[] => {
  const since = new Map(takenOver.map((taken) => [taken.fact, taken.since]));
  const all = takenOver.length === 0 ? happened : [...happened, ...since.keys()].toSorted(byEventTime);
  const voidedMoves = takenBack(recorded, all, 'move', 'cancel-move', (fact) => since.get(fact) ?? fact.recorded);
  return all.filter(
    (fact) => !voidedMoves.has(fact) && (since.has(fact) || !(isCancel(fact) || stands.isVoided(fact))),
  );
};

/** Where the person was, by event time, and the hospital the latest of these places names. */
export const placesOf = (
  said: Said,
  admittedAt: string | null,
): { readonly locations: Locations; readonly hospital: string | null } => {
  const { happened, takenOver, stands } = said;
  // What a cancel shows is the place it brings back, which is known already; it counts only where nothing else is known.
  const words = [effectiveFacts(said), happened.filter(isCancel), happened.filter((fact) => stands.isVoided(fact))];
  const placed = words.map((facts) => facts.filter(hasPlace)).find((facts) => facts.length > 0) ?? [];
  const hospital =
    words.flatMap((facts) => facts.findLast((fact) => fact.hospital !== undefined)?.hospital ?? [])[0] ?? null;
  const others = new Set(takenOver.map(({ fact }) => fact));
  return { locations: inOrder(placed, admittedAt, (fact) => fact.action === 'admit' && !others.has(fact)), hospital };
};

type Placed = StayFact & { readonly place: Place };
export const hasPlace = (fact: StayFact): fact is Placed => fact.place !== undefined;

/** In time order; places held for no time and repeats of the same place fall out; nothing begins before the admission. */
const inOrder = (
  placed: readonly Placed[],
  admittedAt: string | null,
  isAdmission: (fact: Placed) => boolean,
): Locations => {
  const locations: Locations = [];
  for (const fact of placed) {
    const { place, eventTime } = fact;
    const isFirst = locations.length === 0;
    const beforeStay = admittedAt !== null && (eventTime < admittedAt || (isFirst && isAdmission(fact)));
    const from = beforeStay ? admittedAt : eventTime;
    if (locations.at(-1)?.from === from) locations.pop();
    const held = locations.at(-1);
    if (!held || !samePlace(held, place)) locations.push({ ...place, from });
  }
  return locations;
};
