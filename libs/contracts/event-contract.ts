import { Type, type Static, type TSchema } from 'typebox';

/** A personal value as it stands in the log and in read models: AES-256-GCM under the person's own key. Open it with `PeopleVault.open`. */
export interface Sealed {
  readonly sealed: string;
  readonly by: string;
  readonly in: string;
  readonly field: string;
}

/** An instant, ISO 8601 in UTC with milliseconds, e.g. `2026-11-23T08:30:00.000Z`. */
export const Instant = Type.String({ format: 'date-time' });
/** A civil date in Europe/London, `YYYY-MM-DD`. */
export const CivilDate = Type.String({ format: 'date' });
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const StringEnum = <T extends string>(values: readonly T[], options: object = {}) =>
  Type.Unsafe<T>({ type: 'string', enum: [...values], ...options });

/**
 * Marks a field as personal: given in the clear to `append`, sealed before it reaches the log, and read back as `Sealed`.
 * The event that holds it must carry `personId`. The mark works on a field of the event's `data` at any depth outside arrays.
 */
export const Personal = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T> | Sealed>({ ...(schema as object), 'x-personal': true });

export type ContextName = 'intake' | 'people' | 'discharge' | 'brokerage' | 'reablement' | 'insights';

/** One entry of the event catalogue: an event type at a schema version, the streams it stands in and the shape of its data. */
export interface EventContract<T extends string = string, S extends TSchema = TSchema> {
  readonly type: T;
  readonly version: number;
  readonly context: ContextName;
  /** Prefix of the streams it is appended to, e.g. `case-`. */
  readonly stream: string;
  /** What happened, one plain sentence. */
  readonly says: string;
  readonly data: S;
}

type Declared = Readonly<Record<string, readonly [says: string, data: TSchema]>>;

/** Declares the events of one stream: `{Name: [sentence, data schema]}` at version 1. */
export function eventsOf<M extends Declared>(
  context: ContextName,
  stream: string,
  events: M,
): { readonly [K in keyof M & string]: EventContract<K, M[K][1]> };
export function eventsOf(context: ContextName, stream: string, events: Declared): Record<string, EventContract> {
  return Object.fromEntries(
    Object.entries(events).map(([type, [says, data]]) => [type, { type, version: 1, context, stream, says, data }]),
  );
}

/** The union of `{type, data}` over a map of contracts: what deciders return and evolve. */
export type EventOf<M extends Record<string, EventContract>> = {
  [K in keyof M & string]: { readonly type: K; readonly data: Static<M[K]['data']> };
}[keyof M & string];
