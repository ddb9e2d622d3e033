import type { AppendResult, EventToAppend, ExpectedRevision, StoredEvent } from './port.js';

/**
 * What an append to a stream held in memory comes to without anything being written: the events stand already, or the revision is another.
 * Undefined when it is to be written. `known`: where an event id may be taken (the log, or the stream).
 * @throws Error when only some of the ids are taken.
 */
export const settledAppend = (
  stream: readonly StoredEvent[],
  expected: ExpectedRevision,
  events: readonly EventToAppend[],
  known: readonly StoredEvent[] = stream,
): AppendResult | undefined => {
  const taken = known.filter((stored) => events.some(({ eventId }) => eventId === stored.eventId));
  const last = taken.at(-1);
  if (last) {
    if (taken.length < events.length) throw new Error('Some event ids of this append are taken.');
    return { ok: true, revision: last.revision, position: last.position, duplicate: true };
  }
  const actual = stream.at(-1)?.revision ?? null;
  if (expected === 'any' || (expected === 'no-stream' ? null : expected) === actual) return undefined;
  return { ok: false, code: 'wrong-revision', actual };
};
