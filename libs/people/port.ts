import type { EventMetadata } from '../event-store/port.js';

export type PersonId = string;

/** An identifier as it arrived. Only its keyed hash is ever kept in the clear. */
export type Identifier =
  | { readonly kind: 'nhs-number'; readonly value: string; readonly verified: boolean }
  | { readonly kind: 'local'; readonly authority: string; readonly type: string; readonly value: string };

export interface Details {
  readonly nhsNumber?: string | null;
  readonly familyName?: string | null;
  readonly givenNames?: string | null;
  readonly birthDate?: string | null;
  readonly sex?: string | null;
  readonly postcode?: string | null;
  readonly language?: string | null;
  readonly interpreter?: boolean | null;
}

/** What a merge did. `mergeId` is missing when the two were one identifier already; `revert` takes it back. */
export interface Merged {
  readonly mergeId?: string;
  readonly survivor: PersonId;
  readonly loser: PersonId;
  /** With merges made before, this one goes round in a ring. All of them are one person; which number is kept is for a person to settle. */
  readonly ring?: true;
  readonly position?: string;
}

/** `known-before`: the right identifier was in use before the correction, so that there are two records; only a merge may join them. */
export type Corrected =
  { readonly ok: true; readonly position?: string } | { readonly ok: false; readonly code: 'known-before' };

/** Who somebody is: identifiers to opaque person ids, worked out over all messages and not by arrival. */
export abstract class PeopleDirectory {
  /**
   * Finds or makes the person of these identifiers; identifiers seen together are one person (appends PersonIdentified, PeopleMerged).
   * `conflict`: a local id was seen with two NHS numbers; it joins neither, and the answer goes by the NHS number given.
   * The id of a person known by an NHS number is a function of that number and the key, whatever came first.
   * `ownId` depends on nothing but the identifiers given (the number's, else the first local id's): for state that must come out the same in any order
   * of messages keep this one, and resolve it with `canonical` when reading.
   * Throws `NobodyToIdentify` when no identifier is usable.
   */
  abstract identify(
    identifiers: readonly Identifier[],
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<{ personId: PersonId; conflict: boolean; ownId: PersonId; position?: string }>;
  /**
   * The id that stands for the person now; any id ever given out resolves. Like `family` and `details` read from a read model
   * (consumer `people.identities`): a policy that reacts to PeopleMerged or MergeReverted awaits `feed.caughtUp(['people.identities'])` first.
   */
  abstract canonical(personId: PersonId): Promise<PersonId>;
  /** All ids that are this person, the canonical one first. */
  abstract family(personId: PersonId): Promise<readonly PersonId[]>;
  /** A merge message (A40): the loser's identifiers belong to the survivor. The same again changes nothing, also after a revert. */
  abstract merge(
    survivor: readonly Identifier[],
    loser: readonly Identifier[],
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<Merged>;
  /** A corrected identifier (A47): whoever had the wrong one has the right one. */
  abstract correct(
    right: Identifier,
    wrong: Identifier,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<Corrected>;
  /** Takes a merge back, asked for or seen together; undefined when there is none of this id. */
  abstract revert(
    mergeId: string,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<(Merged & { readonly revision: number }) | undefined>;
  /** Appends PersonalDetailsRecorded, each of its time once: field by field the latest `occurredAt` wins, whatever the order of arrival. Nothing is kept of an erased person. */
  abstract recordDetails(
    personId: PersonId,
    details: Details,
    source: 'referral' | 'ward-feed' | 'correction',
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<{ position?: string }>;
  /**
   * Opened details by the id asked for, over the whole family (field by field the latest `occurredAt` wins; those of an identity that a merge
   * gave up only fill what nobody said of the survivor). Missing = nobody referred, or erased.
   */
  abstract details(personIds: readonly PersonId[]): Promise<ReadonlyMap<PersonId, Details>>;
  abstract recordDeath(
    personId: PersonId,
    diedAt: string | null,
    source: string,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<{ position?: string }>;
  abstract withdrawDeath(
    personId: PersonId,
    source: string,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<{ position?: string }>;
  /** Destroys the keys of the whole family for good; idempotent. Throws `NoSuchPerson`. */
  abstract erase(
    personId: PersonId,
    reason: string,
    authority: string,
    metadata: EventMetadata,
  ): Promise<{ position: string }>;
}

/** Per-person keys and AES-256-GCM, fresh nonce, event id and field name as associated data. */
export abstract class PeopleVault {
  /** null, undefined and what is sealed already come back as they are; for an erased person everything becomes null. */
  abstract seal(personId: PersonId, eventId: string, field: string, value: unknown): Promise<unknown>;
  /** Opens every `Sealed` at any depth of a JSON value; what cannot be opened any more becomes null. */
  abstract open<T>(value: T): Promise<T>;
}
