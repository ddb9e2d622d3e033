import type { EventMetadata } from '../event-store/port.js';
import type { Clock } from '../platform/clock.js';
import type { Deaths } from './details/deaths.js';
import type { DetailsSource, PersonalDetails } from './details/personal-details.js';
import type { Erasure } from './erasure.js';
import type { Families } from './identity/families.js';
import type { Identities } from './identity/identities.js';
import type { Merges } from './merges/merges.js';
import { type Details, type Identifier, PeopleDirectory, type PersonId } from './port.js';

/** The parts of the directory behind its port. */
export interface DirectoryParts {
  readonly identities: Identities;
  readonly families: Families;
  readonly merges: Merges;
  readonly details: PersonalDetails;
  readonly deaths: Deaths;
  readonly erasure: Erasure;
  readonly clock: Clock;
}

/** People on the log and PostgreSQL. */
export class PostgresPeopleDirectory extends PeopleDirectory {
  constructor(private readonly parts: DirectoryParts) {
    super();
  }

  override identify(identifiers: readonly Identifier[], metadata: EventMetadata, occurredAt: string) {
    return this.parts.identities.identify(identifiers, metadata, occurredAt);
  }

  override canonical(personId: PersonId): Promise<PersonId> {
    return this.parts.families.canonical(personId);
  }

  override family(personId: PersonId): Promise<readonly PersonId[]> {
    return this.parts.families.family(personId);
  }

  override merge(
    survivor: readonly Identifier[],
    loser: readonly Identifier[],
    metadata: EventMetadata,
    occurredAt: string,
  ) {
    return this.parts.merges.merge(survivor, loser, metadata, occurredAt);
  }

  override correct(right: Identifier, wrong: Identifier, metadata: EventMetadata, occurredAt: string) {
    return this.parts.merges.correct(right, wrong, metadata, occurredAt);
  }

  override revert(mergeId: string, metadata: EventMetadata, occurredAt: string) {
    return this.parts.merges.revert(mergeId, metadata, occurredAt);
  }

  override recordDetails(
    personId: PersonId,
    details: Details,
    source: DetailsSource,
    metadata: EventMetadata,
    occurredAt: string,
  ) {
    return this.parts.details.record(personId, details, source, metadata, occurredAt);
  }

  override details(personIds: readonly PersonId[]): Promise<ReadonlyMap<PersonId, Details>> {
    return this.parts.details.of(personIds);
  }

  override recordDeath(
    personId: PersonId,
    diedAt: string | null,
    source: string,
    metadata: EventMetadata,
    occurredAt: string,
  ) {
    return this.parts.deaths.record(personId, diedAt, source, metadata, occurredAt);
  }

  override withdrawDeath(personId: PersonId, source: string, metadata: EventMetadata, occurredAt: string) {
    return this.parts.deaths.withdraw(personId, source, metadata, occurredAt);
  }

  override erase(personId: PersonId, reason: string, authority: string, metadata: EventMetadata) {
    return this.parts.erasure.erase(personId, reason, authority, metadata, this.parts.clock.now());
  }
}
