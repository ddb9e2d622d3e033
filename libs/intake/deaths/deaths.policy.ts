import { Injectable } from '@nestjs/common';
import { personNewsContracts } from '#libs/contracts/intake/person-news-events.js';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import type { Policy, PolicyContext } from '#libs/event-feed/port.js';
import { isOf } from '#libs/event-store/contracted.js';
import { EventStore, StoreUnavailable, type StoredEvent } from '#libs/event-store/port.js';
import { PeopleDirectory } from '#libs/people/port.js';

/** Who died when, as one stay, or one stream of news, shows it. */
interface Shown {
  readonly personId: string;
  readonly diedAt: string | null;
  readonly changed: boolean;
}

const isStayNews = isOf(stayContracts);
const isPersonNews = isOf(personNewsContracts);

const shownBy = (event: StoredEvent): Shown | undefined => {
  if (isPersonNews(event)) {
    const { diedAt, deathChanged } = event.data;
    return { personId: event.streamId.slice('news-'.length), diedAt, changed: deathChanged };
  }
  if (!isStayNews(event)) return undefined;
  const { stay, deathChanged = true } = event.data;
  return { personId: stay.personId, diedAt: stay.diedAt, changed: deathChanged };
};

/** Every further round means that something was said of the death meanwhile. */
const rounds = 20;

/**
 * Tells whoever keeps people of a death that a stay or a message shows, and takes it back when it shows it no longer: compares what is
 * effective now with what the log may have been told of any person it was shown under, and issues the difference.
 *
 * Events of a stay that came to be another person's are dealt with side by side, so that an older one may be looked at last: each looks at
 * the newest, and looks again after it wrote.
 */
@Injectable()
export class DeathsPolicy implements Policy {
  readonly name = 'intake.deaths';
  readonly version = 1;
  readonly wants = { streamPrefixes: ['stay-', 'news-'] };

  constructor(
    private readonly store: EventStore,
    private readonly people: PeopleDirectory,
  ) {}

  async react(event: StoredEvent, context: PolicyContext): Promise<void> {
    if (!shownBy(event)?.changed) return;
    let stream = await this.store.readStream(event.streamId);
    for (let round = 0; round < rounds; round += 1) {
      const looked = stream.length;
      await this.tell(stream, event, context);
      stream = [...stream, ...(await this.store.readStream(event.streamId, (stream.at(-1)?.revision ?? -1) + 1))];
      if (stream.length === looked) return;
    }
    throw new StoreUnavailable('More was said of this death than could be told.');
  }

  private async tell(
    stream: readonly StoredEvent[],
    event: StoredEvent,
    { metadata, wrote }: PolicyContext,
  ): Promise<void> {
    const shown = stream.flatMap((one) => shownBy(one) ?? []);
    const now = shown.at(-1);
    const source = event.streamId;
    for (const personId of new Set(shown.map((one) => one.personId))) {
      const diedAt = personId === now?.personId ? now.diedAt : null;
      const { position } =
        diedAt === null
          ? await this.people.withdrawDeath(personId, source, metadata, event.recordedAt)
          : await this.people.recordDeath(personId, diedAt, source, metadata, diedAt);
      if (position !== undefined) wrote(position);
    }
  }
}
