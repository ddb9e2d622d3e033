import { personContracts, type PersonEvent } from '../../contracts/people/person-events.js';
import type { EventToAppend, StoredEvent } from '../../event-store/port.js';
import type { PersonId } from '../port.js';

/** An event of a `person-` stream, ready to append. */
export const personEvent = <E extends PersonEvent>(
  personId: PersonId,
  eventId: string,
  occurredAt: string,
  type: E['type'],
  data: E['data'],
): EventToAppend => ({ eventId, type, schemaVersion: personContracts[type].version, occurredAt, personId, data });

export type MergeBecause = 'seen-together' | 'merge-message' | 'by-hand';

/** A merge as events tell of it. */
export interface ToldMerge {
  readonly mergeId: string;
  readonly survivor: PersonId;
  readonly loser: PersonId;
}

const textOf = (data: StoredEvent['data'], field: string): string => {
  const value = data[field];
  return typeof value === 'string' ? value : '';
};

/** Reads a `PeopleMerged` or `MergeReverted`. */
export const mergeOf = (event: StoredEvent): ToldMerge => ({
  mergeId: textOf(event.data, 'mergeId'),
  survivor: textOf(event.data, 'survivor'),
  loser: textOf(event.data, 'loser'),
});

export const becauseOf = (event: StoredEvent): MergeBecause => {
  const because = textOf(event.data, 'because');
  return because === 'merge-message' || because === 'by-hand' ? because : 'seen-together';
};
