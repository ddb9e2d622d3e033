import { Injectable } from '@nestjs/common';
import { personNewsContracts } from '#libs/contracts/intake/person-news-events.js';
import { isOf } from '#libs/event-store/contracted.js';
import { EventStore, type EventMetadata, type Position } from '#libs/event-store/port.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { deterministicId } from '#libs/platform/ids.js';
import { deathShown, lasting } from '../domain/death-of-stay.js';
import { evaluated } from '../domain/evaluate.js';
import { byRecordedTime, sentFirst, type SaysOfDeath } from '../domain/stay-fact.js';
import { KnownStays } from '../taking/known-stays.js';
import type { MessageHeader } from '../taking/stay-facts.js';
import { eventsOf, readStay, type ReadStay } from '../taking/stay-stream.js';
import type { DeathSource } from './death-sources.js';

/** What one stream says of a death now. */
interface Voice {
  readonly source: string;
  readonly personId: string;
  readonly sayings: readonly SaysOfDeath[];
  /** The message behind the newest saying. */
  readonly header: MessageHeader | undefined;
  readonly stay?: ReadStay;
}

export interface Told {
  /** Of what was written; none when all was told before. */
  readonly positions: readonly Position[];
  /** Somebody wrote to one of the stays in between: it has to be looked at anew. */
  readonly overtaken: boolean;
}

const isPersonNews = isOf(personNewsContracts);

/** Works out whether a person died from everything said of it under any of their ids, and tells whoever shows something else. */
@Injectable()
export class DeathOfPerson {
  constructor(
    private readonly store: EventStore,
    private readonly known: KnownStays,
    private readonly people: PeopleDirectory,
  ) {}

  /** `takenBackAt`: when a death that is shown no longer was taken back. */
  async tell(
    family: ReadonlySet<string>,
    sources: readonly DeathSource[],
    metadata: EventMetadata,
    takenBackAt: string,
  ): Promise<Told> {
    const voices = await Promise.all([...new Set(sources.map(({ source }) => source))].map((one) => this.voiceOf(one)));
    const theirs = voices.filter(({ personId }) => family.has(personId));
    const written: Position[] = [];
    let overtaken = false;
    const shown = new Map<string, string>();
    for (const voice of theirs) {
      const others = theirs.filter(({ source }) => source !== voice.source);
      const elsewhere = lasting(others.flatMap(({ sayings }) => sayings).toSorted(byRecordedTime));
      const diedAt = deathShown(voice.sayings, elsewhere);
      if (diedAt !== null) shown.set(JSON.stringify([voice.personId, voice.source]), diedAt);
      const heard = await this.hear(voice, diedAt, elsewhere, others, metadata, takenBackAt);
      if (heard === 'overtaken') overtaken = true;
      else if (heard !== undefined) written.push(heard);
    }
    for (const { personId, source } of sources) {
      const diedAt = shown.get(JSON.stringify([personId, source]));
      const { position } =
        diedAt === undefined
          ? await this.people.withdrawDeath(personId, source, metadata, takenBackAt)
          : await this.people.recordDeath(personId, diedAt, source, metadata, diedAt);
      if (position !== undefined) written.push(position);
    }
    return { positions: written, overtaken };
  }

  private async voiceOf(source: string): Promise<Voice> {
    if (source.startsWith('news-')) {
      const heard = (await this.store.readStream(source)).filter(isPersonNews).map(({ data }) => data);
      const last = heard.toSorted((a, b) => byRecordedTime(a.fact, b.fact)).at(-1);
      const { sequence: _, ...header } = last?.message ?? { sequence: 0 };
      return {
        source,
        personId: source.slice('news-'.length),
        sayings: lasting(sentFirst(heard.map(({ fact }) => fact)).toSorted(byRecordedTime)),
        header: 'feed' in header ? header : undefined,
      };
    }
    const stayId = source.slice('stay-'.length);
    const stay = await readStay(this.store, stayId);
    const { sayings } = evaluated(stayId, stay.facts);
    const newest = stay.facts.findLastIndex(({ eventId }) => eventId === sayings.at(-1)?.eventId);
    return { source, personId: stay.block?.personId ?? '', sayings, header: stay.headers[newest], stay };
  }

  /** Tells a stay that shows another death what was said elsewhere. */
  private async hear(
    { source, stay }: Voice,
    diedAt: string | null,
    elsewhere: readonly SaysOfDeath[],
    others: readonly Voice[],
    metadata: EventMetadata,
    now: string,
  ): Promise<Position | 'overtaken' | undefined> {
    if (!stay?.block || stay.block.status === 'merged' || stay.block.diedAt === diedAt) return undefined;
    const stayId = source.slice('stay-'.length);
    const newest = elsewhere.at(-1);
    const by = others.find(({ sayings }) => sayings.some(({ eventId }) => eventId === newest?.eventId));
    const header = by?.header ?? stay.headers.at(-1);
    if (!header) return undefined;
    const eventId = deterministicId('heard-of-death', stayId, String(stay.revision));
    const { block } = stay;
    const fact = {
      action: 'hear-of-death',
      eventTime: newest?.eventTime ?? now,
      recorded: newest?.recorded ?? now,
      controlId: header.controlId,
      eventId,
      person: { id: block.personId, by: 'visit', number: 'none', identifiers: '' },
      sender: '',
      elsewhere,
    } as const;
    const { events } = eventsOf(stayId, stay, [{ eventId, fact, header }]);
    this.known.forget(stayId);
    const appended = await this.store.append(source, stay.revision, events, metadata);
    // The id names the revision: another's event of the same id there may say something else.
    return appended.ok && !appended.duplicate ? appended.position : 'overtaken';
  }
}
