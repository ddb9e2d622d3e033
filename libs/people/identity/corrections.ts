import type { EventMetadata, EventStore, Position, StoredEvent } from '../../event-store/port.js';
import { deterministicId } from '../../platform/ids.js';
import { isEarlier, type Alias, type CorrectedTo } from './aliases.js';
import { later } from './announcements.js';
import { type Hashed, personIdOf, personStream } from './identifier-hash.js';
import { mergeOf, personEvent } from './person-events.js';

type Known = Pick<Hashed, 'kind' | 'hash'>;

/** A correction as the log tells of it: a merge, since who had the wrong identifier is who has the right one. */
export interface ToldCorrection {
  readonly mergeId: string;
  readonly survivor: string;
  readonly loser: string;
}

export const toldCorrection = (right: Known, { wrong, at }: CorrectedTo): ToldCorrection => {
  const [survivor, loser] = [personIdOf(right), personIdOf(wrong)];
  return { mergeId: deterministicId('identifier-corrected', loser, survivor, at), survivor, loser };
};

/**
 * A correction gives somebody an identifier that nobody had. Where the right one was known before it, the two are two records, and joining
 * them is for a merge to say (domain.md §6.1, A47). By recorded times and not by arrival, so that no order can reach it.
 */
export const stands = ({ firstSeen }: Pick<Alias, 'firstSeen'>, { at }: CorrectedTo): boolean =>
  firstSeen === null || !isEarlier(firstSeen, at);

const stillMerged = (events: readonly StoredEvent[], mergeId: string): boolean =>
  events.findLast(
    (event) => (event.type === 'PeopleMerged' || event.type === 'MergeReverted') && mergeOf(event).mergeId === mergeId,
  )?.type === 'PeopleMerged';

/** Takes back the corrections to this identifier that do not stand, now that it is known from when it was seen. */
export const takeBackCorrections = async (
  store: EventStore,
  right: Known,
  alias: Alias,
  metadata: EventMetadata,
  occurredAt: string,
): Promise<Position | undefined> => {
  let position: Position | undefined;
  for (const correction of alias.corrections) {
    if (stands(alias, correction)) continue;
    const { mergeId, survivor, loser } = toldCorrection(right, correction);
    if (!stillMerged(await store.readStream(personStream(loser)), mergeId)) continue;
    const eventId = deterministicId('correction-taken-back', mergeId);
    const event = personEvent(loser, eventId, occurredAt, 'MergeReverted', { mergeId, survivor, loser });
    const result = await store.append(personStream(loser), 'any', [event], metadata);
    if (result.ok) position = later(position, result.position);
  }
  return position;
};
