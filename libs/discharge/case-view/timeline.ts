import { comparePositions, type Actor, type StoredEvent } from '#libs/event-store/port.js';
import { contractOf } from '#libs/contracts/catalogue.js';
import { isKnown, type Clocks } from '../board/domain/history.js';
import { markedInError } from '../board/domain/counting.js';
import { caseFacts } from './case-entries.js';
import type { FoundCase } from './case-view.js';

export interface TimelineItem {
  readonly eventId: string;
  readonly type: string;
  /** What happened, one plain sentence. */
  readonly says: string;
  readonly context: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly position: string;
  readonly revision: number;
  readonly actor: Actor;
  readonly source: string;
  readonly inError: boolean;
  /** Null where the reader may not see it. Texts may be sealed. */
  readonly data: object | null;
}

/** Every event of the case and of what followed from it, in the order in which we knew. */
export const timelineOf = (
  found: FoundCase,
  clocks: Clocks,
  maySee: (event: StoredEvent) => boolean,
): readonly TimelineItem[] => {
  const events = [...found.events, ...found.related.flatMap((stream) => stream.events)].filter(
    (event) => isKnown(event, clocks) && event.occurredAt <= clocks.asOf,
  );
  const wrong = markedInError(caseFacts(found.events.filter((event) => isKnown(event, clocks))));
  return events
    .sort((a, b) => comparePositions(a.position, b.position))
    .map((event) => {
      const contract = contractOf(event.type, event.schemaVersion, event.streamId);
      return {
        eventId: event.eventId,
        type: event.type,
        says: contract?.says ?? event.type,
        context: contract?.context ?? 'discharge',
        occurredAt: event.occurredAt,
        recordedAt: event.recordedAt,
        position: event.position,
        revision: event.revision,
        actor: event.metadata.actor,
        source: event.metadata.source,
        inError: wrong.has(event.eventId),
        data: maySee(event) ? event.data : null,
      };
    });
};
