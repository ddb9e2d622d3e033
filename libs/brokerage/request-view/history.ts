import type { StoredEvent } from '#libs/event-store/port.js';

/** One entry of a request's trail: what happened, both clocks, and who. */
export interface HistoryEntry {
  readonly eventId: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly by: string | null;
  readonly role: string;
  readonly data: unknown;
}

/** The trail of a request in the order it was recorded. Personal fields are still sealed. */
export const historyOf = (
  events: readonly StoredEvent[],
  nameOfUser: (id: string) => string | null,
): readonly HistoryEntry[] =>
  events.map(({ eventId, type, occurredAt, recordedAt, metadata, data }) => ({
    eventId,
    type,
    occurredAt,
    recordedAt,
    by: nameOfUser(metadata.actor.id),
    role: metadata.actor.role,
    data,
  }));
