import { Type, type Static } from 'typebox';
import { CivilDate, eventsOf, Instant, Nullable, StringEnum, type EventOf } from '../event-contract.js';

/** `known`: a visit is named but no admission is effective yet; it counts nowhere. */
export const stayStatuses = ['known', 'open', 'discharged', 'cancelled', 'merged'] as const;
export type StayStatus = (typeof stayStatuses)[number];

export const Place = Type.Object({
  ward: Nullable(Type.String()),
  room: Nullable(Type.String()),
  bed: Nullable(Type.String()),
});
export type Place = Static<typeof Place>;

export const CriteriaEntry = Type.Object({
  meets: Type.Boolean(),
  codes: Type.Array(Type.String()),
  /** A ready date sent with the entry (ZU1-24, FHIR, our own event); null when none was. */
  readyDate: Nullable(CivilDate),
  /** When it was true (for a ready date that sets the time: 00:00 London of that date). */
  at: Instant,
  /** The message's own event time: when it was assessed, should the ready date be a fault (metrics.md §1) and not count. */
  assessedAt: Type.Optional(Instant),
  sourceRecordedAt: Instant,
  controlId: Type.String(),
  /** The stay event that first said it. */
  eventId: Type.String(),
});
export type CriteriaEntry = Static<typeof CriteriaEntry>;

/** The whole effective state of a stay after an event: all that other contexts read. The highest revision wins. */
export const StayBlock = Type.Object({
  stayId: Type.String(),
  personId: Type.String(),
  hospital: Nullable(Type.String()),
  status: StringEnum(stayStatuses),
  mergedInto: Nullable(Type.String()),
  admittedAt: Nullable(Instant),
  admissionMethodCode: Nullable(Type.String()),
  sourceCode: Nullable(Type.String()),
  specialty: Nullable(Type.String()),
  dischargedAt: Nullable(Instant),
  destinationCode: Nullable(Type.String()),
  dischargeMethodCode: Nullable(Type.String()),
  /** Effective locations in time order, the admission's first; voided moves and places held for no time are not in it (but the last place of all is, also when it was first named at the discharge). */
  locations: Type.Array(Type.Object({ ...Place.properties, from: Instant })),
  /** Expected discharge dates in the order they became effective; the last holds (null = cleared). */
  expectedDates: Type.Array(Type.Object({ date: Nullable(CivilDate), at: Instant })),
  /** What the feed said of criteria to reside, in effective order. */
  criteria: Type.Array(CriteriaEntry),
  /** Leave of absence: the bed is still held. */
  leave: Type.Array(Type.Object({ from: Instant, to: Nullable(Instant) })),
  /** Completed years on `on`, and nothing nearer to the birth date. */
  age: Nullable(Type.Object({ years: Type.Integer(), on: CivilDate })),
  sex: Nullable(Type.String()),
  /** Approximate: from the outward-postcode table in settings. */
  homeAuthority: Nullable(Type.String()),
  /** A death that the stay's messages tell of (method 4 or 5, destination 79 or PID-29/30), as the last word said of the person anywhere leaves it: null when that is "not dead", unless a discharge by death stands. */
  diedAt: Nullable(Instant),
  /** Set when identity is not certain: the NHS number sent last is not verified, so that it joins nobody. */
  identityToConfirm: Type.Boolean(),
  /** The sender's time of the latest message that said that the admission, or the discharge, never was; null when none did. Absent in events before it was told. */
  admissionCancelledAt: Type.Optional(Nullable(Instant)),
  dischargeCancelledAt: Type.Optional(Nullable(Instant)),
  /** Other ids under which messages of this stay, or of visits merged into it, came: whoever keeps things by person looks at these too. */
  otherPersonIds: Type.Optional(Type.Array(Type.String())),
});
export type StayBlock = Static<typeof StayBlock>;

/** What every stay event carries beside what it says. `fact` is what this message set, kept so that the state is a function of the set of messages. */
const stayEvent = (extra: Parameters<typeof Type.Object>[0] = {}) =>
  Type.Object({
    ...extra,
    /** The message: feed (sender), control id, its hash, its kind (e.g. `ADT^A02`), and the sender's recorded time. */
    message: Type.Object({
      feed: Type.String(),
      controlId: Type.String(),
      hash: Type.String(),
      kind: Type.String(),
      sourceRecordedAt: Instant,
      sequence: Type.Integer(),
    }),
    /** The fields the message set; intake's own, nobody else reads it. */
    fact: Type.Unsafe<Record<string, unknown>>({ type: 'object' }),
    stay: StayBlock,
    /** Whether the death of `stay`, whose death it is, or what its messages say of it, is another than after the event before: most events need no look. Absent = not known. */
    deathChanged: Type.Optional(Type.Boolean()),
  });

export const stayContracts = eventsOf('intake', 'stay-', {
  PatientAdmitted: ['A hospital said that a person was admitted.', stayEvent()],
  PatientMoved: ['A hospital said that a person moved to another place.', stayEvent()],
  StayDetailsChanged: ['A hospital corrected or added details of a stay.', stayEvent()],
  ExpectedDischargeDateSet: ['A hospital set or cleared the expected discharge date.', stayEvent()],
  CriteriaToResideRecorded: ['A hospital said whether the person meets the criteria to reside.', stayEvent()],
  WentOnLeave: ['The person left on leave of absence; the bed is held.', stayEvent()],
  ReturnedFromLeave: ['The person came back from leave.', stayEvent()],
  PatientDischarged: ['A hospital said that the person was discharged.', stayEvent()],
  DischargeCancelled: ['A hospital took a discharge back.', stayEvent()],
  MoveCancelled: ['A hospital took a move back.', stayEvent()],
  AdmissionCancelled: ['A hospital took an admission back.', stayEvent()],
  StaysMerged: ['Two visits are one stay.', stayEvent()],
});
export type StayEvent = EventOf<typeof stayContracts>;
