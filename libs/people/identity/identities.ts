import type { KeyObject } from 'node:crypto';
import type { EventMetadata, EventStore, Position } from '../../event-store/port.js';
import { deterministicId } from '../../platform/ids.js';
import type { Identifier, PersonId } from '../port.js';
import { BoundedMap } from '../../platform/bounded-map.js';
import { type Alias, Aliases, isEarlier } from './aliases.js';
import { announce, later } from './announcements.js';
import { takeBackCorrections } from './corrections.js';
import { type Hashed, personIdOf, personStream, type Sight, sightOf } from './identifier-hash.js';
import { type Base, baseOfLocal, neighbourhood } from './partition.js';
import { personEvent } from './person-events.js';

export interface Identified {
  readonly personId: PersonId;
  readonly conflict: boolean;
  /** The id these identifiers have of themselves, whatever else was seen: where state must not depend on the order of messages. */
  readonly ownId: PersonId;
  readonly position?: Position;
}

interface Remembered {
  readonly answer: Identified;
  /** The alias streams the answer came from, and how far they were read. */
  readonly from: readonly (readonly [hash: string, revision: number])[];
  /** Messages recorded since then show nothing of these identifiers that is not known. */
  readonly knownSince: string;
}

const rememberedSights = 50_000;
/** Every further round means that another process wrote in between. */
const rounds = 20;

export class NobodyToIdentify extends Error {
  override readonly name = 'NobodyToIdentify';
  constructor() {
    super('There is no usable identifier.');
  }
}

/**
 * Who somebody is. The sights in the `alias-` streams are the truth; the answer is worked out from them each time, so two processes and any order
 * of messages come to the same. What was seen before costs one small read per local id and no append.
 */
export class Identities {
  readonly aliases: Aliases;
  readonly #remembered = new BoundedMap<Remembered>(rememberedSights);

  constructor(
    private readonly store: EventStore,
    private readonly pseudonymKey: KeyObject,
  ) {
    this.aliases = new Aliases(store);
  }

  /** @throws NobodyToIdentify when the identifier cannot be used. */
  hashed(identifier: Identifier): Hashed {
    const { numbers, locals } = sightOf(this.pseudonymKey, [identifier]);
    const hashed = numbers[0] ?? locals[0];
    if (!hashed) throw new NobodyToIdentify();
    return hashed;
  }

  /** @throws NobodyToIdentify when no identifier is usable. */
  async identify(identifiers: readonly Identifier[], metadata: EventMetadata, occurredAt: string): Promise<Identified> {
    const sight = sightOf(this.pseudonymKey, identifiers);
    const first = sight.numbers[0] ?? sight.locals[0];
    if (!first) throw new NobodyToIdentify();
    const key = [...sight.numbers, ...sight.locals].map(({ hash }) => hash).join('+');
    const remembered = this.#remembered.get(key);
    if (remembered && !isEarlier(occurredAt, remembered.knownSince)) {
      const same = await Promise.all(remembered.from.map(([hash, revision]) => this.aliases.unchanged(hash, revision)));
      if (same.every(Boolean)) return remembered.answer;
    }
    const seen = await this.#see(sight, metadata, occurredAt);
    let { position } = seen;
    const settled = await this.settle(
      sight.locals.map(({ hash }) => hash),
      metadata,
      occurredAt,
    );
    position = later(position, settled.position);
    const { personId, conflict } = this.#answer(sight, first, settled.bases);
    position = later(position, await this.#tellIdentified(personId, sight, conflict, metadata, occurredAt));
    const answer: Identified = { personId, conflict, ownId: personIdOf(first) };
    this.#remembered.set(key, {
      answer,
      from: [...settled.aliases].map(([hash, { revision }]) => [hash, revision] as const),
      knownSince: seen.knownSince,
    });
    return position === undefined ? answer : { ...answer, position };
  }

  /** Appends what this sight says and no earlier one did. */
  async #see(
    { numbers, locals }: Sight,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<{ readonly position: Position | undefined; readonly knownSince: string }> {
    const appends: Promise<Position | undefined>[] = [];
    const all = [...numbers, ...locals];
    const aliases = await Promise.all(all.map(({ hash }) => this.aliases.read(hash)));
    for (const [index, self] of all.entries()) {
      const alias = aliases[index];
      if (!alias) continue;
      const see = (other: Hashed | null) => appends.push(this.aliases.see(self, other, alias, metadata, occurredAt));
      if (self.kind === 'nhs-number') {
        if (alias.firstSeen === null) see(null);
      } else if (numbers.length > 0) for (const number of numbers) see(number);
      else {
        see(null);
        for (const other of locals) if (other !== self) see(other);
      }
    }
    let position = (await Promise.all(appends)).reduce(later, undefined);
    let knownSince = '';
    for (const [index, self] of all.entries()) {
      const firstSeen = aliases[index]?.firstSeen ?? null;
      const isNews = isEarlier(occurredAt, firstSeen);
      if (isNews) position = later(position, await this.#seeEarlier(self, metadata, occurredAt));
      const since = isNews || firstSeen === null ? occurredAt : firstSeen;
      if (knownSince === '' || isEarlier(knownSince, since)) knownSince = since;
    }
    return { position, knownSince };
  }

  /** Known by then: which takes back a correction that was recorded later (`corrections.ts`). Looks at what others wrote since, too. */
  async #seeEarlier(self: Hashed, metadata: EventMetadata, occurredAt: string): Promise<Position | undefined> {
    let position: Position | undefined;
    let alias = await this.aliases.read(self.hash);
    if (isEarlier(occurredAt, alias.firstSeen)) {
      position = await this.aliases.seeEarlier(self, metadata, occurredAt);
      alias = await this.aliases.read(self.hash);
    }
    return later(position, await takeBackCorrections(this.store, self, alias, metadata, occurredAt));
  }

  /**
   * Works out these local ids and all whose answer hangs on theirs, and tells the log what changed, until a look at the log
   * finds everything told: whoever writes last looks last.
   */
  async settle(
    locals: readonly string[],
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<{
    readonly bases: ReadonlyMap<string, Base>;
    readonly aliases: ReadonlyMap<string, Alias>;
    readonly position: Position | undefined;
  }> {
    let position: Position | undefined;
    for (let round = 0; round < rounds; round += 1) {
      const aliases = new Map<string, Alias>();
      const seenWith = (hash: string) => aliases.get(hash);
      const affected = await neighbourhood(locals, seenWith, async (hashes) => {
        const read = await Promise.all(hashes.map((hash) => this.aliases.read(hash)));
        for (const [index, hash] of hashes.entries()) aliases.set(hash, read[index] ?? (await this.aliases.read(hash)));
      });
      const bases = new Map([...affected].map((hash) => [hash, baseOfLocal(hash, seenWith)]));
      const told = await Promise.all(
        [...bases]
          .filter(([hash]) => aliases.get(hash)?.withoutNumber)
          .map(([hash, { personId }]) => announce(this.store, hash, personId, metadata, occurredAt)),
      );
      if (told.every((one) => one === undefined)) return { bases, aliases, position };
      for (const one of told) if (one !== 'raced') position = later(position, one);
    }
    throw new Error('Who is who changed faster than it could be worked out.');
  }

  #answer(sight: Sight, first: Hashed, bases: ReadonlyMap<string, Base>): { personId: PersonId; conflict: boolean } {
    const of = sight.locals.flatMap(({ hash }) => bases.get(hash) ?? []);
    const conflict = sight.numbers.length > 1 || of.some(({ contested }) => contested);
    if (first.kind === 'nhs-number') return { personId: personIdOf(first), conflict };
    const settled = new Set(of.filter(({ contested }) => !contested).map(({ personId }) => personId));
    const persons = settled.size > 0 ? settled : new Set(of.map(({ personId }) => personId));
    // Local ids of two known people in one message: neither may take it, so the first stands for itself.
    const known = [...persons].sort();
    const one = known.filter((personId) => personId.startsWith('n'));
    const personId = one.length === 1 ? one[0] : known[0];
    return { personId: personId ?? personIdOf(first), conflict: conflict || one.length > 1 };
  }

  async #tellIdentified(
    personId: PersonId,
    sight: Sight,
    conflict: boolean,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<Position | undefined> {
    // Of a conflict only what is certain is told: the number.
    const told = conflict && sight.numbers.length > 0 ? sight.numbers.slice(0, 1) : [...sight.numbers, ...sight.locals];
    const eventId = deterministicId('PersonIdentified', personId, ...told.map(({ hash }) => hash));
    const events = await this.store.readStream(personStream(personId));
    if (events.some((event) => event.eventId === eventId)) return undefined;
    const identifiers = told.map(({ hash, kind, verified }) => ({ hash, kind, verified }));
    const event = personEvent(personId, eventId, occurredAt, 'PersonIdentified', { identifiers });
    const result = await this.store.append(personStream(personId), 'any', [event], metadata);
    return result.ok && !result.duplicate ? result.position : undefined;
  }
}
