import { BoundedMap } from '../platform/bounded-map.js';
import type { EventStore, Position, StoredEvent } from './port.js';

/** A stream as far as it was read. */
export interface Folded<S> {
  /** -1 while there is no such stream. */
  readonly revision: number;
  readonly position: Position;
  readonly state: S;
  readonly eventIds: ReadonlySet<string>;
}

/** How streams of a kind are folded. `by` names it: what was folded is found again by the same object. */
export interface Folding<S> {
  readonly by: object;
  readonly initialState: S;
  fold(state: S, events: readonly StoredEvent[]): S;
}

/** More spare readings of streams that are written to often; each costs some kilobytes. */
const held = 2_000;

/**
 * What streams came to when they were last read, so that the next command on one reads only what was appended since. Made of what the
 * log gave and of nothing else: personal fields stay sealed, and whoever folds anew comes to the same.
 */
export class FoldedStreams {
  readonly #store: Pick<EventStore, 'readStream'>;
  readonly #folded = new WeakMap<object, BoundedMap<unknown>>();

  constructor(store: Pick<EventStore, 'readStream'>) {
    this.#store = store;
  }

  /** The stream as it is now. @throws StoreUnavailable */
  async read<S>(streamId: string, folding: Folding<S>): Promise<Folded<S>> {
    const before = this.#by(folding).get(streamId) ?? nothing(folding);
    const news = await this.#store.readStream(streamId, before.revision + 1);
    const [first, last] = [news[0], news.at(-1)];
    if (first === undefined || last === undefined) return before;
    if (first.revision !== before.revision + 1) {
      if (before.revision < 0) throw new Error(`${streamId} does not begin with its first event.`);
      this.forget(streamId, folding.by);
      return this.read(streamId, folding);
    }
    const now: Folded<S> = {
      revision: last.revision,
      position: last.position,
      state: folding.fold(before.state, news),
      eventIds: new Set([...before.eventIds, ...news.map(({ eventId }) => eventId)]),
    };
    this.#by(folding).set(streamId, now);
    return now;
  }

  /** To be read from its beginning next time: it is not what it was taken for. */
  forget(streamId: string, by: object): void {
    this.#folded.get(by)?.delete(streamId);
  }

  #by<S>({ by }: Folding<S>): BoundedMap<Folded<S>> {
    const found = this.#folded.get(by) ?? new BoundedMap<unknown>(held);
    this.#folded.set(by, found);
    // What is found under this name was folded in this way.
    return found as BoundedMap<Folded<S>>;
  }
}

const nothing = <S>({ initialState }: Folding<S>): Folded<S> => ({
  revision: -1,
  position: '0',
  state: initialState,
  eventIds: new Set(),
});
