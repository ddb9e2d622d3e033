import { createSecretKey } from 'node:crypto';
import type { EventFeed } from '../event-feed/port.js';
import type { EventStore } from '../event-store/port.js';
import type { Clock } from '../platform/clock.js';
import type { Database } from '../platform/database.js';
import { detailsProjection } from './details/details.projection.js';
import { Deaths } from './details/deaths.js';
import { PersonalDetails } from './details/personal-details.js';
import { PostgresPeopleDirectory } from './directory.js';
import { Erasure } from './erasure.js';
import { Families } from './identity/families.js';
import { Identities } from './identity/identities.js';
import { identitiesProjection } from './identity/identities.projection.js';
import { Merges } from './merges/merges.js';
import type { PeopleDirectory, PeopleVault } from './port.js';
import type { DataKeys } from './vault/data-keys.js';

/** The read models of people, to be registered with the feed. */
export const peopleProjections = [identitiesProjection, detailsProjection] as const;

/** What the directory is made of. */
export interface PeopleNeeds {
  /** The log that seals. */
  readonly store: EventStore;
  readonly vault: PeopleVault;
  readonly keys: DataKeys;
  readonly database: Database;
  readonly feed: Pick<EventFeed, 'caughtUp'>;
  readonly clock: Clock;
  readonly pseudonymKey: Buffer;
}

/** Puts the directory together; the module does it for the service, a test for itself. */
export const buildPeopleDirectory = (needs: PeopleNeeds): PeopleDirectory => {
  const { store, vault, keys, database, feed, clock } = needs;
  const pseudonymKey = createSecretKey(needs.pseudonymKey);
  const identities = new Identities(store, pseudonymKey);
  const families = new Families(database);
  const caughtUp = () => feed.caughtUp([identitiesProjection.name]);
  return new PostgresPeopleDirectory({
    identities,
    families,
    merges: new Merges(store, identities, database, caughtUp),
    details: new PersonalDetails(store, vault, keys, families, database, pseudonymKey),
    deaths: new Deaths(store),
    erasure: new Erasure(store, keys, families, caughtUp),
    clock,
  });
};
