import type { AllStreamResolvedEvent, EventStoreDBClient, Position as LogPosition } from '@eventstore/db-client';
import { Bell } from '../../platform/bell.js';
import type { EventFilter, Position } from '../port.js';
import { readAfter } from './reading.js';
import { serverFilterOf } from './server-filter.js';

/** What a subscription brought since it was last asked. */
export interface Arrival {
  readonly events: readonly AllStreamResolvedEvent[];
  /** How far the server says it looked, after these events. */
  readonly checkpoint: LogPosition | undefined;
  /** The server had nothing more to give when it said so, after these events. */
  readonly caughtUp: boolean;
  /** Nothing came, for as long as was asked to wait. */
  readonly quiet: boolean;
}

export interface Following {
  readonly after: Position;
  readonly filter: EventFilter;
  readonly signal: AbortSignal;
  /** After so long without anything (ms) an arrival says so. */
  readonly quietMs: number;
}

/** Events kept ready for a reader that is busy; beyond that the server waits. */
const most = 256;

/**
 * One subscription to `$all`, as it comes. Ends when the server ends it or the signal aborts, fails when the connection breaks:
 * it does not connect again.
 */
export async function* arrivals(
  client: EventStoreDBClient,
  { after, filter, signal, quietMs }: Following,
): AsyncGenerator<Arrival, void, void> {
  const bell = new Bell();
  let stirred = false;
  let over: { readonly error?: Error } | undefined;
  let checkpoint: LogPosition | undefined;
  let caughtUp = false;
  const stir = (): void => {
    stirred = true;
    bell.ring();
  };
  const reached = (position: LogPosition): void => {
    checkpoint = position;
    stir();
  };
  const options = { requiresLeader: true, fromPosition: readAfter(after), filter: serverFilterOf(filter, reached) };
  const subscription = client.subscribeToAll(options, { highWaterMark: most });
  subscription.on('readable', stir);
  subscription.on('caughtUp', () => {
    caughtUp = true;
    stir();
  });
  subscription.on('error', (error) => {
    over = { error };
    stir();
  });
  subscription.on('end', () => {
    over ??= {};
    stir();
  });
  try {
    while (!signal.aborted) {
      stirred = false;
      const events: AllStreamResolvedEvent[] = [];
      for (let next = take(subscription); next; next = take(subscription)) {
        events.push(next);
        if (events.length === most) break;
      }
      // What the server says of its place holds after the events it sent before: not while some of those are still to be taken.
      const drained = events.length < most;
      if (events.length > 0 || (drained && (checkpoint || caughtUp))) {
        const place = drained ? { checkpoint, caughtUp } : { checkpoint: undefined, caughtUp: false };
        if (drained) {
          checkpoint = undefined;
          caughtUp = false;
        }
        yield { events, ...place, quiet: false };
      } else if (over) {
        if (over.error) throw over.error;
        return;
      } else if (!stirred) {
        await bell.next(signal, quietMs);
        if (!stirred && !signal.aborted) yield { events: [], checkpoint: undefined, caughtUp: false, quiet: true };
      }
    }
  } finally {
    // The call outlives the stream; it fails where there never was one, and that was told above.
    subscription.unsubscribe().catch(() => undefined);
    subscription.destroy();
  }
}

function take(subscription: ReturnType<EventStoreDBClient['subscribeToAll']>): AllStreamResolvedEvent | null {
  const next: AllStreamResolvedEvent | null = subscription.read();
  return next;
}
