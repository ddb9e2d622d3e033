import type { EventFilter, StoredEvent } from '../event-store/port.js';

/** The filter of a consumer as a function: the same answer as the store's. */
export function matcherOf(filter: EventFilter): (event: Pick<StoredEvent, 'type' | 'streamId'>) => boolean {
  const types = filter.types !== undefined && filter.types.length > 0 ? new Set(filter.types) : undefined;
  const prefixes =
    filter.streamPrefixes !== undefined && filter.streamPrefixes.length > 0 ? filter.streamPrefixes : undefined;
  return (event) =>
    (types === undefined || types.has(event.type)) &&
    (prefixes === undefined || prefixes.some((prefix) => event.streamId.startsWith(prefix)));
}
