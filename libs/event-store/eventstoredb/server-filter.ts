import {
  eventTypeFilter,
  excludeSystemEvents,
  streamNameFilter,
  type Filter,
  type Position,
} from '@eventstore/db-client';
import type { EventFilter } from '../port.js';

interface Named {
  readonly type: string;
  readonly streamId: string;
}

/** After so many events that were looked at, wanted or not, the server says how far it is. */
const window = 256;

/** What the server leaves out: it goes by types or by streams, not by both; and by beginnings, so that `wantsOf` has the last word. */
export function serverFilterOf(
  { types = [], streamPrefixes = [] }: EventFilter,
  onCheckpoint: (position: Position) => void,
): Filter {
  const options = {
    maxSearchWindow: window,
    checkpointReached: (_subscription: unknown, position: Position): void => onCheckpoint(position),
  };
  if (types.length > 0) return eventTypeFilter({ ...options, prefixes: [...types] });
  if (streamPrefixes.length > 0) return streamNameFilter({ ...options, prefixes: [...streamPrefixes] });
  return excludeSystemEvents(options);
}

/** The server's own: statistics, metadata of streams, users, links. */
export const isOfTheSystem = ({ type, streamId }: Named): boolean => type.startsWith('$') || streamId.startsWith('$');

/** The whole filter. The server's own events are never wanted. */
export function wantsOf({ types = [], streamPrefixes = [] }: EventFilter): (event: Named) => boolean {
  const named = new Set(types);
  return (event) =>
    !isOfTheSystem(event) &&
    (named.size === 0 || named.has(event.type)) &&
    (streamPrefixes.length === 0 || streamPrefixes.some((prefix) => event.streamId.startsWith(prefix)));
}
