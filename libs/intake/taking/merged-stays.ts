import { Injectable } from '@nestjs/common';
import {
  comparePositions,
  EventStore,
  StoreUnavailable,
  type EventMetadata,
  type Position,
} from '#libs/event-store/port.js';
import { deterministicId } from '#libs/platform/ids.js';
import { mergedVisits, visitsOf, type MergedVisits } from '../domain/merged-visits.js';
import { isHeardElsewhere, isMerge, type MergeFact } from '../domain/stay-fact.js';
import { KnownStays } from './known-stays.js';
import { eventsOf, readStay, type Addition, type ReadStay } from './stay-stream.js';

type Streams = ReadonlyMap<string, ReadStay>;

export interface Told {
  /** Every merge that has to do with the stay. */
  readonly merges: readonly MergeFact[];
  /** Who waits for this sees them all, whoever told them. */
  readonly position: Position;
  /** Of the last event that was written for it now. */
  readonly wrote: Position | undefined;
}

/** Every further round means that another process wrote to one of the stays in between. */
const rounds = 50;

/**
 * Keeps the streams of merged visits in step: each knows all merges between them, and each what was said of the visits merged into it. Each is
 * then a function of its own stream, and a message for a visit that was given up leads to an event of the stay (ADR 0015).
 *
 * Whoever writes to one of these streams sees in it all merges written there before, and tells the others. Of two who write at once the log lets
 * one be the second, and that one sees both; so nothing is left untold, whatever the order. Ids are made from the stay and from what was first
 * said: told again, it changes nothing.
 */
@Injectable()
export class MergedStays {
  constructor(
    private readonly store: EventStore,
    private readonly known: KnownStays,
  ) {}

  /** @throws StoreUnavailable when others write faster than this can look. */
  async tell(stayId: string, metadata: EventMetadata): Promise<Told> {
    let wrote: Position | undefined;
    for (let round = 0; round < rounds; round += 1) {
      const streams = await this.streamsWith(stayId);
      const merges = mergesIn(streams);
      const merged = mergedVisits([...merges.values()].map(({ fact }) => fact));
      let told = true;
      for (const [id, stay] of streams) {
        const additions = [...untoldMerges(id, stay, merges), ...untoldFacts(id, stay, streams, merged)];
        if (additions.length === 0) continue;
        told = false;
        const appended = await this.append(id, stay, additions, metadata);
        if (appended) wrote = appended;
      }
      if (told) return { merges: [...merges.values()].map(({ fact }) => fact), position: lastOf(streams), wrote };
    }
    throw new StoreUnavailable('Too many others write the stays of merged visits at the same time.');
  }

  /** Undefined: another process wrote to the stay in between, and has to be looked at. */
  private async append(
    id: string,
    stay: ReadStay,
    additions: readonly Addition[],
    metadata: EventMetadata,
  ): Promise<Position | undefined> {
    this.known.forget(id);
    try {
      const { events } = eventsOf(id, stay, additions);
      const appended = await this.store.append(`stay-${id}`, stay.revision, events, metadata);
      return appended.ok ? appended.position : undefined;
    } catch (error) {
      // The log refuses ids of which some are there already, which is what another process has told so far.
      const since = await this.store.readStream(`stay-${id}`, stay.revision === 'no-stream' ? 0 : stay.revision + 1);
      if (since.length === 0) throw error;
      return undefined;
    }
  }

  /** The streams of all visits that merges bring together with this one. */
  private async streamsWith(stayId: string): Promise<Streams> {
    const streams = new Map<string, ReadStay>();
    let fresh: readonly string[] = [stayId];
    while (fresh.length > 0) {
      const read = await Promise.all(fresh.map(async (id) => [id, await readStay(this.store, id)] as const));
      for (const [id, stay] of read) streams.set(id, stay);
      const named = visitsOf(read.flatMap(([, { facts }]) => facts.filter(isMerge)));
      fresh = [...named].filter((id) => !streams.has(id));
    }
    return streams;
  }
}

const lastOf = (streams: Streams): Position =>
  [...streams.values()]
    .flatMap(({ positions }) => [...positions.values()])
    .reduce((last, position) => (comparePositions(position, last) > 0 ? position : last), '0');

type Merges = ReadonlyMap<string, Addition & { readonly fact: MergeFact }>;

/** The merges that any of the streams holds, by the event that first said each. */
const mergesIn = (streams: Streams): Merges => {
  const merges = new Map<string, Addition & { readonly fact: MergeFact }>();
  for (const { facts, headers } of streams.values())
    facts.forEach((fact, n) => {
      const header = headers[n];
      if (!header || !isMerge(fact) || merges.has(fact.eventId)) return;
      const { firstSaidBy: _, ...said } = fact;
      merges.set(fact.eventId, { eventId: fact.eventId, fact: said, header });
    });
  return merges;
};

const untoldMerges = (id: string, stay: ReadStay, merges: Merges): readonly Addition[] => {
  const known = new Set(stay.facts.filter(isMerge).map(({ eventId }) => eventId));
  return [...merges.values()]
    .filter(({ eventId }) => !known.has(eventId))
    .map((merge) => ({ ...merge, eventId: deterministicId('visits-merged', id, merge.eventId) }));
};

/** What the stay has not heard of the visits that were merged into it, whether into itself or into one of those. */
const untoldFacts = (id: string, stay: ReadStay, streams: Streams, merged: MergedVisits): readonly Addition[] => {
  const known = new Set(stay.facts.map(({ eventId }) => eventId));
  const additions: Addition[] = [];
  const parts = merged.partsOf(id).map(({ visit }) => visit);
  for (const visit of parts) {
    parts.push(...merged.partsOf(visit).map((part) => part.visit));
    const { facts, headers } = streams.get(visit) ?? { facts: [], headers: [] };
    facts.forEach((fact, n) => {
      const header = headers[n];
      if (!header || fact.visit !== undefined || isHeardElsewhere(fact) || known.has(fact.eventId)) return;
      const eventId = deterministicId('said-of-merged-visit', id, fact.eventId);
      additions.push({ eventId, fact: { ...fact, visit }, header });
    });
  }
  return additions;
};
