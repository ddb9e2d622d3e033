import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { StoredEvent } from '#libs/event-store/port.js';

/** A stay as it was known from one revision of its stream on. */
export interface StayVersion {
  readonly stayId: string;
  readonly revision: number;
  readonly position: string;
  /** When we knew. */
  readonly recordedAt: string;
  /** When what the message says was true. */
  readonly occurredAt: string;
  /** The type of the event that made this version, e.g. `PatientDischarged`. */
  readonly type: string;
  /** The latest sender's time, up to this version, of a cancelled admission (A11, A23). */
  readonly admissionCancelledAt: string | null;
  /** The same of a cancelled discharge (A13). */
  readonly dischargeCancelledAt: string | null;
  readonly block: StayBlock;
}

/** Null sorts before every time. */
const later = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b > a) ? b : a);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The block every stay event carries; the append has held it to its schema. */
const isStayBlock = (value: unknown): value is StayBlock =>
  isObject(value) && typeof value['stayId'] === 'string' && typeof value['status'] === 'string';

/** When the sender recorded what the event says. */
const sourceRecordedAtOf = (event: StoredEvent): string => {
  const { message } = event.data;
  const said = isObject(message) ? message['sourceRecordedAt'] : undefined;
  // Instants compare as text only in one form.
  return typeof said === 'string' ? new Date(said).toISOString() : event.occurredAt;
};

const told = (inBlock: string | null | undefined, otherwise: string | null): string | null =>
  inBlock === undefined ? otherwise : inBlock;

type Before = Pick<StayVersion, 'admissionCancelledAt' | 'dischargeCancelledAt'>;

/**
 * The version a stay event makes on the one before it; `undefined` for anything else. All of the stay's state is in its block; in blocks from
 * before they told when something was cancelled, that is the latest cancellation so far.
 */
export const stayVersionOf = (event: StoredEvent, before: Before | undefined): StayVersion | undefined => {
  const { stay } = event.data;
  if (!event.streamId.startsWith('stay-') || !isStayBlock(stay)) return undefined;
  const cancelled = (type: string): string | null => (event.type === type ? sourceRecordedAtOf(event) : null);
  return {
    stayId: stay.stayId,
    revision: event.revision,
    position: event.position,
    recordedAt: event.recordedAt,
    occurredAt: event.occurredAt,
    type: event.type,
    admissionCancelledAt: told(
      stay.admissionCancelledAt,
      later(before?.admissionCancelledAt ?? null, cancelled('AdmissionCancelled')),
    ),
    dischargeCancelledAt: told(
      stay.dischargeCancelledAt,
      later(before?.dischargeCancelledAt ?? null, cancelled('DischargeCancelled')),
    ),
    block: stay,
  };
};

/** The newest version in a stay's own stream. */
export const newestVersionOf = (events: readonly StoredEvent[]): StayVersion | undefined =>
  events.reduce<StayVersion | undefined>((version, event) => stayVersionOf(event, version) ?? version, undefined);
