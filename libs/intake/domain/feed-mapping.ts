import { Type, type Static } from 'typebox';

const Match = Type.Object(
  {
    /** PID-3.5, the identifier type. */
    type: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    /** PID-3.4, the assigning authority. */
    authority: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
);

/** What HL7 calls by authority and hospital, FHIR calls by URIs and by codes of sites: a feed that sends both has to be understood as one. */
const Fhir = Type.Object(
  {
    /** Which authority (PID-3.4, PV1-19.4) a system of identifiers stands for; with `type`, identifiers of that system are of this type (MR, VN …) whatever they say. */
    systems: Type.Array(
      Type.Object(
        {
          system: Type.String({ minLength: 1, maxLength: 500 }),
          authority: Type.String({ minLength: 1, maxLength: 100 }),
          type: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
        },
        { additionalProperties: false },
      ),
      { maxItems: 50 },
    ),
    /** The name (PV1-3.4, MSH-4) of the hospital that an ODS code of a site or an organisation stands for, where HL7 has another. */
    sites: Type.Array(
      Type.Object(
        {
          site: Type.String({ minLength: 1, maxLength: 20 }),
          hospital: Type.String({ minLength: 1, maxLength: 100 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 100 },
    ),
  },
  { additionalProperties: false },
);

/** Where one feed puts what the standard leaves open. Each field falls back to the shipped default. */
export const FeedMapping = Type.Object(
  {
    /** An identifier of PID-3 is an NHS number when it matches one of these: all that the entry names must agree. */
    nhsNumber: Type.Array(Match, { minItems: 1, maxItems: 20 }),
    /** `auto`: one digit in PV1-36 is the method and PV1-37 the destination, two digits are the destination (api.md). */
    dischargeCodes: Type.Union([Type.Literal('auto'), Type.Literal('destination-in-36'), Type.Literal('method-in-36')]),
    /** NHS number statuses (domain.md §7.2) that count as verified. */
    verifiedStatuses: Type.Array(Type.String({ pattern: '^0[1-8]$' }), { maxItems: 8 }),
    /** Whether a number that comes without a status counts as verified. */
    withoutStatusIsVerified: Type.Boolean(),
    /** Processing ids (MSH-11) taken; null = what the mode of the service takes (production P, otherwise P and T). */
    processingIds: Type.Union([
      Type.Array(Type.String({ pattern: '^[A-Z]$' }), { minItems: 1, maxItems: 5 }),
      Type.Null(),
    ]),
    fhir: Fhir,
  },
  { additionalProperties: false },
);
export type FeedMapping = Static<typeof FeedMapping>;

/** What a settings row may hold: any of the fields. */
export const PartialFeedMapping = Type.Partial(FeedMapping, { additionalProperties: false });
export type PartialFeedMapping = Static<typeof PartialFeedMapping>;

/** HL7 UK A.3 and the variants seen (domain.md §6.1): type NH or NHS, or authority NHS. */
export const standardMapping: FeedMapping = {
  nhsNumber: [{ type: 'NH' }, { type: 'NHS' }, { authority: 'NHS' }],
  dischargeCodes: 'auto',
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

/** The mapping of a feed: what was set for it, else what is shipped for it, else the standard. */
export const mappingOf = (feed: string, set: ReadonlyMap<string, PartialFeedMapping>): FeedMapping => ({
  ...standardMapping,
  ...(Object.hasOwn(shippedMappings, feed) ? shippedMappings[feed] : {}),
  ...set.get(feed),
});
