import { Type, type Static } from 'typebox';
import { CivilDate, eventsOf, Instant, Nullable, Personal, StringEnum, type EventOf } from '../event-contract.js';

export const serviceTypes = [
  'home-care',
  'reablement',
  'live-in',
  'extra-care',
  'supported-living',
  'residential',
  'nursing',
  'rehab-bed',
  'respite',
] as const;
export type ServiceType = (typeof serviceTypes)[number];
export type Funding = (typeof fundings)[number];
export const fundings = [
  'local-authority',
  'chc',
  'fast-track',
  'fnc',
  'joint',
  'self-funded',
  'discharge-fund',
] as const;
export const declineReasons = [
  'capacity',
  'location',
  'time-of-day',
  'double-handed',
  'behaviour',
  'price',
  'start-date',
  'skills',
  'gender-or-language',
  'contract',
  'other',
] as const;
export type DeclineReason = (typeof declineReasons)[number];

const Text = Personal(Type.String());

/** What the market needs to know; free text is personal and leaves only as the broker writes it. */
export const RequestDetails = Type.Object({
  serviceType: StringEnum(serviceTypes),
  needs: Type.Optional(Personal(Type.Unsafe<Record<string, unknown>>({ type: 'object' }))),
  hoursPerWeek: Type.Optional(Nullable(Type.Number())),
  callsPerDay: Type.Optional(Nullable(Type.Number())),
  carersPerCall: Type.Optional(Nullable(Type.Number())),
  startBy: Type.Optional(Nullable(CivilDate)),
  outwardPostcode: Type.Optional(Nullable(Type.String())),
  preferences: Type.Optional(Personal(Type.Unsafe<Record<string, unknown>>({ type: 'object' }))),
  funding: Type.Optional(Nullable(StringEnum(fundings))),
  weeklyCeiling: Type.Optional(Nullable(Type.Number())),
  interimFor: Type.Optional(Nullable(Type.String())),
});

export type RequestDetails = Static<typeof RequestDetails>;

/** The pathway decision that a request opened by policy answers. */
const Answers = Type.Object({ pathway: Type.Integer({ minimum: 1, maximum: 3 }), eventId: Type.String() });

export const requestContracts = eventsOf('brokerage', 'request-', {
  PlacementRequested: [
    'Care was asked for, as a draft.',
    Type.Object({
      caseId: Type.String(),
      by: StringEnum(['hand', 'policy'] as const),
      details: RequestDetails,
      answers: Type.Optional(Answers),
    }),
  ],
  RequestCompleted: [
    'All that brokerage needs is there.',
    Type.Object({ details: RequestDetails, completedBy: Type.String() }),
  ],
  RequestApproved: [
    'Somebody other than the requester approved the request; the clock starts.',
    Type.Object({ approver: Text, approvedBy: Type.Optional(Type.String()) }),
  ],
  RequestClaimed: [
    'A broker holds the request; null when handed back.',
    Type.Object({ broker: Nullable(Type.String()) }),
  ],
  RequestSentToProviders: [
    'Providers were asked, without identity.',
    Type.Object({ wave: Type.Integer(), providerIds: Type.Array(Type.String()) }),
  ],
  ProviderInterested: ['A provider is interested.', Type.Object({ providerId: Type.String() })],
  ProviderDeclined: [
    'A provider declined, with a coded reason.',
    Type.Object({ providerId: Type.String(), reason: Nullable(StringEnum(declineReasons)) }),
  ],
  OfferReceived: [
    'A provider offered, provisionally.',
    Type.Object({
      offerId: Type.String(),
      providerId: Type.String(),
      canStartOn: CivilDate,
      weeklyPrice: Type.Number(),
      notes: Nullable(Text),
      flags: Type.Array(StringEnum(['below-minimum-price', 'above-ceiling'] as const)),
    }),
  ],
  OfferConfirmed: ['The offer is confirmed.', Type.Object({ offerId: Type.String() })],
  OfferApproved: [
    'An offer above the ceiling was approved.',
    Type.Object({ offerId: Type.String(), approver: Text, approvedBy: Type.Optional(Type.String()) }),
  ],
  OfferWithdrawn: [
    'The offer is withdrawn.',
    Type.Object({ offerId: Type.String(), because: StringEnum(['provider', 'embargo', 'request'] as const) }),
  ],
  PlacementAwarded: [
    'The placement is found: one confirmed offer was taken, the others close.',
    Type.Object({
      offerId: Type.String(),
      providerId: Type.String(),
      serviceType: StringEnum(serviceTypes),
      startsOn: CivilDate,
      weeklyPrice: Type.Number(),
      funding: Nullable(StringEnum(fundings)),
      reason: Text,
      familyChoice: Nullable(Type.Boolean()),
    }),
  ],
  PlacementStarted: ['The care began.', Type.Object({ providerId: Type.String(), startedOn: CivilDate })],
  PlacementFailed: [
    'The placement fell through; sourcing goes on.',
    Type.Object({ offerId: Nullable(Type.String()), providerId: Nullable(Type.String()), reason: Text }),
  ],
  RequestChanged: [
    'The request changed (its service type, or its needs).',
    Type.Object({
      details: RequestDetails,
      because: StringEnum(['hand', 'pathway-changed'] as const),
      answers: Type.Optional(Answers),
    }),
  ],
  RequestPaused: ['Sourcing is paused.', Type.Object({ because: StringEnum(['criteria', 'case', 'hand'] as const) })],
  RequestResumed: ['Sourcing goes on.', Type.Object({ because: StringEnum(['criteria', 'case', 'hand'] as const) })],
  RequestWithdrawn: [
    'The request is withdrawn; providers who were asked are told.',
    Type.Object({
      because: StringEnum(['hand', 'pathway-changed', 'died', 'referral-withdrawn', 'case-closed'] as const),
      reason: Nullable(Text),
    }),
  ],
  RequestReinstated: [
    'What withdrew the request was taken back.',
    Type.Object({ undoes: StringEnum(['died', 'referral-withdrawn', 'case-closed', 'pathway-changed'] as const) }),
  ],
  AwardFlagged: [
    'An unstarted award stands with a provider under embargo: the broker decides.',
    Type.Object({ providerId: Type.String(), status: Type.String() }),
  ],
  WithdrawalAcknowledged: [
    'A provider knows of the withdrawal.',
    Type.Object({ providerId: Type.String(), acknowledgedBy: Text }),
  ],
});
export type RequestEvent = EventOf<typeof requestContracts>;

export const cqcRatings = ['outstanding', 'good', 'requires-improvement', 'inadequate', 'not-rated'] as const;
export const commissioningStatuses = ['open', 'slowed', 'embargoed', 'suspended', 'deregistered'] as const;

export const ProviderDetails = Type.Object({
  name: Type.String(),
  cqcLocationId: Type.String(),
  cqcRating: StringEnum(cqcRatings),
  services: Type.Array(StringEnum(serviceTypes)),
  areas: Type.Array(Type.String()),
  languages: Type.Array(Type.String()),
  cultures: Type.Array(Type.String()),
  diets: Type.Array(Type.String()),
  carerGenders: Type.Array(Type.String()),
  communication: Type.Array(Type.String()),
  skills: Type.Array(Type.String()),
  minimumSustainablePrice: Type.Record(Type.String(), Type.Number()),
});

export const providerContracts = eventsOf('brokerage', 'provider-', {
  ProviderRegistered: [
    'A provider (one CQC location) is on the books.',
    Type.Object({ providerId: Type.String(), details: ProviderDetails }),
  ],
  ProviderDetailsChanged: [
    'Its details changed.',
    Type.Object({ providerId: Type.String(), details: ProviderDetails }),
  ],
  CapacityReported: [
    'It said what it can take.',
    Type.Object({
      providerId: Type.String(),
      serviceType: StringEnum(serviceTypes),
      accepting: Type.Integer({ minimum: 0 }),
      asOf: Instant,
    }),
  ],
  CommissioningStatusChanged: [
    'Its commissioning status changed.',
    Type.Object({
      providerId: Type.String(),
      status: StringEnum(commissioningStatuses),
      reason: Type.String(),
      from: CivilDate,
      to: Nullable(CivilDate),
      referralsPerWeek: Nullable(Type.Integer({ minimum: 0 })),
    }),
  ],
});
export type ProviderDetails = Static<typeof ProviderDetails>;
export type CqcRating = (typeof cqcRatings)[number];
export type CommissioningStatus = (typeof commissioningStatuses)[number];
export type ProviderEvent = EventOf<typeof providerContracts>;
