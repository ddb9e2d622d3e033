import { v7 as uuidv7 } from 'uuid';
import { deterministicId, replayableId } from '../platform/ids.js';
import { FoldedStreams, type Folded, type Folding } from './folded-streams.js';
import { Turns } from './turns.js';
import type { AppendResult, EventMetadata, EventStore, EventToAppend, ExpectedRevision, StoredEvent } from './port.js';

/** A refusal is a value: `code` such as `pathway.reason-required`; `message` is a sentence that names the rule. */
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  /** `conflict` → 409, `not-found` → 404, `invalid` → 400, `forbidden` → 403, `stale` → 412. Default `conflict`. */
  readonly kind?: 'conflict' | 'not-found' | 'invalid' | 'forbidden' | 'stale' | 'unavailable';
  /** Extra members of the problem document, e.g. `{caseId}` or `{missing: […]}`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a decider says happened. `eventId` only where a business key makes it (policies); else one is made. */
export interface Happened<E extends { type: string; data: unknown }> {
  readonly type: E['type'];
  readonly data: E['data'];
  readonly occurredAt?: string;
  readonly eventId?: string;
}
export type HappenedOf<E extends { type: string; data: unknown }> = E extends unknown
  ? {
      readonly type: E['type'];
      readonly data: E['data'];
      readonly occurredAt?: string;
      readonly eventId?: string;
      /** Of the event's contract. Default 1. */
      readonly schemaVersion?: number;
    }
  : never;

export type Decision<E extends { type: string; data: unknown }> =
  { readonly ok: true; readonly events: readonly HappenedOf<E>[] } | Refusal;

/** An event as `evolve` sees it: its own shape, with the envelope. */
export type Recorded<E> = E extends { type: infer T; data: infer D }
  ? Omit<StoredEvent, 'type' | 'data'> & { readonly type: T; readonly data: D }
  : never;

/** Pure: no I/O, no clock, no framework. */
export interface Decider<S, C, E extends { type: string; data: unknown }> {
  readonly initialState: S;
  decide(command: C, state: S): Decision<E>;
  evolve(state: S, event: Recorded<E>): S;
}

export interface CommandContext {
  readonly metadata: EventMetadata;
  /** When the command says it was true; the default of every event it makes. */
  readonly occurredAt: string;
  /** `If-Match`: refuse with `stale` (412) unless the stream stands at this revision. */
  readonly expectedRevision?: number;
}

export type Executed<S> =
  | {
      readonly ok: true;
      readonly id: string;
      readonly revision: number;
      readonly position: string;
      readonly state: S;
      readonly events: readonly { type: string; eventId: string; data: unknown }[];
    }
  | Refusal;

export interface ExecuteOptions<S, C, E extends { type: string; data: unknown }> {
  readonly store: EventStore;
  readonly decider: Decider<S, C, E>;
  readonly streamId: string;
  /** What the caller sees as the id of the thing (the stream id without its prefix). */
  readonly id: string;
  readonly personId?: string | ((state: S) => string | undefined);
  readonly command: C;
  readonly context: CommandContext;
  /** How often to decide again on the newer state after a race; 0 where the command is not meaningful on it. Default 3. */
  readonly retries?: number;
  /** `no-stream` for commands that create. */
  readonly expected?: ExpectedRevision;
}

/**
 * The one way a command reaches the log: read, fold, decide, append at the revision read.
 * A decision with no events is taken as done (the answer carries the current revision and the log position of the last event).
 * When another append came between, the command is decided again on the newer state, as often as `retries` allows; then the
 * refusal is `stale`. Commands of one process that were overtaken go on one after the other, so that many at once need not give up. Events whose ids are in the log already are taken as done too.
 * @throws StoreUnavailable
 */
export async function execute<S, C, E extends { type: string; data: unknown }>(
  options: ExecuteOptions<S, C, E>,
): Promise<Executed<S>> {
  const { store, streamId, retries = 3, expected } = options;
  const commandId = replayableId();
  const streams = streamsOf(store);
  const once = (): Promise<Executed<S> | undefined> => executeOnce(options, commandId, streams);
  for (let attempt = 0; attempt <= retries; attempt += 1) {
    const executed = await (attempt === 0 ? once() : turnsAt(store).take(streamId, once));
    if (executed) return executed;
  }
  return overtaken(expected);
}

const folded = new WeakMap<EventStore, FoldedStreams>();

const streamsOf = (store: EventStore): FoldedStreams => {
  const known = folded.get(store) ?? new FoldedStreams(store);
  folded.set(store, known);
  return known;
};

const turns = new WeakMap<EventStore, Turns>();

const turnsAt = (store: EventStore): Turns => {
  const known = turns.get(store) ?? new Turns();
  turns.set(store, known);
  return known;
};

/** Undefined when another append came between. */
async function executeOnce<S, C, E extends { type: string; data: unknown }>(
  { store, decider, streamId, id, command, context, expected, personId }: ExecuteOptions<S, C, E>,
  commandId: string | undefined,
  streams: FoldedStreams,
): Promise<Executed<S> | undefined> {
  const stream = await streams.read(streamId, foldingOf(decider));
  const { revision, state } = stream;
  if (commandId !== undefined && stream.eventIds.has(eventIdOf(commandId, 0))) {
    const done = doneBefore(decider, recorded<E>(await store.readStream(streamId)), commandId);
    if (done) return { ok: true, id, ...done };
  }
  if (context.expectedRevision !== undefined && context.expectedRevision !== revision) return changedSince(context);
  const decision = decider.decide(command, state);
  if (!decision.ok) return decision;
  if (decision.events.length === 0) {
    return { ok: true, id, revision, position: stream.position, state, events: [] };
  }
  const whose = typeof personId === 'function' ? personId(state) : personId;
  const events = decision.events.map((event, index) =>
    eventToAppend(event, context, whose, commandId && eventIdOf(commandId, index)),
  );
  const at = expected ?? (revision < 0 ? 'no-stream' : revision);
  const result = await store.append(streamId, at, events, context.metadata);
  if (!result.ok) {
    streams.forget(streamId, decider);
    return undefined;
  }
  const after = stateAfter(decider, stream, { streamId, events, metadata: context.metadata, result });
  const made = events.map(({ type, eventId, data }) => ({ type, eventId, data }));
  return { ok: true, id, revision: result.revision, position: result.position, state: after, events: made };
}

/**
 * Of a request with an `Idempotency-Key` the ids of the events are a function of that key: when the process died between append and
 * answer, the repeat finds them in the stream and answers what the first would have answered, whatever has happened since.
 */
const eventIdOf = (commandId: string, index: number): string => deterministicId('event', commandId, String(index));

const doneBefore = <S, C, E extends { type: string; data: unknown }>(
  decider: Decider<S, C, E>,
  history: readonly Recorded<E>[],
  commandId: string,
): Omit<Extract<Executed<S>, { ok: true }>, 'ok' | 'id'> | undefined => {
  const first = history.findIndex((event) => event.eventId === eventIdOf(commandId, 0));
  if (first < 0) return undefined;
  let last = first;
  while (history[last + 1]?.eventId === eventIdOf(commandId, last + 1 - first)) last += 1;
  const seen = history.slice(0, last + 1);
  return {
    revision: last,
    position: seen.at(-1)?.position ?? '0',
    state: seen.reduce((folded, event) => decider.evolve(folded, event), decider.initialState),
    events: seen.slice(first).map(({ type, eventId, data }) => ({ type, eventId, data })),
  };
};

/** The state a stream stands at: its events folded in order. */
export const fold = <S, C, E extends { type: string; data: unknown }>(
  decider: Pick<Decider<S, C, E>, 'initialState' | 'evolve'>,
  events: readonly StoredEvent[],
): S => foldingOf(decider).fold(decider.initialState, events);

const foldingOf = <S, C, E extends { type: string; data: unknown }>(
  decider: Pick<Decider<S, C, E>, 'initialState' | 'evolve'>,
): Folding<S> => ({
  by: decider,
  initialState: decider.initialState,
  fold: (state, events) => recorded<E>(events).reduce((so, event) => decider.evolve(so, event), state),
});

/** The one place where stored events get their own type: what is in a stream was checked against its contract when it was appended. */
const recorded = <E extends { type: string; data: unknown }>(events: readonly StoredEvent[]): readonly Recorded<E>[] =>
  events as readonly unknown[] as readonly Recorded<E>[];

const eventToAppend = <E extends { type: string; data: unknown }>(
  event: HappenedOf<E>,
  context: CommandContext,
  personId: string | undefined,
  replayable: string | undefined,
): EventToAppend => ({
  eventId: event.eventId ?? replayable ?? uuidv7(),
  type: event.type,
  schemaVersion: event.schemaVersion ?? 1,
  occurredAt: event.occurredAt ?? context.occurredAt,
  ...(personId === undefined ? {} : { personId }),
  data: objectOf(event.data),
});

function objectOf(data: unknown): object {
  if (typeof data === 'object' && data !== null) return data;
  throw new Error('The data of an event is an object.');
}

interface Appended {
  readonly streamId: string;
  readonly events: readonly EventToAppend[];
  readonly metadata: EventMetadata;
  readonly result: AppendResult & { readonly ok: true };
}

/** Folds on what was just appended; what was in the log before (a duplicate) is in the state already. */
function stateAfter<S, C, E extends { type: string; data: unknown }>(
  decider: Decider<S, C, E>,
  { state, eventIds }: Folded<S>,
  { streamId, events, metadata, result }: Appended,
): S {
  if (events.some((event) => eventIds.has(event.eventId))) return state;
  const first = result.revision - events.length + 1;
  const envelopes = events.map((event, index) => ({
    ...event,
    data: { ...event.data },
    streamId,
    revision: first + index,
    position: result.positions?.[index] ?? result.position,
    recordedAt: result.recordedAt ?? event.occurredAt,
    metadata,
  }));
  return recorded<E>(envelopes).reduce((folded, event) => decider.evolve(folded, event), state);
}

const changedSince = (context: CommandContext): Refusal => ({
  ok: false,
  kind: 'stale',
  code: 'revision.stale',
  message: `This was changed since revision ${context.expectedRevision ?? ''} was read. Read it again, then decide.`,
});

const overtaken = (expected: ExpectedRevision | undefined): Refusal =>
  expected === 'no-stream'
    ? { ok: false, kind: 'conflict', code: 'already-exists', message: 'There is one of these already.' }
    : {
        ok: false,
        kind: 'stale',
        code: 'revision.overtaken',
        message: 'Others changed this at the same moment. Read it again, then decide.',
      };
