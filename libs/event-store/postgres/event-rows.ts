import type { EventMetadata, StoredEvent } from '../port.js';

/** The columns of an event, in the order `eventOfRow` takes them. Times come as UTC text, whatever the session's zone. */
export const eventColumns = `position, stream_id, revision, event_id, type, schema_version,
  occurred_at AT TIME ZONE 'UTC' AS occurred_at, recorded_at AT TIME ZONE 'UTC' AS recorded_at, person_id, data, metadata`;

/** Every value as the text the server sent: positions stay exact, and JSON and times are read here, once. */
export const asText = { getTypeParser: () => (text: string) => text };

export type EventRow = readonly (string | null)[];

/** Makes the envelope of a row read with `rowMode: 'array'` and `asText`. */
export function eventOfRow(row: EventRow): StoredEvent {
  const [position, streamId, revision, eventId, type, version, occurredAt, recordedAt, personId, data, metadata] = row;
  if (!position || !streamId || !eventId || !type || !occurredAt || !recordedAt || !data || !metadata) {
    throw new Error(`The log holds an event that cannot be read at position ${position ?? '?'}.`);
  }
  const payload: Readonly<Record<string, unknown>> = JSON.parse(data);
  const origin: EventMetadata = JSON.parse(metadata);
  return {
    eventId,
    type,
    schemaVersion: Number(version),
    streamId,
    revision: Number(revision),
    position,
    occurredAt: instantOf(occurredAt),
    recordedAt: instantOf(recordedAt),
    ...(personId ? { personId } : {}),
    data: payload,
    metadata: origin,
  };
}

const usual = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?$/;

/** `2026-11-23 08:30:00.5` (UTC) → `2026-11-23T08:30:00.500Z`. */
export function instantOf(text: string): string {
  if (!usual.test(text)) throw new Error('The log holds a time that is not of this era.');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20).padEnd(3, '0')}Z`;
}
