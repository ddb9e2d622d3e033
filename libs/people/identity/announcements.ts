import type { PersonEvent } from '../../contracts/people/person-events.js';
import {
  comparePositions,
  type EventMetadata,
  type EventStore,
  type Position,
  type StoredEvent,
} from '../../event-store/port.js';
import { deterministicId } from '../../platform/ids.js';
import type { PersonId } from '../port.js';
import { personIdOf, personStream } from './identifier-hash.js';
import { becauseOf, mergeOf, personEvent } from './person-events.js';

/** What the log has told so far of whom a person id stands for because of sights: its own person, or another. */
const toldOf = (events: readonly StoredEvent[], own: PersonId): PersonId => {
  let told = own;
  const seenTogether = new Set<string>();
  for (const event of events) {
    if (event.type === 'PeopleMerged' && becauseOf(event) === 'seen-together') {
      seenTogether.add(mergeOf(event).mergeId);
      told = mergeOf(event).survivor;
    } else if (event.type === 'MergeReverted' && seenTogether.has(mergeOf(event).mergeId)) told = own;
  }
  return told;
};

export const seenTogetherMergeId = (loser: PersonId, survivor: PersonId): string =>
  deterministicId('seen-together', loser, survivor);

/**
 * Tells the log when a person id that was given out has come to stand for another person, or no longer does: consumers reconsider then.
 * The truth is in the sights; this only announces it. Answers undefined when all was told.
 */
export const announce = async (
  store: EventStore,
  hash: string,
  standsFor: PersonId,
  metadata: EventMetadata,
  occurredAt: string,
): Promise<Position | 'raced' | undefined> => {
  const own = personIdOf({ kind: 'local', hash });
  const events = await store.readStream(personStream(own));
  const told = toldOf(events, own);
  if (told === standsFor) return undefined;
  const revision = events.at(-1)?.revision;
  const idOf = (type: PersonEvent['type']) => deterministicId(type, own, String(revision ?? -1));
  const reverted = { mergeId: seenTogetherMergeId(own, told), survivor: told, loser: own };
  const merged = {
    mergeId: seenTogetherMergeId(own, standsFor),
    survivor: standsFor,
    loser: own,
    because: 'seen-together' as const,
  };
  const result = await store.append(
    personStream(own),
    revision ?? 'no-stream',
    [
      ...(told === own ? [] : [personEvent(own, idOf('MergeReverted'), occurredAt, 'MergeReverted', reverted)]),
      ...(standsFor === own ? [] : [personEvent(own, idOf('PeopleMerged'), occurredAt, 'PeopleMerged', merged)]),
    ],
    metadata,
  );
  return result.ok ? result.position : 'raced';
};

export const later = (a: Position | undefined, b: Position | undefined): Position | undefined =>
  a === undefined || (b !== undefined && comparePositions(b, a) > 0) ? b : a;
