import { metadata } from '#libs/people/testing/memory-store.js';
import type { MemoryStore } from '#libs/people/testing/memory-store.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { QuietFeed } from '../../../test/support/quiet-feed.js';
import { DeathOfPerson } from '../deaths/death-of-person.js';
import { DeathSources, deathSourceOf, type DeathSource } from '../deaths/death-sources.js';
import { DeathsPolicy } from '../deaths/deaths.policy.js';
import { KnownStays } from '../taking/known-stays.js';
import { PeopleByTheLog } from './taking-in-memory.js';

class SourcesByTheLog extends DeathSources {
  constructor(private readonly store: MemoryStore) {
    super();
  }
  private all(): readonly DeathSource[] {
    return this.store.events.flatMap((event) => deathSourceOf(event) ?? []);
  }
  override async ofPeople(personIds: readonly string[]): Promise<readonly DeathSource[]> {
    const all = this.all();
    const dead = new Set(all.flatMap(({ source, saidDead }) => (saidDead ? [source] : [])));
    return all
      .filter(({ personId }) => personIds.includes(personId))
      .map((one) => ({ ...one, saidDead: dead.has(one.source) }));
  }
  override async peopleOf(source: string): Promise<readonly string[]> {
    return [...new Set(this.all().flatMap((one) => (one.source === source ? [one.personId] : [])))];
  }
}

/** The feed is never behind a log in memory. */
class PromptFeed extends QuietFeed {
  override settled(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

const typesOf = ['DeathRecorded', 'DeathRecordWithdrawn', 'PersonIdentified'];

export const deathsPolicyOn = (store: MemoryStore): DeathsPolicy => {
  const people = new PeopleByTheLog(store);
  const death = new DeathOfPerson(store, new KnownStays(store), people);
  return new DeathsPolicy(new PromptFeed(), new SourcesByTheLog(store), people, death);
};

/** Lets the policy deal with everything in the log, also with what it writes itself; `inOrder` says which of those at hand come when. */
export const tellDeaths = async (
  store: MemoryStore,
  inOrder: (events: readonly StoredEvent[]) => readonly StoredEvent[] = (events) => events,
): Promise<void> => {
  const policy = deathsPolicyOn(store);
  for (let done = 0; done < store.events.length;) {
    const events = store.events.slice(done);
    done = store.events.length;
    for (const event of inOrder(events))
      if (!typesOf.includes(event.type)) await policy.react(event, { metadata, wrote: () => undefined });
  }
};

/** When each person died, by the records of death that stand: by person id, with each time once. */
export const recordsOfDeath = (events: readonly StoredEvent[]): ReadonlyMap<string, readonly string[]> => {
  const standing = new Map<string, Map<string, string>>();
  for (const { streamId, type, data } of events) {
    const personId = streamId.slice('person-'.length);
    const records = standing.get(personId) ?? new Map<string, string>();
    const source = String(data['source']);
    if (type === 'DeathRecorded') records.set(source, String(data['diedAt']));
    else if (type === 'DeathRecordWithdrawn') records.delete(source);
    else continue;
    standing.set(personId, records);
  }
  return new Map(
    [...standing].flatMap(([personId, records]) =>
      records.size === 0 ? [] : [[personId, [...new Set(records.values())]] as const],
    ),
  );
};
