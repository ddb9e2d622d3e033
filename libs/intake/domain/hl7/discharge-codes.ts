import { isDischargeDestination, isDischargeMethod } from '#libs/nhs/codes.js';
import type { FeedMapping } from '../feed-mapping.js';
import type { Fields } from './fields.js';
import type { Said } from './reader.js';

export interface DischargeCodes {
  readonly destinationCode: Said;
  readonly dischargeMethodCode: Said;
}

type Meaning = Exclude<FeedMapping['dischargeCodes'], 'auto'>;

/** One digit in PV1-36 is a method, two are a destination (api.md). */
const detect = (in36: string): Meaning => (in36.length === 1 ? 'method-in-36' : 'destination-in-36');

const checked = (fields: Fields, field: number, said: Said, isKnown: (code: string) => boolean, what: string): Said => {
  if (typeof said !== 'string' || isKnown(said)) return said;
  fields.fault('PV1', field, `is not a code of the national list of ${what}`);
  return undefined;
};

/** Discharge destination and method out of PV1-36 and PV1-37, by the feed's mapping (domain.md §6.1, §7.3, §7.4). */
export const readDischargeCodes = (fields: Fields, mapping: FeedMapping): DischargeCodes => {
  const in36 = fields.text('PV1', 36);
  const in37 = fields.text('PV1', 37);
  if (mapping.dischargeCodes === 'auto' && in36 === null) return { destinationCode: null, dischargeMethodCode: null };
  if (mapping.dischargeCodes === 'auto' && in36 === undefined)
    // Many feeds put a place in words here; only a code of the list is taken for a destination.
    return {
      destinationCode: typeof in37 === 'string' && !isDischargeDestination(in37) ? undefined : in37,
      dischargeMethodCode: undefined,
    };
  const meaning = mapping.dischargeCodes === 'auto' ? detect(in36 ?? '') : mapping.dischargeCodes;
  if (meaning === 'destination-in-36')
    return {
      destinationCode: checked(fields, 36, in36, isDischargeDestination, 'discharge destinations'),
      dischargeMethodCode: undefined,
    };
  return {
    dischargeMethodCode: checked(fields, 36, in36, isDischargeMethod, 'discharge methods'),
    destinationCode: checked(fields, 37, in37, isDischargeDestination, 'discharge destinations'),
  };
};
