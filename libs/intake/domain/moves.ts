import type { Place, StayBlock } from '#libs/contracts/intake/stay-events.js';

export interface Move {
  readonly from: Place;
  readonly to: Place;
  readonly at: string;
}

const placeOf = ({ ward, room, bed }: Place): Place => ({ ward, room, bed });

/** Moves in time order, without the admission (api.md, `GET /stays`). A place first named at or after the discharge was held for no time. */
export const movesOf = ({ locations, dischargedAt }: Pick<StayBlock, 'locations' | 'dischargedAt'>): Move[] =>
  locations.flatMap((to, at) => {
    const from = locations[at - 1];
    if (!from || (dischargedAt !== null && to.from >= dischargedAt)) return [];
    return [{ from: placeOf(from), to: placeOf(to), at: to.from }];
  });
