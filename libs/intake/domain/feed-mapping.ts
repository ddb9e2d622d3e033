import { Type, type Static, type TObject, type TProperties } from 'typebox';
import { fieldPathPattern } from './field-path.js';

const strict = { additionalProperties: false } as const;
const object = <T extends TProperties>(properties: T): TObject<T> => Type.Object(properties, strict);
const orNull = <T extends TProperties[string]>(schema: T) => Type.Union([schema, Type.Null()]);

const Match = Type.Object(
  {
    /** PID-3.5, the identifier type. */
    type: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    /** PID-3.4, the assigning authority. */
    authority: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  // One that names nothing would match whatever comes.
  { ...strict, minProperties: 1 },
);

/** Where a value stands: `PV1-37`, `ZU1-24`, `ZDS-3.2`, `OBX[DRD]`. */
const Path = Type.String({ pattern: fieldPathPattern, maxLength: 100 });
const Component = Type.Integer({ minimum: 1, maximum: 20 });
const Values = Type.Array(Type.String({ minLength: 1, maxLength: 50 }), { minItems: 1, maxItems: 20 });
const Codes = Type.Record(
  Type.String({ minLength: 1, maxLength: 200 }),
  Type.String({ minLength: 1, maxLength: 200 }),
  {
    maxProperties: 1000,
  },
);

/** What HL7 calls by authority and hospital, FHIR calls by URIs and by codes of sites: a feed that sends both has to be understood as one. */
const Fhir = object({
  /** Which authority (PID-3.4, PV1-19.4) a system of identifiers stands for; with `type`, identifiers of that system are of this type (MR, VN …) whatever they say. */
  systems: Type.Array(
    object({
      system: Type.String({ minLength: 1, maxLength: 500 }),
      authority: Type.String({ minLength: 1, maxLength: 100 }),
      type: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    }),
    { maxItems: 50 },
  ),
  /** The name (PV1-3.4, MSH-4) of the hospital that an ODS code of a site or an organisation stands for, where HL7 has another. */
  sites: Type.Array(
    object({
      site: Type.String({ minLength: 1, maxLength: 20 }),
      hospital: Type.String({ minLength: 1, maxLength: 100 }),
    }),
    { maxItems: 100 },
  ),
});

/** The criteria to reside (medically fit, turned round), and which values say what. Letters count as the same large and small. */
const Criteria = { at: Path, met: Values, notMet: Values };

/** Which components of PV1-3 are what; null = none. `packed`: how the component of the ward holds more than one of them. */
const Location = {
  ward: Component,
  room: orNull(Component),
  bed: orNull(Component),
  hospital: orNull(Component),
  packed: orNull(Type.String({ minLength: 6, maxLength: 100 })),
};

/** Their codes to ours. What stands in no list is taken as it was sent. */
const Translations = {
  ward: Codes,
  hospital: Codes,
  destination: Codes,
  method: Codes,
  admissionMethod: Codes,
  source: Codes,
  specialty: Codes,
};

/** Whose identifiers are whose, where the message leaves it open. */
const Identifiers = {
  /** Of a local id whose authority is blank; null = MSH-4. */
  localAuthority: orNull(Type.String({ minLength: 1, maxLength: 100 })),
  /** Of a visit number whose authority is blank; null = MSH-4. */
  visitAuthority: orNull(Type.String({ minLength: 1, maxLength: 100 })),
  /** Identifiers that say nothing of who somebody is. */
  leaveOut: Type.Array(Match, { maxItems: 20 }),
};

const CharacterSet = Type.Union([Type.Literal('UTF-8'), Type.Literal('ISO 8859-1'), Type.Literal('ASCII')]);
export type CharacterSet = Static<typeof CharacterSet>;

const plain = {
  /** An identifier of PID-3 is an NHS number when it matches one of these: all that the entry names must agree. */
  nhsNumber: Type.Array(Match, { minItems: 1, maxItems: 20 }),
  /** `auto`: one digit in PV1-36 is the method and PV1-37 the destination, two digits are the destination (api.md). */
  dischargeCodes: Type.Union([Type.Literal('auto'), Type.Literal('destination-in-36'), Type.Literal('method-in-36')]),
  /** Where each of them stands; where one is given, `dischargeCodes` counts for neither. */
  destination: orNull(Path),
  method: orNull(Path),
  /** Discharge ready date: a date, or a time of which the day counts. */
  readyDate: Path,
  /** What MSH-18 would say, in messages that leave it empty. */
  characterSet: CharacterSet,
  /** Whose clock times without an offset are by: an IANA name. */
  timeZone: Type.String({ minLength: 1, maxLength: 60 }),
  /** NHS number statuses (domain.md §7.2) that count as verified. */
  verifiedStatuses: Type.Array(Type.String({ pattern: '^0[1-8]$' }), { maxItems: 8 }),
  /** Whether a number that comes without a status counts as verified. */
  withoutStatusIsVerified: Type.Boolean(),
  /** Processing ids (MSH-11) taken; null = what the mode of the service takes (production P, otherwise P and T). */
  processingIds: orNull(Type.Array(Type.String({ pattern: '^[A-Z]$' }), { minItems: 1, maxItems: 5 })),
  fhir: Fhir,
};

/** Where one feed puts what the standard leaves open. Each field falls back to the shipped default (docs/feed-mapping.md). */
export const FeedMapping = object({
  ...plain,
  criteriaToReside: object(Criteria),
  location: object(Location),
  codes: object(Translations),
  identifiers: object(Identifiers),
});
export type FeedMapping = Static<typeof FeedMapping>;

/** What a settings row may hold: any of the fields, and any part of those that have parts. */
export const PartialFeedMapping = Type.Partial(
  object({
    ...plain,
    criteriaToReside: Type.Partial(object(Criteria), strict),
    location: Type.Partial(object(Location), strict),
    codes: Type.Partial(object(Translations), strict),
    identifiers: Type.Partial(object(Identifiers), strict),
  }),
  strict,
);
export type PartialFeedMapping = Static<typeof PartialFeedMapping>;

/** HL7 UK A.3 and the variants seen (domain.md §6.1): type NH or NHS, or authority NHS. */
export const standardMapping: FeedMapping = {
  nhsNumber: [{ type: 'NH' }, { type: 'NHS' }, { authority: 'NHS' }],
  dischargeCodes: 'auto',
  destination: null,
  method: null,
  readyDate: 'ZU1-24',
  // Medically fit is not meeting the criteria to reside (metrics.md §1).
  criteriaToReside: { at: 'ZU1-22', met: ['N'], notMet: ['Y'] },
  location: { ward: 1, room: 2, bed: 3, hospital: 4, packed: null },
  codes: { ward: {}, hospital: {}, destination: {}, method: {}, admissionMethod: {}, source: {}, specialty: {} },
  characterSet: 'UTF-8',
  timeZone: 'Europe/London',
  identifiers: { localAuthority: null, visitAuthority: null, leaveOut: [] },
  verifiedStatuses: ['01'],
  withoutStatusIsVerified: true,
  processingIds: null,
  fhir: { systems: [], sites: [] },
};

/** Shipped for feeds known by their sender (`MSH-3/MSH-4`). */
export const shippedMappings: Readonly<Record<string, PartialFeedMapping>> = {
  // google/simhospital, docs/artifacts/messages.out: the NHS number stands in PID-3 as `…^^^NHSNBR^NHSNMBR`.
  'SIMHOSP/SFAC': { nhsNumber: [{ authority: 'NHSNBR', type: 'NHSNMBR' }] },
};

const laidOver = (under: FeedMapping, over: PartialFeedMapping | undefined): FeedMapping =>
  over
    ? {
        ...under,
        ...over,
        criteriaToReside: { ...under.criteriaToReside, ...over.criteriaToReside },
        location: { ...under.location, ...over.location },
        codes: { ...under.codes, ...over.codes },
        identifiers: { ...under.identifiers, ...over.identifiers },
      }
    : under;

/** The mapping of a feed: field by field what was set for it, else what is shipped for it, else the standard. */
export const mappingOf = (feed: string, set: ReadonlyMap<string, PartialFeedMapping>): FeedMapping =>
  laidOver(
    laidOver(standardMapping, Object.hasOwn(shippedMappings, feed) ? shippedMappings[feed] : undefined),
    set.get(feed),
  );

/** Our code for one of theirs; their own where the list does not hold it. */
export const translated = (codes: Readonly<Record<string, string>>, code: string): string =>
  (Object.hasOwn(codes, code) ? codes[code] : undefined) ?? code;
