import type { Place } from '#libs/contracts/intake/stay-events.js';
import type { FeedMapping } from '../feed-mapping.js';
import { samePlace } from '../places-of-stay.js';
import type { ToldPlace } from '../snapshots/snapshot.js';
import type { Reading, Root } from './reading.js';
import type { Encounter } from './resources.js';
import type { Surroundings } from './surroundings.js';
import { spotOf, type Spot } from './where.js';

/** One entry of Encounter.location, and when it held; `from` null = when the snapshot was recorded. */
interface Held {
  readonly spot: Spot;
  readonly from: string | null;
  readonly to: string | null;
}

export interface ToldPlaces {
  readonly places: readonly ToldPlace[];
  /** The hospital that the latest of them is in. */
  readonly hospital: string | undefined;
}

/** Where the person was, by Encounter.location with its periods: entries at one time are levels of one place (a ward, and a bed in it). */
export const readPlaces = (
  { location = [] }: Encounter,
  { root, mapping, dischargedAt }: { root: Root; mapping: FeedMapping; dischargedAt: string | undefined },
  surroundings: Surroundings,
  reading: Reading,
): ToldPlaces => {
  const held = location.flatMap((entry, at): Held[] => {
    const element = `location[${String(at)}]`;
    // Where somebody is to go is no place they are in.
    if (entry.status === 'planned' || entry.status === 'reserved') return [];
    const from = reading.instant(root, `${element}.period.start`, entry.period?.start) ?? null;
    const to = reading.instant(root, `${element}.period.end`, entry.period?.end) ?? null;
    if (from !== null && to !== null && to < from)
      reading.fault(root, `${element}.period`, 'value', 'ends before it starts');
    const spot = spotOf(
      {
        reference: entry.location,
        physicalType: entry.physicalType,
        root,
        element: `${element}.location`,
        mapping,
      },
      surroundings,
      reading,
    );
    // A place of the past without a time says nothing of when.
    const isUndatedPast = from === null && (to !== null || entry.status === 'completed');
    return spot === undefined || isUndatedPast ? [] : [{ spot, from, to }];
  });
  const dated = held.filter((one): one is Dated => one.from !== null).toSorted(byStart);
  refuseTwoAtOnce(dated, root, reading);
  const places = [...inTime(dated, dischargedAt), ...now(held, dated)];
  const hospital = [...dated, ...held.filter(({ from }) => from === null)].findLast(({ spot }) => spot.hospital)?.spot
    .hospital;
  return { places, hospital };
};

type Dated = Held & { readonly from: string };
const depth = ({ ward, room, bed }: Spot): number =>
  bed !== undefined ? 3 : room !== undefined ? 2 : ward !== undefined ? 1 : 0;
const byStart = (a: Dated, b: Dated): number =>
  a.from < b.from ? -1 : a.from > b.from ? 1 : depth(a.spot) - depth(b.spot);

/** From each start, and from each end under which something goes on (back from the theatre). */
const inTime = (dated: readonly Dated[], dischargedAt: string | undefined): ToldPlace[] => {
  const ends = dated.flatMap(({ to }) =>
    to === null || (dischargedAt !== undefined && to >= dischargedAt) ? [] : [to],
  );
  const times = [...new Set([...dated.map(({ from }) => from), ...ends])].toSorted();
  const told: ToldPlace[] = [];
  for (const time of times) {
    const place = placeOf(dated.filter(({ from, to }) => from <= time && (to === null || time < to)));
    const before = told.at(-1)?.place;
    if (place && !(before && samePlace(before, place))) told.push({ place, from: time });
  }
  return told;
};

/** Where the person is now, by entries without a time: a bed may be told of without one, in a ward that has one. */
const now = (held: readonly Held[], dated: readonly Dated[]): ToldPlace[] => {
  const undated = held.filter(({ from }) => from === null).toSorted((a, b) => depth(a.spot) - depth(b.spot));
  const place = placeOf([...dated.filter(({ to }) => to === null), ...undated]);
  return place && undated.length > 0 ? [{ place, from: null }] : [];
};

/** Which place all these amount to: who names a ward says where, who names only a room or a bed says where in it. */
const placeOf = (active: readonly Held[]): Place | undefined =>
  active.reduce<Place | undefined>((place, { spot: { ward, room, bed } }) => {
    if (ward === undefined && room === undefined && bed === undefined) return place;
    const isLessOfTheSame = ward !== undefined && ward === place?.ward && room === undefined && bed === undefined;
    if (isLessOfTheSame) return place;
    if (ward !== undefined) return { ward, room: room ?? null, bed: bed ?? null };
    const held = place ?? { ward: null, room: null, bed: null };
    return room === undefined ? { ...held, bed: bed ?? null } : { ...held, room, bed: bed ?? null };
  }, undefined);

/** Nobody is in two wards; which one is meant only the hospital can say. */
const refuseTwoAtOnce = (dated: readonly Dated[], root: Root, reading: Reading): void => {
  const wards = new Map<string, string>();
  for (const { from, to, spot } of dated) {
    if (spot.ward === undefined || to === from) continue;
    const other = wards.get(from) ?? spot.ward;
    if (other !== spot.ward) {
      reading.fault(root, 'location', 'conflict', 'has two wards that begin at the same time');
      return;
    }
    wards.set(from, other);
  }
};
