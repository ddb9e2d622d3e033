import { comparePositions, type Position } from '../event-store/port.js';
import { furthest, type Consequences } from './consequences.js';
import type { Succession } from './succession.js';

/** Consequences of consequences of …: deeper than any chain of policies. */
const mostRounds = 12;

interface Waiter {
  readonly consumers: readonly Succession[];
  readonly position: Position;
  readonly resolve: (arrived: boolean) => void;
}

/** Lets callers wait until consumers, and what follows from what they did, have come to a position. */
export class Settling {
  readonly #waiters = new Set<Waiter>();
  readonly #consequences: Consequences;
  readonly #onWait: () => void;
  #checking = false;
  #over = false;

  /** `onWait` is called when somebody begins to wait. */
  constructor(consequences: Consequences, onWait: () => void) {
    this.#consequences = consequences;
    this.#onWait = onWait;
  }

  /** True while somebody waits for a consumer that another process runs. */
  get awaitsElsewhere(): boolean {
    for (const { consumers } of this.#waiters) if (consumers.some(({ answering }) => !answering.held)) return true;
    return false;
  }

  /** Some consumer moved. Many moves of one turn of the event loop are looked at once. */
  moved(): void {
    if (this.#checking || this.#waiters.size === 0) return;
    this.#checking = true;
    setImmediate(() => {
      this.#checking = false;
      for (const waiter of this.#waiters) {
        if (arrived(waiter.consumers, waiter.position)) waiter.resolve(true);
      }
    });
  }

  /** Nobody will move any more: who still waits is told so. */
  end(): void {
    this.#over = true;
    for (const waiter of this.#waiters) waiter.resolve(false);
  }

  async settled(consumers: readonly Succession[], position: Position, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    const names = new Set(consumers.map(({ name }) => name));
    const ours = (consumer: string): boolean => names.has(consumer);
    if (!(await this.#reach(consumers, position, deadline))) return false;
    let written = this.#consequences.beyond(position, ours);
    let reached = position;
    for (let round = 0; round < mostRounds; round += 1) {
      // Of what policies wrote in another process, or before this one began, only the last position is known.
      const elsewhere = consumers.map(({ answering }) => answering.outputElsewhere);
      const next = [furthest(written), ...elsewhere].reduce((far, at) => (comparePositions(at, far) > 0 ? at : far));
      if (comparePositions(next, reached) > 0) {
        if (!(await this.#reach(consumers, next, deadline))) return false;
        reached = next;
      } else if (written.length === 0) return true;
      written = this.#consequences.of(written, ours);
    }
    return true;
  }

  #reach(consumers: readonly Succession[], position: Position, deadline: number): Promise<boolean> {
    if (arrived(consumers, position)) return Promise.resolve(true);
    if (this.#over) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = {
        consumers,
        position,
        resolve: (came) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(came);
        },
      };
      const timer = setTimeout(() => waiter.resolve(false), Math.max(0, deadline - performance.now()));
      this.#waiters.add(waiter);
      for (const { answering } of consumers) answering.hurry(position);
      this.#onWait();
    });
  }
}

/**
 * Of each the version that answers now: who began to wait for the one before goes on with the new one, once that has taken over.
 * A consumer that failed to build does not come any further: nobody waits for it.
 */
const arrived = (consumers: readonly Succession[], position: Position): boolean =>
  consumers.every(
    ({ answering }) => answering.state === 'failed' || comparePositions(answering.position, position) >= 0,
  );
