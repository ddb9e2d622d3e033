import { Injectable } from '@nestjs/common';
import { personNewsContracts, type PersonNewsEvent } from '#libs/contracts/intake/person-news-events.js';
import { isOf } from '#libs/event-store/contracted.js';
import {
  comparePositions,
  EventStore,
  StoreUnavailable,
  type EventMetadata,
  type Position,
} from '#libs/event-store/port.js';
import { Turns } from '#libs/event-store/turns.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { deterministicId } from '#libs/platform/ids.js';
import { deathBy } from '../domain/death-of-stay.js';
import { heardRecorded, sentFirst } from '../domain/stay-fact.js';
import type { Understood } from '../domain/understood.js';
import { IntakeKeys } from '../intake-keys.js';
import { ReferredPeople } from '../referred/referred-people.js';
import { actorOf } from './stay-news.js';
import type { Arrival } from './taken.js';

type PersonMessage = Extract<Understood, { kind: 'person' }>;
type Heard = PersonNewsEvent['data'];
const isPersonNews = isOf(personNewsContracts);

const attempts = 50;

export interface PersonTaken {
  readonly position?: Position;
  /** A person must settle it: merges in a ring, or a correction (A47) to an identifier that was in use before. */
  readonly toSettle?: 'ring' | 'both-known';
}

/** Messages about people and no visit: links, merges, details and deaths. Kept even when nobody is known yet (api.md). */
@Injectable()
export class PersonNews {
  private readonly turns = new Turns();

  constructor(
    private readonly store: EventStore,
    private readonly people: PeopleDirectory,
    private readonly referred: ReferredPeople,
    private readonly keys: IntakeKeys,
  ) {}

  /** @throws NobodyToIdentify when no identifier can be used. */
  take(message: PersonMessage, hash: string, arrival: Arrival): Promise<PersonTaken> {
    const joins = message.merges.length + message.corrections.length > 0;
    // One after the other, so that of two merges in a ring it is the second that closes it. They are rare.
    return joins
      ? this.turns.take('merges', () => this.takeInTurn(message, hash, arrival))
      : this.takeInTurn(message, hash, arrival);
  }

  private async takeInTurn(message: PersonMessage, hash: string, arrival: Arrival): Promise<PersonTaken> {
    const { envelope, people, merges, corrections, details, recorded } = message;
    const metadata = actorOf(envelope, arrival);
    const positions: (Position | undefined)[] = [];
    let toSettle: PersonTaken['toSettle'];
    for (const { survivor, loser } of merges) {
      const merged = await this.people.merge(survivor.identifiers, loser.identifiers, metadata, recorded);
      positions.push(merged.position);
      if (merged.ring) toSettle = 'ring';
    }
    for (const { right, wrong } of corrections) {
      const corrected = await this.people.correct(right, wrong, metadata, recorded);
      if (corrected.ok) positions.push(corrected.position);
      else toSettle = 'both-known';
    }
    for (const { identifiers } of people) {
      const { ownId, position } = await this.people.identify(identifiers, metadata, recorded);
      positions.push(position);
      if (Object.keys(details).length > 0 && (await this.referred.has(ownId)))
        positions.push((await this.people.recordDetails(ownId, details, 'ward-feed', metadata, recorded)).position);
      if (message.death) positions.push(await this.hear(ownId, message, hash, metadata));
    }
    const last = positions
      .filter((position) => position !== undefined)
      .toSorted(comparePositions)
      .at(-1);
    return { ...(last === undefined ? {} : { position: last }), ...(toSettle === undefined ? {} : { toSettle }) };
  }

  /** Keeps what was said of a death as a fact, so that the order of such messages does not matter either. */
  private async hear(
    personId: string,
    { envelope, recorded, death }: PersonMessage,
    hash: string,
    metadata: EventMetadata,
  ): Promise<Position> {
    const messageId = this.keys.eventId(envelope, hash);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const stream = await this.store.readStream(`news-${personId}`);
      const before = stream.filter(isPersonNews).map(({ data }) => data);
      const facts = before.map((heard) => heard.fact);
      const heard = heardRecorded(facts, messageId);
      const isCopy = heard !== undefined && recorded < heard;
      // The same message again may have been sent before the one heard first, and says so by MSH-7 alone.
      const eventId = isCopy ? deterministicId('sent-before', messageId, recorded) : messageId;
      const known = stream.find((event) => event.eventId === eventId);
      if (known) return known.position;
      const { controlId } = envelope;
      const fact: Heard['fact'] = {
        recorded,
        eventTime: recorded,
        controlId,
        eventId,
        ...(isCopy ? { copyOf: messageId } : {}),
        ...death,
      };
      const diedAt = deathBy(sentFirst([...facts, fact]));
      const data: Heard = {
        message: {
          feed: envelope.feed,
          controlId,
          hash,
          kind: envelope.kind,
          sourceRecordedAt: recorded,
          sequence: stream.length,
        },
        fact,
        diedAt,
        deathChanged: diedAt !== (before.at(-1)?.diedAt ?? null),
      };
      const event = { eventId, type: 'PersonNewsHeard', schemaVersion: 1, occurredAt: recorded, personId, data };
      const expected = stream.at(-1)?.revision ?? 'no-stream';
      const appended = await this.store.append(`news-${personId}`, expected, [event], metadata);
      if (appended.ok) return appended.position;
    }
    throw new StoreUnavailable('Too many others write of this person at the same time.');
  }
}
