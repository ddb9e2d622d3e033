import { comparePositions, type AllPage, type Position } from '../port.js';

interface Known {
  readonly position: Position;
  readonly recordedAt: string;
}

/**
 * Finds the last event recorded by an instant, in a log whose positions have gaps and cannot be tried between. Keeps the last event of
 * every page it has read, so that the log is read through once in the life of a process, and later from near the place.
 */
export class RecordedTimes {
  readonly #page: (after: Position) => Promise<AllPage>;
  /** In the order of the log. */
  readonly #known: Known[] = [];

  constructor(page: (after: Position) => Promise<AllPage>) {
    this.#page = page;
  }

  async by(instant: string): Promise<Position> {
    let found = this.#known.findLast(({ recordedAt }) => recordedAt <= instant)?.position ?? '0';
    for (;;) {
      const { events, atEnd } = await this.#page(found);
      const later = events.findIndex(({ recordedAt }) => recordedAt > instant);
      if (later >= 0) return events[later - 1]?.position ?? found;
      const last = events.at(-1);
      if (last !== undefined) {
        this.#note(last);
        found = last.position;
      }
      if (atEnd) return found;
    }
  }

  #note({ position, recordedAt }: Known): void {
    const last = this.#known.at(-1);
    if (last === undefined || comparePositions(position, last.position) > 0) this.#known.push({ position, recordedAt });
  }
}
