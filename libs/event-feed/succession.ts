import type { ConsumerId } from './checkpoints.js';
import type { Policy, Projection } from './port.js';
import type { Runner } from './runner.js';

/**
 * Who runs under the name of a consumer: the version of this release and, while that is built beside the one before, both.
 * The old one answers until the new one has taken over.
 */
export class Succession {
  readonly name: string;
  /** The version of this release. */
  readonly current: Runner;
  readonly #replaced: Runner | undefined;
  #previous: Runner | undefined;

  /** @param replaced the runner of the version that `current` replaces, should it be live */
  constructor(current: Runner, replaced?: Runner) {
    this.name = current.id.name;
    this.current = current;
    this.#replaced = replaced;
  }

  get consumer(): Policy | Projection {
    return this.current.consumer;
  }

  /** The version before, for as long as it runs here. */
  get previous(): Runner | undefined {
    return this.#previous;
  }

  get runners(): readonly Runner[] {
    return this.#previous === undefined ? [this.current] : [this.#previous, this.current];
  }

  get ids(): readonly ConsumerId[] {
    return this.runners.map(({ id }) => id);
  }

  /** As far as this process has heard. */
  get answering(): Runner {
    return this.#previous ?? this.current;
  }

  /** The database has shown that the version before is live, and this one built beside it. */
  begin(): void {
    this.#previous = this.#replaced;
  }

  /** Lets the version before end once the new one has taken over. Says whether that was just now. */
  succeed(): boolean {
    if (this.#previous === undefined || this.current.state !== 'running') return false;
    this.#previous.retire();
    this.#previous = undefined;
    return true;
  }
}
