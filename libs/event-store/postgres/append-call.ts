import type { PoolClient } from 'pg';
import type { AppendResult } from '../port.js';
import { separator, type AppendRequest } from './append-request.js';
import { asText, instantOf } from './event-rows.js';

const call = `
SELECT array_to_string(outcomes, ','), array_to_string(revisions, ','), array_to_string(positions, ','), recorded AT TIME ZONE 'UTC'
  FROM log.append(
    string_to_array($1, E'\\x1e'), $2, $3, $4,
    string_to_array($5, E'\\x1e'), string_to_array($6, E'\\x1e'), $7, string_to_array($8, E'\\x1e')::timestamptz[],
    string_to_array($9, E'\\x1e', ''), string_to_array($10, E'\\x1e'), string_to_array($11, E'\\x1e'), $12)`;

/** How long (ms) a statement of the log may stay unanswered, unless said otherwise. */
export const usualAnswerMs = 10_000;

/** What came of one append of a group: a result for its caller, or an error that is his alone. */
export type AppendOutcome = AppendResult | Error;

/**
 * Sends a group of appends in one round trip and one commit. No two appends of a group may name the same event id.
 * Inside a transaction of the caller's own, call it last: it holds the lock of the whole log until the commit.
 * Fails when it is not answered within `answerMs`; what it was to do may be done then or not.
 */
export async function callAppend(
  client: Pick<PoolClient, 'query'>,
  group: readonly AppendRequest[],
  recordedAt: string | null,
  answerMs = usualAnswerMs,
): Promise<readonly AppendOutcome[]> {
  const streams = [...new Set(group.map((append) => append.streamId))];
  const place = new Map(streams.map((streamId, index) => [streamId, index + 1]));
  const events = group.flatMap((append) => append.events);
  // Not written in place: the types of pg do not know of `query_timeout`, which it takes for each statement.
  const statement = {
    name: 'log-append',
    text: call,
    rowMode: 'array' as const,
    types: asText,
    query_timeout: answerMs,
    values: [
      streams.join(separator),
      numbers(group.map((append) => place.get(append.streamId) ?? 0)),
      numbers(group.map((append) => append.expected)),
      numbers(group.map((append) => append.events.length)),
      events.map((event) => event.eventId).join(separator),
      events.map((event) => event.type).join(separator),
      numbers(events.map((event) => event.schemaVersion)),
      events.map((event) => event.occurredAt).join(separator),
      events.map((event) => event.personId).join(separator),
      events.map((event) => event.payload).join(separator),
      group.flatMap((append) => append.events.map(() => append.metadata)).join(separator),
      recordedAt,
    ],
  };
  const { rows } = await client.query<string[], unknown[]>(statement);
  const [outcomes = '', revisions = '', positions = '', recorded = ''] = rows[0] ?? [];
  const revision = revisions.split(',').map(Number);
  const position = positions.split(',');
  const instant = instantOf(recorded);
  return outcomes
    .split(',')
    .map((outcome, at) =>
      outcomeOf(outcome, revision[at] ?? -1, position[at] ?? '', instant, group[at]?.events.length ?? 0),
    );
}

function outcomeOf(
  outcome: string,
  revision: number,
  position: string,
  recordedAt: string,
  events: number,
): AppendOutcome {
  switch (outcome) {
    case '0':
      return { ok: true, revision, position, duplicate: false, recordedAt, positions: lastOf(events, position) };
    case '1':
      return { ok: true, revision, position, duplicate: true };
    case '2':
      return { ok: false, code: 'wrong-revision', actual: revision < 0 ? null : revision };
    default:
      return new Error('Some event ids of this append are taken by another append.');
  }
}

/** The log has no gaps here, and the events of an append stand one after the other. */
const lastOf = (events: number, position: string): readonly string[] =>
  Array.from({ length: events }, (_, at) => String(BigInt(position) - BigInt(events - 1 - at)));

const numbers = (values: readonly number[]): string => `{${values.join(',')}}`;
