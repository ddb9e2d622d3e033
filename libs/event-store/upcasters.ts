import type { StoredEvent } from './port.js';

/** Lifts the data of one event type from one schema version to the next. Pure: same in, same out, no clock. */
export interface Upcaster {
  readonly type: string;
  /** Where two streams use one event name: the prefix of the stream it is for. */
  readonly stream?: string;
  /** Takes this version … */
  readonly from: number;
  /** … and gives the data of version `from + 1`. */
  up(data: Readonly<Record<string, unknown>>, event: StoredEvent): Readonly<Record<string, unknown>>;
}

export type Upcast = (event: StoredEvent) => StoredEvent;

/**
 * Chains upcasters: an event of an old version is lifted step by step to the newest one, the log stays as it is.
 * @throws Error when two upcasters claim the same step.
 */
export function upcastWith(upcasters: readonly Upcaster[]): Upcast {
  const byStep = new Map<string, Upcaster[]>();
  for (const upcaster of upcasters) {
    const step = `${upcaster.type} ${upcaster.from}`;
    const others = byStep.get(step) ?? [];
    if (others.some((other) => overlap(other.stream, upcaster.stream))) {
      throw new Error(`Two upcasters lift ${upcaster.type} from version ${upcaster.from}.`);
    }
    byStep.set(step, [...others, upcaster]);
  }
  if (byStep.size === 0) return (event) => event;
  return (stored) => {
    let event = stored;
    for (;;) {
      const step = byStep.get(`${event.type} ${event.schemaVersion}`);
      const upcaster = step?.find(({ stream }) => stream === undefined || stored.streamId.startsWith(stream));
      if (upcaster === undefined) return event;
      event = { ...event, data: upcaster.up(event.data, event), schemaVersion: upcaster.from + 1 };
    }
  };
}

const overlap = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined || one.startsWith(other) || other.startsWith(one);
