import type { CaseEvent, ReferralEvent } from '#libs/contracts/discharge/case-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { EventStore, EventToAppend, StoredEvent } from '#libs/event-store/port.js';
import { deterministicId } from '#libs/platform/ids.js';

type Reserved = Recorded<ReferralEvent>;
export type ReferralSaid = Extract<CaseEvent, { readonly type: 'CaseReferred' }>['data'];

/** One stream per person and hospital: whoever appends to it at the revision read has the right to open a case there. */
export const referralStream = (personId: string, hospital: string): string =>
  `referral-${deterministicId('referral', personId, hospital)}`;

const isReservation = (event: StoredEvent | Reserved): event is Reserved => event.type === 'ReferralReserved';

/** The reservations in a referral stream, and the revision to append at. */
export const reservationsOf = async (
  store: EventStore,
  stream: string,
): Promise<{ readonly reserved: readonly Reserved[]; readonly expected: number | 'no-stream' }> => {
  const events = await store.readStream(stream);
  return { reserved: events.filter(isReservation), expected: events.at(-1)?.revision ?? 'no-stream' };
};

/** The first event of a case. Its id is a function of the case id: completing a referral twice writes it once. */
export const caseReferred = (
  caseId: string,
  personId: string,
  occurredAt: string,
  data: ReferralSaid,
): EventToAppend => ({
  eventId: deterministicId('case-referred', caseId),
  type: 'CaseReferred',
  schemaVersion: 1,
  occurredAt,
  personId,
  data,
});

/**
 * Writes the case of a reservation if it is not there: the process that reserved it may have died before. Personal values are copied
 * sealed as they are. Whether this append or that of the other process comes first, it is the same event.
 */
export const completeReferral = async (reservation: Reserved, store: EventStore): Promise<void> => {
  const { caseId, ...said } = reservation.data;
  const stream = `case-${caseId}`;
  if (reservation.personId === undefined || (await store.readStream(stream)).length > 0) return;
  const event = caseReferred(caseId, reservation.personId, reservation.occurredAt, said);
  await store.append(stream, 'no-stream', [event], reservation.metadata);
};
