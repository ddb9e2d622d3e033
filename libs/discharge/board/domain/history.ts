import type { RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import { comparePositions, type Position, type StoredEvent } from '#libs/event-store/port.js';
import type { StayVersion as WardStayVersion } from '../../stays/stay-row.js';

type Named = { readonly type: string; readonly data: unknown };
type DataOf<E extends Named, T extends E['type']> = Extract<E, { readonly type: T }>['data'];
type KeysOf<E extends Named> = { readonly [T in E['type']]: readonly (keyof DataOf<E, T>)[] };

/** An entry of a history: what happened, with both clocks and its place in the log. */
export interface Clocked {
  readonly eventId: string;
  /** When it was true. */
  readonly occurredAt: string;
  /** When we knew. */
  readonly recordedAt: string;
  readonly revision: number;
  readonly position: Position;
  /** It follows from facts elsewhere: no person entered it. */
  readonly byPolicy: boolean;
}
type FactsOf<E extends Named, K extends KeysOf<E>> = {
  [T in E['type']]: Clocked & {
    readonly type: T;
    readonly data: Pick<DataOf<E, T>, K[T][number] & keyof DataOf<E, T>>;
  };
}[E['type']];

/** What a row is made of. Free text stays in the log, but for what the row shows: the next action. */
const ofCase = {
  CaseReferred: ['hospital', 'ward', 'homeAuthority', 'expectedDischargeDate', 'flags', 'previousCaseId'],
  CaseLinkedToStay: ['stayId', 'admittedAt'],
  CriteriaToResideRecorded: ['meets'],
  CaseAccepted: [],
  CaseWorkerAssigned: ['worker', 'organisation'],
  PathwayAssigned: ['pathway', 'returningCareHomeResident'],
  ExpectedDischargeDateChanged: ['date'],
  DelayStarted: ['delayId', 'reason', 'owner', 'anticipated', 'setBy'],
  DelayEnded: ['delayId'],
  ActionRaised: ['actionId', 'what', 'owner', 'due'],
  ActionCompleted: ['actionId'],
  CaseEscalated: ['escalationId', 'level'],
  EscalationResolved: ['escalationId'],
  InvolvementRecorded: [],
  CarersAssessmentOffered: [],
  ChoiceDiscussed: [],
  CasePaused: ['by'],
  CaseResumed: ['by'],
  CaseDischarged: ['by', 'stayId', 'dischargedAt', 'destinationCode'],
  DischargeReversed: ['stayId'],
  ReferralWithdrawn: ['by'],
  CaseClosed: ['by', 'diedAt'],
  CaseReopened: ['undoes'],
  ReadmissionNoted: ['stayId', 'admittedAt'],
  ReadmissionTakenBack: ['stayId'],
  EntryMarkedInError: ['eventId'],
} as const satisfies KeysOf<CaseEvent>;

const ofRequest = {
  PlacementRequested: ['caseId', 'details'],
  RequestCompleted: ['details'],
  RequestApproved: [],
  RequestClaimed: ['broker'],
  RequestSentToProviders: ['wave'],
  ProviderInterested: ['providerId'],
  ProviderDeclined: ['providerId'],
  OfferReceived: ['offerId', 'providerId', 'canStartOn'],
  OfferConfirmed: ['offerId'],
  OfferApproved: ['offerId'],
  OfferWithdrawn: ['offerId'],
  PlacementAwarded: ['offerId', 'providerId', 'startsOn', 'serviceType'],
  PlacementStarted: ['providerId', 'startedOn'],
  PlacementFailed: ['offerId', 'providerId'],
  RequestChanged: ['details'],
  RequestPaused: ['because'],
  RequestResumed: ['because'],
  RequestWithdrawn: ['because'],
  RequestReinstated: ['undoes'],
  AwardFlagged: ['providerId'],
  WithdrawalAcknowledged: ['providerId'],
} as const satisfies KeysOf<RequestEvent>;

export type CaseFact = FactsOf<CaseEvent, typeof ofCase>;
export type RequestFact = FactsOf<RequestEvent, typeof ofRequest>;

/** One request of a case, with what happened to it in the order of its stream. */
export interface RequestHistory {
  readonly requestId: string;
  readonly facts: readonly RequestFact[];
}

/** All that is known of a case, whenever it was true and whenever it was known. */
export interface CaseHistory {
  readonly caseId: string;
  readonly personId: string;
  readonly facts: readonly CaseFact[];
  readonly requests: readonly RequestHistory[];
}

/** A version of a stay: its whole state as the ward's messages made it at `recordedAt`. */
export type StayVersion = Pick<WardStayVersion, 'revision' | 'recordedAt' | 'position' | 'block'>;
/** Every version known of the stays a case may stand on, by stay id. */
export type StayVersions = ReadonlyMap<string, readonly StayVersion[]>;

/**
 * What was true at `asOf`, as known at `knownAt`; `upTo` cuts the log exactly, where one instant holds several events.
 * `live`: all there is counts as known. The clock of the log is another machine's and may run ahead of ours by a moment.
 */
export interface Clocks {
  readonly asOf: string;
  readonly knownAt: string;
  readonly upTo?: Position;
  readonly live?: boolean;
}

export const isKnown = (entry: { recordedAt: string; position: Position }, clocks: Clocks): boolean =>
  clocks.live === true ||
  (entry.recordedAt <= clocks.knownAt &&
    (clocks.upTo === undefined || comparePositions(entry.position, clocks.upTo) <= 0));

/** An entry of a history as it is stored, before its kind of stream is known. */
export type StoredFact = Clocked & { readonly type: string; readonly data: object };
export const isCaseFact = (fact: StoredFact): fact is CaseFact => fact.type in ofCase;
export const isRequestFact = (fact: StoredFact): fact is RequestFact => fact.type in ofRequest;

const keysOf: Readonly<Record<string, readonly string[]>> = { ...ofCase, ...ofRequest };

/** A request's details are long and mostly personal; a row needs the kind of care and what it stands in for. */
const shortened = (key: string, value: unknown): unknown =>
  key === 'details' && typeof value === 'object' && value !== null
    ? {
        ...('serviceType' in value ? { serviceType: value.serviceType } : {}),
        ...('interimFor' in value ? { interimFor: value.interimFor } : {}),
      }
    : value;

/** The entry a stored event makes in a history, without the texts no row shows. Its shape was checked when it was appended. */
export const factOf = (event: StoredEvent): StoredFact => ({
  eventId: event.eventId,
  type: event.type,
  occurredAt: event.occurredAt,
  recordedAt: event.recordedAt,
  revision: event.revision,
  position: event.position,
  byPolicy: event.metadata.source.startsWith('policy:'),
  data: Object.fromEntries(
    (keysOf[event.type] ?? []).filter((key) => key in event.data).map((key) => [key, shortened(key, event.data[key])]),
  ),
});
