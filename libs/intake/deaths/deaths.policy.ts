import { Injectable } from '@nestjs/common';
import { personNewsContracts } from '#libs/contracts/intake/person-news-events.js';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import { EventFeed, type Policy, type PolicyContext } from '#libs/event-feed/port.js';
import { StoreUnavailable, type StoredEvent } from '#libs/event-store/port.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { DeathOfPerson } from './death-of-person.js';
import { DeathSources, deathSources, deathSourceOf } from './death-sources.js';

/** Every further round means that something was said of the death meanwhile. */
const rounds = 20;

/** Where to look, and who is whom, as far as the event. */
const restsOn = [deathSources.name, 'people.identities'];

const mergeTypes: readonly string[] = ['PeopleMerged', 'MergeReverted'];

/**
 * The last word on a death counts, whatever message it came in: of all that stays and messages of no stay say of a person, under any of their
 * ids, by recorded time. Stays that tell of a death hear what was said elsewhere, and the people context is told what is effective; compares
 * what there is with what there should be, and issues the difference.
 *
 * Of two words said at once, whoever deals with the one that is later in the log sees both. News of one person under two ids is dealt with side
 * by side, so that an older one may be looked at last: whoever wrote looks again, at the newest.
 */
@Injectable()
export class DeathsPolicy implements Policy {
  readonly name = 'intake.deaths';
  readonly version = 2;
  readonly wants = {
    streamPrefixes: ['stay-', 'news-', 'person-'],
    types: [...Object.keys(stayContracts), ...Object.keys(personNewsContracts), ...mergeTypes],
  };

  constructor(
    private readonly feed: EventFeed,
    private readonly sources: DeathSources,
    private readonly people: PeopleDirectory,
    private readonly death: DeathOfPerson,
  ) {}

  async react(event: StoredEvent, context: PolicyContext): Promise<void> {
    const isMerge = mergeTypes.includes(event.type);
    if (!isMerge && !deathSourceOf(event)) return;
    if (!(await this.feed.settled(event.position, { consumers: restsOn, timeoutMs: 30_000 })))
      throw new StoreUnavailable('The tables that deaths rest on are behind the log.');
    for (let round = 0; round < rounds; round += 1)
      if (!(await this.look(await this.peopleIn(event, isMerge), event, context))) return;
    throw new StoreUnavailable('More was said of this death than could be told.');
  }

  /** After a merge two ids are one person, after a revert two; and a stay may have been another's before. */
  private async peopleIn({ data, streamId }: StoredEvent, isMerge: boolean): Promise<readonly string[]> {
    if (!isMerge) return this.sources.peopleOf(streamId);
    return [data['survivor'], data['loser']].filter((id) => typeof id === 'string');
  }

  /** Answers whether there was a difference. */
  private async look(
    personIds: readonly string[],
    event: StoredEvent,
    { metadata, wrote }: PolicyContext,
  ): Promise<boolean> {
    let differed = false;
    const seen = new Set<string>();
    for (const personId of personIds) {
      if (seen.has(personId)) continue;
      const family = new Set([personId, ...(await this.people.family(personId))]);
      family.forEach((id) => seen.add(id));
      const sources = await this.sources.ofPeople([...family]);
      // Of most people nobody ever said that they died.
      if (!sources.some(({ saidDead }) => saidDead)) continue;
      const told = await this.death.tell(family, sources, metadata, event.recordedAt);
      told.positions.forEach(wrote);
      differed = differed || told.overtaken || told.positions.length > 0;
    }
    return differed;
  }
}
