/** What a stream is known to hold: the ids of all its events up to a revision, -1 for none. */
export interface SeenStream {
  readonly revision: number;
  readonly ids: ReadonlyMap<string, number>;
}

/**
 * Remembers which event ids streams hold, so that an append need not read its stream to know that it brings nothing twice.
 * A stream only grows: what is known of it stays true, and may be too little. Lets go of the streams not met for longest.
 */
export class SeenStreams {
  readonly #streams = new Map<string, { revision: number; readonly ids: Map<string, number> }>();
  readonly #most: number;
  #held = 0;

  /** `most`: ids held at a time, some 150 bytes each. More saves reads of streams that are appended to again after long. */
  constructor(most = 50_000) {
    this.#most = most;
  }

  of(streamId: string): SeenStream | undefined {
    return this.#streams.get(streamId);
  }

  /** These events stand in the stream one after the other, the first at this revision. What does not join on is not noted. */
  note(streamId: string, first: number, ids: readonly string[]): void {
    const seen = this.#streams.get(streamId) ?? { revision: -1, ids: new Map<string, number>() };
    if (first > seen.revision + 1) return;
    for (const [at, id] of ids.entries()) {
      if (first + at <= seen.revision) continue;
      seen.revision = first + at;
      seen.ids.set(id, seen.revision);
      this.#held += 1;
    }
    this.#streams.delete(streamId);
    this.#streams.set(streamId, seen);
    this.#makeRoom(streamId);
  }

  /** The log is not the one it was: it was set back. */
  forget(streamId: string): void {
    this.#held -= this.#streams.get(streamId)?.ids.size ?? 0;
    this.#streams.delete(streamId);
  }

  #makeRoom(newest: string): void {
    for (const streamId of this.#streams.keys()) {
      if (this.#held <= this.#most || streamId === newest) return;
      this.forget(streamId);
    }
  }
}
