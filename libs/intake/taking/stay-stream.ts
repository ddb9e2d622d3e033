import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { EventStore, EventToAppend, Position } from '#libs/event-store/port.js';
import { evaluated, type Evaluated } from '../domain/evaluate.js';
import { mergedVisits, type MergedVisits } from '../domain/merged-visits.js';
import { deterministicId } from '#libs/platform/ids.js';
import { heardRecorded, isMerge, type SaysOfDeath, type StayFact } from '../domain/stay-fact.js';
import { eventTypeOf, newsOf, saidBy, type MessageHeader, type StayEventType } from './stay-facts.js';

/** A stay as its stream stood when it was last read or written here. */
export interface KnownStay {
  readonly revision: number | 'no-stream';
  readonly facts: readonly StayFact[];
  readonly positions: ReadonlyMap<string, Position>;
  readonly block: StayBlock | undefined;
  /** What its messages say of a death; missing where it was not worked out yet. */
  readonly sayings?: readonly SaysOfDeath[];
}

/** What is to be added to the stream of a stay. */
export interface Addition {
  readonly eventId: string;
  readonly fact: StayFact;
  /** Of the message that said it. */
  readonly header: MessageHeader;
  /** The message was heard before: this copy of it was sent earlier. */
  readonly again?: true;
}

/** What a message adds to a stay: itself, or a copy of it that was sent before the one heard first and says so by MSH-7 alone (api.md). */
export const additionOf = ({ facts }: Pick<KnownStay, 'facts'>, fact: StayFact, header: MessageHeader): Addition => {
  const { eventId, recorded } = fact;
  const heard = heardRecorded(facts, eventId);
  if (heard === undefined || heard <= recorded) return { eventId, fact, header };
  const copy = deterministicId('sent-before', eventId, recorded);
  return { eventId: copy, fact: { ...fact, eventId: copy, copyOf: eventId }, header, again: true };
};

/** The stream of a stay, with the message behind each fact. */
export interface ReadStay extends KnownStay {
  readonly headers: readonly MessageHeader[];
}

export const readStay = async (store: EventStore, stayId: string): Promise<ReadStay> => {
  const stream = await store.readStream(`stay-${stayId}`);
  const news = stream.map(newsOf);
  return {
    revision: stream.at(-1)?.revision ?? 'no-stream',
    facts: news.map(({ fact }) => fact),
    headers: news.map(({ header }) => header),
    positions: new Map(stream.map(({ eventId, position }) => [eventId, position])),
    block: news.at(-1)?.stay,
  };
};

/** What is said of a merged visit goes by its own name where it counts for the stay, else it only brings a place with it. */
const typeOf = (fact: StayFact, merged: () => MergedVisits): StayEventType => {
  if (fact.visit === undefined || isMerge(fact)) return eventTypeOf(fact);
  let at = '';
  for (let part = merged().givenUp.get(fact.visit); part; part = merged().givenUp.get(part.stay)) at = part.at;
  return fact.recorded > at ? eventTypeOf(fact) : 'StaysMerged';
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether another death is shown than before, or it is another person's, or something was said of it that may count against what others say. */
const saysOtherwise = (stayId: string, { block, sayings }: Evaluated, before: KnownStay): boolean => {
  if (block.diedAt !== (before.block?.diedAt ?? null)) return true;
  const saidBefore = before.sayings ?? (before.facts.length === 0 ? [] : evaluated(stayId, before.facts).sayings);
  return (sayings.length > 0 && block.personId !== before.block?.personId) || !same(sayings, saidBefore);
};

/** The events that add this to a stay. They are appended together, and each carries the whole stay after all of them. */
export const eventsOf = (
  stayId: string,
  stay: KnownStay,
  additions: readonly Addition[],
): { readonly events: readonly EventToAppend[] } & Pick<KnownStay, 'facts'> & Evaluated => {
  const facts = [...stay.facts, ...additions.map(({ fact, eventId }) => saidBy(eventId, fact))];
  const now = evaluated(stayId, facts);
  const { block } = now;
  const changed = saysOtherwise(stayId, now, stay);
  let merged: MergedVisits | undefined;
  const visits = () => (merged ??= mergedVisits(facts.filter(isMerge)));
  const events = additions.map(({ eventId, fact, header }, n) => ({
    eventId,
    type: typeOf(fact, visits),
    schemaVersion: 1,
    occurredAt: fact.eventTime,
    personId: block.personId,
    data: {
      message: { ...header, sequence: stay.facts.length + n },
      fact,
      stay: block,
      deathChanged: changed && n === additions.length - 1,
    },
  }));
  return { events, facts, ...now };
};
