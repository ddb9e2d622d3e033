import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { isDead, leftAlive, placeAt } from '#libs/nhs/index.js';
import type { Facts } from './counting.js';
import { isKnown, type Clocks, type StayVersion, type StayVersions } from './history.js';

/** The newest version known: the highest revision wins (architecture.md §6). */
export const versionAt = (versions: readonly StayVersion[] | undefined, clocks: Clocks): StayVersion | undefined => {
  let newest: StayVersion | undefined;
  for (const version of versions ?? [])
    if (isKnown(version, clocks) && (!newest || version.revision > newest.revision)) newest = version;
  return newest;
};

/** How far a chain of merged visits is followed; more would be a ring. */
const longestChain = 8;

/**
 * The stay the case stands on. The link is worked out anew whenever news comes, so the last one known holds at every `asOf`;
 * a stay that was merged away stands for its survivor.
 */
export const linkedStay = (facts: Facts, stays: StayVersions, clocks: Clocks): StayVersion | undefined => {
  const links = [...facts.of('CaseLinkedToStay')].sort((a, b) => a.revision - b.revision);
  let stayId = links.at(-1)?.data.stayId ?? null;
  let version: StayVersion | undefined;
  for (let step = 0; step < longestChain && stayId !== null; step += 1) {
    const next = versionAt(stays.get(stayId), clocks);
    if (!next) break;
    version = next;
    stayId = next.block.status === 'merged' ? next.block.mergedInto : null;
  }
  return version;
};

/** What the ward says of the end of a stay. Null instants: it does not say so. */
export interface WardSays {
  readonly cancelled: boolean;
  /** Left alive. */
  readonly dischargedAt: string | null;
  readonly diedAt: string | null;
}

export const wardSays = (stay: StayBlock): WardSays => {
  const died = isDead(stay.dischargeMethodCode, stay.destinationCode)
    ? (stay.diedAt ?? stay.dischargedAt)
    : stay.diedAt;
  return {
    cancelled: stay.status === 'cancelled',
    dischargedAt: stay.status === 'discharged' && leftAlive(stay) ? stay.dischargedAt : null,
    diedAt: stay.status === 'cancelled' ? null : died,
  };
};

/** Where the person is: an instant has a place from the admission on; before it there is none. */
export const whereabouts = (
  stay: StayBlock,
  asOf: string,
): { readonly ward: string | null; readonly bed: string | null; readonly from: string | null } | null => {
  const place = placeAt(stay.locations, asOf) ?? (stay.status === 'cancelled' ? (stay.locations[0] ?? null) : null);
  return place ? { ward: place.ward, bed: bedOf(place), from: place.from } : null;
};

const bedOf = ({ room, bed }: { room: string | null; bed: string | null }): string | null => bed ?? room;
