import type { Place } from '#libs/contracts/intake/stay-events.js';
import { translated, type FeedMapping } from '../feed-mapping.js';
import { unpack } from '../packed-place.js';
import type { Fields } from './fields.js';
import type { Hl7Message, Said } from './reader.js';

export interface ReadLocation {
  /** Undefined when the message names no ward. */
  readonly place: Place | undefined;
  readonly hospital: string | undefined;
}

/** PV1-3 by the feed's mapping. It is one field: a bed left out of a named ward is a ward without a bed yet, not "the bed as before". */
export const readLocation = (fields: Fields, { location, codes }: FeedMapping): ReadLocation => {
  const component = (n: number | null): Said => (n === null ? undefined : fields.text('PV1', 3, n));
  const inWard = component(location.ward);
  const packed = location.packed !== null && typeof inWard === 'string' ? unpack(inWard, location.packed) : undefined;
  // Taken as it stands: it may be a place without beds, such as a lounge.
  if (location.packed !== null && typeof inWard === 'string' && !packed) fields.flags.add('place-not-as-mapped');
  const hospital = packed?.hospital ?? component(location.hospital) ?? undefined;
  const ward = packed?.ward ?? inWard;
  return {
    place:
      ward === undefined
        ? undefined
        : {
            ward: ward === null ? null : translated(codes.ward, ward),
            room: packed?.room ?? component(location.room) ?? null,
            bed: packed?.bed ?? component(location.bed) ?? null,
          },
    hospital: hospital === undefined ? undefined : translated(codes.hospital, hospital),
  };
};

/** Whose patient it is about, before anything else of the message is known to be right: PV1-3, else MSH-4. */
export const hospitalOf = (message: Hl7Message, facility: string, { location, codes }: FeedMapping): string | null => {
  const component = (n: number | null): string => (n === null ? '' : message.text1('PV1', 3, n));
  const packed = location.packed === null ? undefined : unpack(component(location.ward), location.packed);
  const named = packed?.hospital ?? (component(location.hospital) || facility);
  return named === '' ? null : translated(codes.hospital, named).slice(0, 200);
};
