import { Ajv, type ErrorObject } from 'ajv';
import { isTimeZone } from '#libs/nhs/civil-date.js';
import { isDischargeDestination, isDischargeMethod } from '#libs/nhs/codes.js';
import { PartialFeedMapping } from './feed-mapping.js';
import { piecesOf } from './packed-place.js';

export interface MappingFault {
  /** `mapping.codes.destination.HOME`. */
  readonly field: string;
  readonly message: string;
}

const valid = new Ajv({ allErrors: true }).compile<PartialFeedMapping>(PartialFeedMapping);

const fieldOf = (path: string): string =>
  `mapping${path.replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')}`;

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const messageOf = ({ keyword, params, message, schemaPath }: ErrorObject): string => {
  const { limit, type } = params as { limit?: unknown; type?: unknown };
  switch (keyword) {
    case 'additionalProperties':
      return 'is not something that a mapping may hold';
    case 'type':
      return `must be ${type === 'object' ? 'an object' : type === 'array' ? 'a list' : type === 'boolean' ? 'true or false' : type === 'integer' ? 'a whole number' : 'text'}`;
    case 'pattern':
      if (schemaPath.includes('verifiedStatuses')) return 'must be a status from 01 to 08';
      if (schemaPath.includes('processingIds')) return 'must be one capital letter';
      return 'must be a place in the message such as PV1-37, ZU1-24, ZDS-3.2 or OBX[DRD]';
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${asText(limit)} characters`;
    case 'maxLength':
      return `must have at most ${asText(limit)} characters`;
    case 'minItems':
      return `must have at least ${asText(limit)} entry`;
    case 'maxItems':
    case 'maxProperties':
      return `must have at most ${asText(limit)} entries`;
    case 'minProperties':
      return 'must name a type, an authority, or both';
    case 'minimum':
    case 'maximum':
      return 'must be a component from 1 to 20';
    default:
      return message ?? 'is not what a mapping may hold';
  }
};

/** What breaks the schema, one sentence a field: of a choice, what is wrong with the one that was meant. */
const schemaFaults = (errors: readonly ErrorObject[]): readonly MappingFault[] => {
  const faults = new Map<string, string>();
  for (const error of errors) {
    if (error.keyword === 'anyOf' || error.keyword === 'propertyNames') continue;
    // Null is the other choice of a field that may be left open.
    if (error.keyword === 'type' && (error.params as { type?: unknown }).type === 'null') continue;
    const extra =
      error.keyword === 'additionalProperties'
        ? `/${asText((error.params as { additionalProperty?: unknown }).additionalProperty)}`
        : '';
    const field = fieldOf(`${error.instancePath}${extra}`);
    if (error.keyword === 'const') {
      const allowed = asText((error.params as { allowedValue?: unknown }).allowedValue);
      const known = faults.get(field);
      faults.set(field, known ? `${known}, ${allowed}` : `must be one of: ${allowed}`);
      continue;
    }
    if (!faults.has(field)) faults.set(field, messageOf(error));
  }
  return [...faults].map(([field, message]) => ({ field, message }));
};

const codeFaults = (
  name: 'destination' | 'method',
  codes: Readonly<Record<string, string>> | undefined,
  isKnown: (code: string) => boolean,
): readonly MappingFault[] =>
  Object.entries(codes ?? {})
    .filter(([, ours]) => !isKnown(ours))
    .map(([theirs]) => ({
      field: `mapping.codes.${name}.${theirs}`,
      message: `must be a code of the national list of discharge ${name}s`,
    }));

/** What the schema cannot say. */
const meaningFaults = (mapping: PartialFeedMapping): readonly MappingFault[] => {
  const { timeZone, location, codes, criteriaToReside } = mapping;
  const faults: MappingFault[] = [
    ...codeFaults('destination', codes?.destination, isDischargeDestination),
    ...codeFaults('method', codes?.method, isDischargeMethod),
  ];
  if (timeZone !== undefined && !isTimeZone(timeZone))
    faults.push({ field: 'mapping.timeZone', message: 'must be the name of a time zone such as Europe/London or UTC' });
  const pieces = typeof location?.packed === 'string' ? piecesOf(location.packed) : [];
  if (typeof pieces === 'string') faults.push({ field: 'mapping.location.packed', message: pieces });
  // Half of it would leave the other half to the standard's Y and N.
  if (criteriaToReside && (criteriaToReside.met === undefined) !== (criteriaToReside.notMet === undefined))
    faults.push({
      field: `mapping.criteriaToReside.${criteriaToReside.met ? 'notMet' : 'met'}`,
      message: 'must be given where the other is',
    });
  const { met = [], notMet = [] } = criteriaToReside ?? {};
  const both = met.find((value) => notMet.some((other) => other.toUpperCase() === value.toUpperCase()));
  if (both !== undefined)
    faults.push({ field: 'mapping.criteriaToReside.notMet', message: 'must hold no value that stands in met too' });
  return faults;
};

export type ReadMapping =
  | { readonly ok: true; readonly mapping: PartialFeedMapping }
  | { readonly ok: false; readonly faults: readonly MappingFault[] };

/** A mapping from outside: usable as it is, or what is wrong with it, by field. */
export const readMapping = (value: unknown): ReadMapping => {
  if (!valid(value)) return { ok: false, faults: schemaFaults(valid.errors ?? []) };
  const faults = meaningFaults(value);
  return faults.length === 0 ? { ok: true, mapping: value } : { ok: false, faults };
};
