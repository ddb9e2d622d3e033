import type { EventContract, EventOf } from '../contracts/event-contract.js';
import type { Recorded } from './decider.js';
import type { StoredEvent } from './port.js';

/** Tells the events of these contracts. Every event is held to its contract when it is appended, so its stream and type say its shape. */
export const isOf = <M extends Record<string, EventContract>>(contracts: M) => {
  const streams = new Map(Object.values(contracts).map(({ type, stream }) => [type, stream]));
  return (event: StoredEvent): event is StoredEvent & Recorded<EventOf<M>> => {
    const stream = streams.get(event.type);
    return stream !== undefined && event.streamId.startsWith(stream);
  };
};
