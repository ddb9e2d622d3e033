import { jsonEvent, type EventData, type RecordedEvent } from '@eventstore/db-client';
import type { AppendRequest } from '../postgres/append-request.js';
import type { EventMetadata, EventToAppend, Position, StoredEvent } from '../port.js';

/** What EventStoreDB has no field for, kept in the metadata of an event. */
interface Envelope {
  readonly schemaVersion: number;
  readonly occurredAt: string;
  readonly personId?: string;
  /** Made anew for every append: tells what this append wrote from what was there before. */
  readonly append: string;
  readonly origin: EventMetadata;
}

export interface ReadEvent {
  readonly event: StoredEvent;
  /** The append that wrote it. */
  readonly append: string;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Writes the events of an append out for EventStoreDB.
 * @throws Error when an event id is not a UUID in lower case: EventStoreDB keeps no other.
 */
export function eventDataOf(
  request: AppendRequest,
  events: readonly EventToAppend[],
  origin: EventMetadata,
  append: string,
): EventData[] {
  return events.map(({ data, personId, schemaVersion }, at) => {
    const { eventId = '', type = '', occurredAt = '' } = request.events[at] ?? {};
    if (!uuid.test(eventId)) throw new Error('The eventId of an event is not a UUID in lower case.');
    const metadata = {
      schemaVersion,
      occurredAt,
      ...(personId === undefined ? {} : { personId }),
      append,
      origin,
    } satisfies Envelope;
    return jsonEvent({ id: eventId, type, data: { ...data }, metadata });
  });
}

/**
 * The envelope of an event that was read. Undefined for one that is not of this log: the server may have other tenants.
 * @throws Error when it is of this log and cannot be read.
 */
export function readEventOf(recorded: RecordedEvent): ReadEvent | undefined {
  const { metadata, data, isJson, streamId } = recorded;
  if (!isJson || !isRecord(metadata) || !('append' in metadata && 'origin' in metadata)) return undefined;
  if (!isEnvelope(metadata) || !isRecord(data)) {
    throw new Error(`The log holds an event that cannot be read at revision ${recorded.revision} of a stream.`);
  }
  const event = {
    eventId: recorded.id,
    type: recorded.type,
    schemaVersion: metadata.schemaVersion,
    streamId,
    revision: Number(recorded.revision),
    position: positionOf(recorded),
    occurredAt: metadata.occurredAt,
    recordedAt: recorded.created.toISOString(),
    ...(metadata.personId === undefined ? {} : { personId: metadata.personId }),
    data,
    metadata: metadata.origin,
  };
  return { event, append: metadata.append };
}

/** What servers before 22.6 give for the position of an event that is read in its stream. */
const unknown = 0xffff_ffff_ffff_ffffn;

/** The commit position. An event written over gRPC has its own, and its prepare position is the same. */
export function positionOf({ position }: Pick<RecordedEvent, 'position'>): Position {
  if (position === undefined || position.commit === unknown) {
    throw new Error('This EventStoreDB does not tell positions: version 23.10 or a later one is needed.');
  }
  return String(position.commit);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

const isEnvelope = (value: object): value is Envelope =>
  'schemaVersion' in value &&
  typeof value.schemaVersion === 'number' &&
  'occurredAt' in value &&
  typeof value.occurredAt === 'string' &&
  (!('personId' in value) || typeof value.personId === 'string') &&
  'append' in value &&
  typeof value.append === 'string' &&
  'origin' in value &&
  isRecord(value.origin) &&
  isRecord(value.origin['actor']);
