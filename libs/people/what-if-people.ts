import { createSecretKey } from 'node:crypto';
import type { WhatIfStore } from '../event-store/what-if-store.js';
import type { Database } from '../platform/database.js';
import { Identities } from './identity/identities.js';
import { Merges } from './merges/merges.js';
import { PeopleDirectory, type PersonId } from './port.js';

const notAsked = (): never => {
  throw new Error('People are not changed by asking what would be.');
};

/**
 * Who somebody would be, on a log that only might be. Whether a merge of people goes round in a ring shows in the read model only, and so only
 * once it was made; nothing is kept of anybody.
 */
export class WhatIfPeople extends PeopleDirectory {
  readonly #identities: Identities;
  readonly #merges: Merges;

  constructor(
    private readonly people: PeopleDirectory,
    store: WhatIfStore,
    database: Database,
    pseudonymKey: Buffer,
  ) {
    super();
    this.#identities = new Identities(store, createSecretKey(pseudonymKey));
    this.#merges = new Merges(store, this.#identities, database, () => Promise.resolve(false));
  }

  override identify(...of: Parameters<PeopleDirectory['identify']>): ReturnType<PeopleDirectory['identify']> {
    return this.#identities.identify(...of);
  }
  override merge(...of: Parameters<PeopleDirectory['merge']>): ReturnType<PeopleDirectory['merge']> {
    return this.#merges.merge(...of);
  }
  override correct(...of: Parameters<PeopleDirectory['correct']>): ReturnType<PeopleDirectory['correct']> {
    return this.#merges.correct(...of);
  }
  override canonical(personId: PersonId): Promise<PersonId> {
    return this.people.canonical(personId);
  }
  override family(personId: PersonId): Promise<readonly PersonId[]> {
    return this.people.family(personId);
  }
  override revert = notAsked;
  override recordDetails = notAsked;
  override details = notAsked;
  override recordDeath = notAsked;
  override withdrawDeath = notAsked;
  override erase = notAsked;
}
