import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { recordsOfDeath } from './deaths-in-memory.js';
import type { InMemory } from './taking-in-memory.js';

/** Stays, people and deaths at the end, as text. The event that first said something of criteria goes by the order of arrival, and so does nothing else. */
export const shownWorld = async (ward: InMemory): Promise<string> => {
  const stays = await Promise.all(
    ward.stays().map(async ({ criteria, personId, ...stay }: StayBlock) => ({
      ...stay,
      personId: [personId, await ward.canonical(personId)],
      criteria: criteria.map(({ eventId: _, ...entry }) => entry),
    })),
  );
  const dead = await Promise.all(
    [...recordsOfDeath(ward.store.events)].map(async ([id, diedAt]) => [id, await ward.canonical(id), diedAt].join()),
  );
  return JSON.stringify([stays, dead.toSorted()]);
};
