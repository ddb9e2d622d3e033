import { isDischargeDestination, isDischargeMethod } from '#libs/nhs/codes.js';
import { translated, type FeedMapping } from '../feed-mapping.js';
import { nameAt, type Fields } from './fields.js';
import type { Said } from './reader.js';

export interface DischargeCodes {
  readonly destinationCode: Said;
  readonly dischargeMethodCode: Said;
}

type Meaning = Exclude<FeedMapping['dischargeCodes'], 'auto'>;

/** What a code that is translated is, its translation says; else one digit in PV1-36 is a method, two are a destination (api.md). */
const detect = (in36: string, { codes }: FeedMapping): Meaning => {
  if (Object.hasOwn(codes.method, in36)) return 'method-in-36';
  if (Object.hasOwn(codes.destination, in36)) return 'destination-in-36';
  return in36.length === 1 ? 'method-in-36' : 'destination-in-36';
};

/** Discharge destination and method, by the feed's mapping (domain.md §6.1, §7.3, §7.4): where it says, else out of PV1-36 and PV1-37. */
export const readDischargeCodes = (fields: Fields, mapping: FeedMapping): DischargeCodes => {
  const ours = (said: Said, codes: Readonly<Record<string, string>>): Said =>
    typeof said === 'string' ? translated(codes, said) : said;
  const checked = (name: string, said: Said, isKnown: (code: string) => boolean, what: string): Said => {
    if (typeof said !== 'string' || isKnown(said)) return said;
    fields.faultAt(name, `is not a code of the national list of discharge ${what}`, 'unknown-code');
    return undefined;
  };
  const destination = (name: string, said: Said): Said =>
    checked(name, ours(said, mapping.codes.destination), isDischargeDestination, 'destinations');
  const method = (name: string, said: Said): Said =>
    checked(name, ours(said, mapping.codes.method), isDischargeMethod, 'methods');

  if (mapping.destination !== null || mapping.method !== null)
    return {
      destinationCode:
        mapping.destination === null
          ? undefined
          : destination(nameAt(mapping.destination), fields.textAt(mapping.destination)),
      dischargeMethodCode:
        mapping.method === null ? undefined : method(nameAt(mapping.method), fields.textAt(mapping.method)),
    };
  const in36 = fields.text('PV1', 36);
  const in37 = fields.text('PV1', 37);
  if (mapping.dischargeCodes === 'auto' && in36 === null) return { destinationCode: null, dischargeMethodCode: null };
  if (mapping.dischargeCodes === 'auto' && in36 === undefined) {
    // Many feeds put a place in words here; only a code of the list is taken for a destination.
    const place = ours(in37, mapping.codes.destination);
    return {
      destinationCode: typeof place === 'string' && !isDischargeDestination(place) ? undefined : place,
      dischargeMethodCode: undefined,
    };
  }
  const meaning = mapping.dischargeCodes === 'auto' ? detect(in36 ?? '', mapping) : mapping.dischargeCodes;
  if (meaning === 'destination-in-36')
    return { destinationCode: destination('PV1-36', in36), dischargeMethodCode: undefined };
  return { dischargeMethodCode: method('PV1-36', in36), destinationCode: destination('PV1-37', in37) };
};
