import type { EventMetadata, EventToAppend, ExpectedRevision } from '../port.js';

/** One append, checked and written out: ready to travel in a group. */
export interface AppendRequest {
  readonly streamId: string;
  /** ≥ 0 exact, -1 no stream, -2 any. */
  readonly expected: number;
  readonly metadata: string;
  readonly events: readonly {
    readonly eventId: string;
    readonly type: string;
    readonly schemaVersion: number;
    readonly occurredAt: string;
    readonly personId: string;
    readonly payload: string;
  }[];
}

/** Texts travel joined by this character. JSON never holds it (it is written `\u001e` there), and ids may not. */
export const separator = '\u001e';

/**
 * Writes an append out, or says what is wrong with it before it can reach a group of others.
 * @throws Error that names the field, never its value.
 */
export function appendRequestOf(
  streamId: string,
  expected: ExpectedRevision,
  events: readonly EventToAppend[],
  metadata: EventMetadata,
): AppendRequest {
  if (events.length === 0) throw new Error('An append needs at least one event.');
  const ids = new Set(events.map((event) => event.eventId));
  if (ids.size !== events.length) throw new Error('An append names the same event id twice.');
  if (typeof expected === 'number' && !(Number.isInteger(expected) && expected >= 0)) {
    throw new Error('An expected revision is a whole number from 0.');
  }
  return {
    streamId: plain('streamId', streamId),
    expected: expected === 'any' ? -2 : expected === 'no-stream' ? -1 : expected,
    metadata: JSON.stringify(metadata),
    events: events.map((event) => ({
      eventId: plain('eventId', event.eventId),
      type: plain('type', event.type),
      schemaVersion: event.schemaVersion,
      occurredAt: instant(event.occurredAt),
      personId: event.personId === undefined ? '' : plain('personId', event.personId),
      payload: JSON.stringify(event.data),
    })),
  };
}

function plain(field: string, text: string): string {
  if (text === '') throw new Error(`The ${field} of an event is empty.`);
  if (text.length > 500) throw new Error(`The ${field} of an event is longer than 500 characters.`);
  // eslint's no-control-regex has no say here: control characters are exactly what is looked for.
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) < 0x20) throw new Error(`The ${field} of an event holds a control character.`);
  }
  return text;
}

function instant(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new Error('The occurredAt of an event is not a time.');
  const iso = time.toISOString();
  if (!/^(?!0000)\d{4}-/.test(iso)) throw new Error('The occurredAt of an event is outside the years 1 to 9999.');
  return iso;
}
