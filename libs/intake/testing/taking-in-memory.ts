import { createSecretKey } from 'node:crypto';
import type { Pool } from 'pg';
import { personNewsContracts } from '#libs/contracts/intake/person-news-events.js';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { isOf } from '#libs/event-store/contracted.js';
import { Deaths } from '#libs/people/details/deaths.js';
import { Identities } from '#libs/people/identity/identities.js';
import { identifierOf } from '#libs/people/identity/identifier-hash.js';
import { canonicalOf } from '#libs/people/identity/partition.js';
import { becauseOf, mergeOf, type ToldMerge } from '#libs/people/identity/person-events.js';
import { Merges } from '#libs/people/merges/merges.js';
import { PeopleDirectory, type PersonId } from '#libs/people/port.js';
import { MemoryStore, metadata } from '#libs/people/testing/memory-store.js';
import { Database } from '#libs/platform/database.js';
import { readSettings } from '#libs/platform/read-settings.js';
import { IntakeKeys } from '../intake-keys.js';
import { ReferredPeople } from '../referred/referred-people.js';
import { PersonNews } from '../taking/person-news.js';
import { KnownStays } from '../taking/known-stays.js';
import { MergedStays } from '../taking/merged-stays.js';
import { newsOf } from '../taking/stay-facts.js';
import { StayLog } from '../taking/stay-log.js';
import { StayNewsTaker } from '../taking/stay-news.js';
import { VisitMerges } from '../taking/visit-merges.js';
import { WhoItIs } from '../taking/who-it-is.js';
import { understandCloudEvent } from '../domain/cloud-events/understand-cloud-event.js';
import type { Understood } from '../domain/understood.js';
import { adt, developmentContext, understood, type Adt } from './adt.js';
import { encounter, heard, type Told } from './fhir.js';

const notHere = (): never => {
  throw new Error('Taking in memory does without this.');
};

/** Who is who by the log alone. */
export class PeopleByTheLog extends PeopleDirectory {
  private readonly identities: Identities;
  private readonly merges: Merges;
  private readonly deaths: Deaths;

  constructor(private readonly store: MemoryStore) {
    super();
    this.identities = new Identities(store, createSecretKey(Buffer.alloc(32, 7)));
    this.deaths = new Deaths(store);
    this.merges = new Merges(store, this.identities, new NoDatabase(), () => Promise.resolve(false));
  }

  override identify(...of: Parameters<PeopleDirectory['identify']>) {
    return this.identities.identify(...of);
  }
  override merge(...of: Parameters<PeopleDirectory['merge']>) {
    return this.merges.merge(...of);
  }
  override correct(...of: Parameters<PeopleDirectory['correct']>) {
    return this.merges.correct(...of);
  }
  override async canonical(personId: PersonId): Promise<PersonId> {
    const edges = await Promise.all(
      [...this.asked()].map(async ({ survivor, loser }) => ({
        survivor: await this.baseOf(survivor),
        loser: await this.baseOf(loser),
      })),
    );
    const base = await this.baseOf(personId);
    return canonicalOf([base], edges).get(base) ?? base;
  }
  override recordDeath(...of: Parameters<PeopleDirectory['recordDeath']>) {
    return this.deaths.record(...of);
  }
  override withdrawDeath(...of: Parameters<PeopleDirectory['withdrawDeath']>) {
    return this.deaths.withdraw(...of);
  }
  /** Merges that were asked for and stand. */
  private asked(): Iterable<ToldMerge> {
    const standing = new Map<string, ToldMerge>();
    for (const event of this.store.events)
      if (event.type === 'PeopleMerged' && becauseOf(event) !== 'seen-together')
        standing.set(mergeOf(event).mergeId, mergeOf(event));
      else if (event.type === 'MergeReverted') standing.delete(mergeOf(event).mergeId);
    return standing.values();
  }
  private async baseOf(personId: PersonId): Promise<PersonId> {
    const identifier = identifierOf(personId);
    if (identifier?.kind !== 'local') return personId;
    const { bases } = await this.identities.settle([identifier.hash], metadata, '2026-11-03T00:00:00.000Z');
    return bases.get(identifier.hash)?.personId ?? personId;
  }
  /** Of the people of whom anything stands in the log. */
  override async family(personId: PersonId): Promise<readonly PersonId[]> {
    const ids = new Set([
      personId,
      ...this.store.events.flatMap((event) => (event.personId === undefined ? [] : [event.personId])),
    ]);
    const canonical = await this.canonical(personId);
    const members = await Promise.all([...ids].map(async (id) => [id, await this.canonical(id)] as const));
    return members.flatMap(([id, stands]) => (stands === canonical ? [id] : []));
  }
  override revert = notHere;
  override recordDetails = notHere;
  override details = notHere;
  override erase = notHere;
}

class NoDatabase extends Database {
  override get pool(): Pool {
    return notHere();
  }
}

class NobodyReferred extends ReferredPeople {
  override has(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

export interface Process {
  /** Takes a message and answers whether a person must settle it. */
  take(message: Adt): Promise<boolean>;
  /** The same of a FHIR Encounter, and of one of our own events. */
  takeFhir(told: Told): Promise<boolean>;
  takeEvent(event: unknown): Promise<boolean>;
}

export interface InMemory {
  readonly store: MemoryStore;
  /** A process on the log: what it remembers of stays is its own. */
  process(): Process;
  stayId(visit: string): string;
  /** The stay of this visit as its last event left it. */
  stay(visit: string): StayBlock | undefined;
  /** All stays, as their last events left them. */
  stays(): readonly StayBlock[];
  /** When each person died, as far as messages said that belong to no stay. */
  deaths(): ReadonlyMap<PersonId, string | null>;
  /** Who stands for somebody. */
  canonical(personId: PersonId): Promise<PersonId>;
}

const settings = readSettings({
  HOMEWARD_DEMO: '0',
  DATABASE_URL: 'postgres://nowhere/nothing',
  MASTER_KEY: '11'.repeat(32),
  PSEUDONYM_KEY: '22'.repeat(32),
});

/** The way of a ward message into the log, on a log in memory: for every order there is. */
export const takingInMemory = async (): Promise<InMemory> => {
  const keys = new IntakeKeys(await settings);
  const store = new MemoryStore();
  const stays = (): readonly StayBlock[] => {
    const last = new Map<string, StayBlock>();
    for (const event of store.events)
      if (event.streamId.startsWith('stay-')) last.set(event.streamId, newsOf(event).stay);
    return [...last.values()].toSorted((a, b) => (a.stayId < b.stayId ? -1 : 1));
  };
  const stayId = (visit: string): string => {
    const [number = '', , , authority = 'RAL'] = visit.split('^');
    return keys.stayId({ authority: authority || 'RAL', number });
  };
  return {
    store,
    process: () => {
      const people = new PeopleByTheLog(store);
      const known = new KnownStays(store);
      const log = new StayLog(store, known, new MergedStays(store, known));
      const who = new WhoItIs(people, keys);
      const referred = new NobodyReferred(new NoDatabase(), people, store);
      const news = new StayNewsTaker(log, who, people, keys, referred);
      const persons = new PersonNews(store, people, referred, keys);
      const visits = new VisitMerges(log, known, who, keys);
      const arrival = { source: 'mllp', correlationId: 'test' } as const;
      const taken = async (read: Understood): Promise<boolean> => {
        if (read.kind === 'rejected' || read.kind === 'refused') throw new Error(`not taken: ${JSON.stringify(read)}`);
        const hash = keys.contentHash(read.envelope);
        if (read.kind === 'stay') {
          await news.take(read, hash, arrival);
          return false;
        }
        if (read.kind === 'person') return (await persons.take(read, hash, arrival)).toSettle !== undefined;
        if (read.kind === 'ignored') return false;
        const merged = await visits.take(read, hash, arrival);
        return merged.ok && merged.ring;
      };
      return {
        take: (message) => taken(understood(adt(message))),
        takeFhir: (told) => taken(heard(encounter(told)).understood),
        takeEvent: (event) => taken(understandCloudEvent(event, developmentContext)),
      };
    },
    stayId,
    stay: (visit) => stays().find((block) => block.stayId === stayId(visit)),
    stays,
    deaths: () =>
      new Map(
        store.events
          .filter(isOf(personNewsContracts))
          .map(({ streamId, data }) => [streamId.slice('news-'.length), data.diedAt]),
      ),
    canonical: (personId) => new PeopleByTheLog(store).canonical(personId),
  };
};
