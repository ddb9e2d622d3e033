import { aliasContracts, type AliasEvent } from '../../contracts/people/alias-events.js';
import type { EventMetadata, EventStore, Position, StoredEvent } from '../../event-store/port.js';
import { deterministicId } from '../../platform/ids.js';
import { BoundedMap } from '../../platform/bounded-map.js';
import { aliasStream, type Hashed, type IdentifierKind } from './identifier-hash.js';
import { crowd, type SeenWith } from './partition.js';

/** All that the stream of one identifier says. */
export interface Alias extends SeenWith {
  /** Last revision read; -1 for an identifier never seen. */
  readonly revision: number;
  /** It was once seen without any NHS number, or a correction named it: its own person id may have been given out. */
  readonly withoutNumber: boolean;
  readonly apart: ReadonlySet<string>;
  /** The earliest recorded time of a message that had it; null while none had. */
  readonly firstSeen: string | null;
  /** Identifiers that were wrong and should have been this one. */
  readonly corrections: readonly CorrectedTo[];
}

export interface CorrectedTo {
  readonly wrong: Pick<Hashed, 'hash' | 'kind'>;
  /** When the hospital recorded the correction. */
  readonly at: string;
}

const unseen: Alias = {
  revision: -1,
  withoutNumber: false,
  numbers: new Set(),
  locals: new Set(),
  apart: new Set(),
  firstSeen: null,
  corrections: [],
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const other = (value: unknown): Pick<Hashed, 'hash' | 'kind'> | null => {
  if (typeof value !== 'object' || value === null || !('hash' in value) || !('kind' in value)) return null;
  const kind: IdentifierKind = value.kind === 'nhs-number' ? 'nhs-number' : 'local';
  return { hash: text(value.hash), kind };
};

/** What two identifiers have to do with each other; undefined for what an alias says of itself alone. */
const asAliasEvent = (
  event: StoredEvent,
): Extract<AliasEvent, { type: 'IdentifierSeen' | 'IdentifierSetApart' }> | undefined => {
  const { type, data } = event;
  const self = { hash: text(data['hash']), kind: data['kind'] === 'nhs-number' ? 'nhs-number' : 'local' } as const;
  if (type === 'IdentifierSeen') return { type, data: { ...self, with: other(data['with']) } };
  const from = other(data['from']);
  return type === 'IdentifierSetApart' && from ? { type, data: { ...self, from } } : undefined;
};
export { asAliasEvent };

/** Whether a message of this time shows that the identifier was known earlier than the log has it so far. */
export const isEarlier = (occurredAt: string, firstSeen: string | null): boolean =>
  firstSeen === null || Date.parse(occurredAt) < Date.parse(firstSeen);

const evolve = (before: Alias, stored: StoredEvent): Alias => {
  const { revision, occurredAt, type } = stored;
  const seen =
    (type === 'IdentifierSeen' || type === 'IdentifierSeenEarlier') && isEarlier(occurredAt, before.firstSeen);
  const alias = seen ? { ...before, firstSeen: occurredAt } : before;
  const wrong = type === 'IdentifierCorrected' ? other(stored.data['wrong']) : null;
  if (wrong)
    return { ...alias, revision, withoutNumber: true, corrections: [...alias.corrections, { wrong, at: occurredAt }] };
  if (type === 'IdentifierGivenUp') return { ...alias, revision, withoutNumber: true };
  const event = asAliasEvent(stored);
  if (!event) return { ...alias, revision };
  if (event.type === 'IdentifierSetApart') {
    const without = (set: ReadonlySet<string>) => new Set([...set].filter((hash) => hash !== event.data.from.hash));
    const apart = new Set([...alias.apart, event.data.from.hash]);
    return { ...alias, revision, apart, numbers: without(alias.numbers), locals: without(alias.locals) };
  }
  const together = event.data.with;
  if (together === null) return { ...alias, revision, withoutNumber: true };
  if (alias.apart.has(together.hash)) return { ...alias, revision };
  return together.kind === 'nhs-number'
    ? { ...alias, revision, numbers: new Set([...alias.numbers, together.hash]) }
    : { ...alias, revision, locals: new Set([...alias.locals, together.hash]) };
};

/** How many identifiers are held in memory: a small object each. */
const heldAliases = 50_000;

/**
 * The `alias-` streams: what was seen together with what. Sights only add up and carry ids made from what they say,
 * so two processes that see the same at once write it once, and in no particular order.
 */
export class Aliases {
  readonly #held = new BoundedMap<Alias>(heldAliases);

  constructor(private readonly store: EventStore) {}

  /** As the log has it now: what is held in memory, and what was appended since. */
  async read(hash: string): Promise<Alias> {
    const held = this.#held.get(hash) ?? unseen;
    const news = await this.store.readStream(aliasStream(hash), held.revision + 1);
    if (news.length === 0) return held;
    const alias = news.reduce(evolve, held);
    this.#held.set(hash, alias);
    return alias;
  }

  /** Whether the stream says no more than it did at this revision. */
  async unchanged(hash: string, revision: number): Promise<boolean> {
    return (await this.store.readStream(aliasStream(hash), revision + 1)).length === 0;
  }

  /** Appends that `self` was seen (with `other`, or alone), unless that is known. Answers the position of what was appended. */
  async see(
    self: Hashed,
    other: Hashed | null,
    alias: Alias,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<Position | undefined> {
    if (other === null ? alias.withoutNumber : alias.apart.has(other.hash)) return undefined;
    if (other) {
      const known = other.kind === 'nhs-number' ? alias.numbers : alias.locals;
      // Past that many a further one changes nothing: a filler would grow its stream for ever.
      if (known.has(other.hash) || known.size > crowd) return undefined;
    }
    const data = { hash: self.hash, kind: self.kind, with: other && { hash: other.hash, kind: other.kind } };
    return this.#append(self.hash, 'IdentifierSeen', other?.hash ?? '', data, metadata, occurredAt);
  }

  setApart(
    self: Pick<Hashed, 'hash' | 'kind'>,
    from: Pick<Hashed, 'hash' | 'kind'>,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<Position> {
    const data = { hash: self.hash, kind: self.kind, from: { hash: from.hash, kind: from.kind } };
    return this.#append(self.hash, 'IdentifierSetApart', from.hash, data, metadata, occurredAt);
  }

  /** Appends that `self` was in a message recorded then, before all known so far. */
  seeEarlier(self: Hashed, metadata: EventMetadata, occurredAt: string): Promise<Position> {
    const { hash, kind } = self;
    return this.#append(hash, 'IdentifierSeenEarlier', occurredAt, { hash, kind }, metadata, occurredAt);
  }

  /** Appends that `wrong` should have been `right`. That is no sight: a correction does not show that anybody had either. */
  async correct(right: Hashed, wrong: Hashed, metadata: EventMetadata, occurredAt: string): Promise<Position> {
    const [of, instead] = [right, wrong].map(({ hash, kind }) => ({ hash, kind }));
    await this.#append(wrong.hash, 'IdentifierGivenUp', right.hash, { ...instead, right: of }, metadata, occurredAt);
    const data = { ...of, wrong: instead };
    return this.#append(right.hash, 'IdentifierCorrected', `${wrong.hash}@${occurredAt}`, data, metadata, occurredAt);
  }

  async #append(
    hash: string,
    type: AliasEvent['type'],
    about: string,
    data: object,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<Position> {
    const eventId = deterministicId(type, hash, about);
    const event = { eventId, type, schemaVersion: aliasContracts[type].version, occurredAt, data };
    const result = await this.store.append(aliasStream(hash), 'any', [event], metadata);
    if (!result.ok) throw new Error('An append that expects nothing was refused.');
    return result.position;
  }
}
