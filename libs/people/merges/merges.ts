import type { EventMetadata, EventStore, Position, StoredEvent } from '../../event-store/port.js';
import type { Database } from '../../platform/database.js';
import { deterministicId } from '../../platform/ids.js';
import { later } from '../identity/announcements.js';
import { stands, takeBackCorrections, toldCorrection } from '../identity/corrections.js';
import type { Identities } from '../identity/identities.js';
import { identifierOf, personIdOf, personStream } from '../identity/identifier-hash.js';
import { identitiesTables } from '../identity/identities.projection.js';
import { baseOfLocal, neighbourhood } from '../identity/partition.js';
import { type MergeBecause, mergeOf, personEvent } from '../identity/person-events.js';
import type { Corrected, Identifier, Merged, PersonId } from '../port.js';

interface KnownMerge {
  readonly mergeId: string;
  readonly survivor: PersonId;
  readonly loser: PersonId;
  readonly because: MergeBecause;
}

const retries = 20;

/** A merge as its stream has it: null when it was never made. */
const standingOf = (events: readonly StoredEvent[], mergeId: string): boolean | null => {
  let active: boolean | null = null;
  for (const event of events)
    if (event.type === 'PeopleMerged' && mergeOf(event).mergeId === mergeId) active = true;
    else if (event.type === 'MergeReverted' && mergeOf(event).mergeId === mergeId) active = false;
  return active;
};

/**
 * Merges that somebody asked for: a merge message (A40) or a hand. They stand in the stream of the loser; the ids stay, and whom they
 * stand for is worked out when reading, so a merge can be taken back as if it had never been.
 */
export class Merges {
  constructor(
    private readonly store: EventStore,
    private readonly identities: Identities,
    private readonly database: Database,
    /** Whether what was written here can be read from the tables. */
    private readonly caughtUp: () => Promise<boolean>,
  ) {}

  /**
   * Makes two sets of identifiers one person. The same message again changes nothing, also after the merge was reverted.
   * The answer has no `mergeId` when they were one identifier already.
   */
  async merge(
    survivor: readonly Identifier[],
    loser: readonly Identifier[],
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<Merged> {
    const stays = await this.identities.identify(survivor, metadata, occurredAt);
    const goes = await this.identities.identify(loser, metadata, occurredAt);
    const position = later(stays.position, goes.position);
    const persons = { survivor: stays.ownId, loser: goes.ownId };
    if (stays.ownId === goes.ownId) return { ...persons, ...(position ? { position } : {}) };
    const mergeId = deterministicId('merge-message', stays.ownId, goes.ownId);
    const made = await this.#make({ mergeId, ...persons, because: 'merge-message' }, metadata, occurredAt);
    const last = later(position, made);
    const ring = await this.#goesInRing(mergeId);
    return { mergeId, ...persons, ...(ring ? { ring } : {}), ...(last ? { position: last } : {}) };
  }

  /**
   * An identifier was wrong and should have been another (A47). The log keeps the correction by the time it was recorded; it is told of as a
   * merge, and taken back when a message shows that the right one was known before.
   */
  async correct(right: Identifier, wrong: Identifier, metadata: EventMetadata, occurredAt: string): Promise<Corrected> {
    const { aliases } = this.identities;
    const [self, other] = [this.identities.hashed(right), this.identities.hashed(wrong)];
    const correction = { wrong: other, at: occurredAt };
    const before = await aliases.read(self.hash);
    const same = before.corrections.find((one) => one.wrong.hash === other.hash && stands(before, one));
    if (same && same.at <= occurredAt) return { ok: true };
    if (!stands(before, correction)) return { ok: false, code: 'known-before' };
    let position: Position | undefined = await aliases.correct(self, other, metadata, occurredAt);
    const merge = { ...toldCorrection(self, correction), because: 'merge-message' as const };
    position = later(position, await this.#make(merge, metadata, occurredAt));
    const locals = [self, other].filter(({ kind }) => kind === 'local').map(({ hash }) => hash);
    position = later(position, (await this.identities.settle(locals, metadata, occurredAt)).position);
    // Whoever writes last looks last: another process may have seen the right one in an earlier message meanwhile.
    const after = await aliases.read(self.hash);
    position = later(position, await takeBackCorrections(this.store, self, after, metadata, occurredAt));
    return stands(after, correction)
      ? { ok: true, ...(position ? { position } : {}) }
      : { ok: false, code: 'known-before' };
  }

  /** Whether other merges lead from the survivor of this one back to its loser. */
  async #goesInRing(mergeId: string): Promise<boolean> {
    // The answer only calls a person: who is who comes out the same with and without.
    if (!(await this.caughtUp())) return false;
    const { rows } = await this.database.query<{ ring: boolean }>(
      `WITH RECURSIVE mine AS (SELECT survivor_base, loser_base FROM ${identitiesTables.merge} WHERE merge_id = $1 AND survivor_base <> loser_base),
         reached(base) AS (
           SELECT survivor_base FROM mine
           UNION
           SELECT m.survivor_base FROM ${identitiesTables.merge} m JOIN reached ON m.loser_base = reached.base
            WHERE m.active AND m.because <> 'seen-together')
       SELECT EXISTS (SELECT 1 FROM mine JOIN reached ON reached.base = mine.loser_base) AS ring`,
      [mergeId],
    );
    return rows[0]?.ring ?? false;
  }

  /** Takes a merge back; false when there is none of this id. Taking it back twice changes nothing. */
  async revert(
    mergeId: string,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<(Merged & { readonly revision: number }) | undefined> {
    const known = await this.#find(mergeId);
    if (!known) return undefined;
    const { survivor, loser, because } = known;
    const position =
      because === 'seen-together'
        ? await this.#setApart(known, metadata, occurredAt)
        : await this.#takeBack(known, metadata, occurredAt);
    const last = (await this.store.readStream(personStream(loser))).at(-1);
    return {
      mergeId,
      survivor,
      loser,
      revision: last?.revision ?? 0,
      ...((position ?? last) ? { position: position ?? last?.position ?? '0' } : {}),
    };
  }

  async #make(merge: KnownMerge, metadata: EventMetadata, occurredAt: string): Promise<Position | undefined> {
    const { mergeId, survivor, loser, because } = merge;
    const event = personEvent(loser, deterministicId('PeopleMerged', mergeId), occurredAt, 'PeopleMerged', {
      mergeId,
      survivor,
      loser,
      because,
    });
    // The id of the event is the id of the merge: a second time, also in a race or after a revert, finds the first.
    const result = await this.store.append(personStream(loser), 'any', [event], metadata);
    return result.ok && !result.duplicate ? result.position : undefined;
  }

  async #takeBack(merge: KnownMerge, metadata: EventMetadata, occurredAt: string): Promise<Position | undefined> {
    const { mergeId, survivor, loser } = merge;
    for (let attempt = 0; attempt < retries; attempt += 1) {
      const events = await this.store.readStream(personStream(loser));
      if (standingOf(events, mergeId) !== true) return undefined;
      const revision = events.at(-1)?.revision ?? 'no-stream';
      const eventId = deterministicId('MergeReverted', mergeId, String(revision));
      const event = personEvent(loser, eventId, occurredAt, 'MergeReverted', { mergeId, survivor, loser });
      const result = await this.store.append(personStream(loser), revision, [event], metadata);
      if (result.ok) return result.position;
    }
    throw new Error('The person changed faster than the merge could be taken back.');
  }

  /** Sights stay in the log; a hand sets apart what of them made the two one. */
  async #setApart(merge: KnownMerge, metadata: EventMetadata, occurredAt: string): Promise<Position | undefined> {
    const self = identifierOf(merge.loser);
    if (self?.kind !== 'local') return undefined;
    const aliases = new Map<string, Awaited<ReturnType<Identities['aliases']['read']>>>();
    const seenWith = (hash: string) => aliases.get(hash);
    await neighbourhood([self.hash], seenWith, async (hashes) => {
      for (const hash of hashes) aliases.set(hash, await this.identities.aliases.read(hash));
    });
    let position: Position | undefined;
    const { numbers = new Set<string>(), locals = new Set<string>() } = aliases.get(self.hash) ?? {};
    for (const hash of numbers) {
      const number = { kind: 'nhs-number', hash } as const;
      if (personIdOf(number) !== merge.survivor) continue;
      position = later(position, await this.identities.aliases.setApart(self, number, metadata, occurredAt));
    }
    for (const hash of locals) {
      if (baseOfLocal(hash, seenWith).personId !== merge.survivor) continue;
      const other = { kind: 'local', hash } as const;
      position = later(position, await this.identities.aliases.setApart(self, other, metadata, occurredAt));
      position = later(position, await this.identities.aliases.setApart(other, self, metadata, occurredAt));
    }
    const settled = await this.identities.settle([self.hash, ...locals], metadata, occurredAt);
    return later(position, settled.position);
  }

  async #find(mergeId: string): Promise<KnownMerge | undefined> {
    const { rows } = await this.database.query<KnownMerge>(
      'SELECT merge_id AS "mergeId", survivor, loser, because FROM people.identity_merge_v1 WHERE merge_id = $1',
      [mergeId],
    );
    return rows[0];
  }
}
