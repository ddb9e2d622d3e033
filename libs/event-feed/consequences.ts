import { comparePositions, type Position, type StoredEvent } from '../event-store/port.js';

interface Written {
  readonly consumer: string;
  readonly causeId: string;
  /** Because of what its cause was written, when a policy wrote that. */
  readonly causeOfCause: string | undefined;
  readonly cause: Position;
  readonly output: Position;
}

/** Enough for minutes of a busy day; what is older has long been dealt with. */
const most = 20_000;

/**
 * What policies wrote because of what: followed by `settled` from an event to its consequences, and on to theirs.
 * Kept in memory, as the policies of this process tell it.
 */
export class Consequences {
  /** In the order of outputs. */
  readonly #written: Written[] = [];
  /** By the cause of their cause. */
  readonly #further = new Map<string, Written[]>();

  wrote(consumer: string, cause: StoredEvent, output: Position): void {
    const { source, causationId } = cause.metadata;
    const causeOfCause = source.startsWith('policy:') ? causationId : undefined;
    const written: Written = { consumer, causeId: cause.eventId, causeOfCause, cause: cause.position, output };
    let at = this.#written.length;
    while (at > 0 && comparePositions(this.#written[at - 1]?.output ?? '0', output) > 0) at -= 1;
    this.#written.splice(at, 0, written);
    if (causeOfCause !== undefined) add(this.#further, causeOfCause, written);
    if (this.#written.length > most) {
      for (const old of this.#written.splice(0, most / 10)) this.#further.delete(old.causeOfCause ?? '');
    }
  }

  /** What was written beyond a position because of events up to it. */
  beyond(position: Position, by: (consumer: string) => boolean): readonly Written[] {
    const found: Written[] = [];
    for (let at = this.#written.length - 1; at >= 0; at -= 1) {
      const written = this.#written[at];
      if (written === undefined || comparePositions(written.output, position) <= 0) break;
      if (comparePositions(written.cause, position) <= 0 && by(written.consumer)) found.push(written);
    }
    return found;
  }

  /** What was written because of what was written. */
  of(causes: readonly Written[], by: (consumer: string) => boolean): readonly Written[] {
    const events = new Set(causes.map(({ causeId }) => causeId));
    return [...events].flatMap((id) => this.#further.get(id) ?? []).filter(({ consumer }) => by(consumer));
  }
}

export const furthest = (written: readonly Written[]): Position =>
  written.reduce((far, { output }) => (comparePositions(output, far) > 0 ? output : far), '0');

function add<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
