import { comparePositions, type EventMetadata, type EventStore, type Position } from '../event-store/port.js';
import { deterministicId } from '../platform/ids.js';
import type { Families } from './identity/families.js';
import { identifierOf, personStream } from './identity/identifier-hash.js';
import { personEvent } from './identity/person-events.js';
import type { PersonId } from './port.js';
import type { DataKeys } from './vault/data-keys.js';

export class NoSuchPerson extends Error {
  override readonly name = 'NoSuchPerson';
  constructor() {
    super('There is no such person.');
  }
}

/**
 * Erases a person under all their ids: the keys are destroyed first, then the log is told, with the fingerprint of each key as proof. Interrupted
 * in between, it is finished by asking again. What was sealed stays where it is and can be opened by nobody.
 */
export class Erasure {
  constructor(
    private readonly store: EventStore,
    private readonly keys: DataKeys,
    private readonly families: Families,
    /** Merges told of just now belong to the family. */
    private readonly caughtUp: () => Promise<unknown>,
  ) {}

  /** @throws NoSuchPerson */
  async erase(
    personId: PersonId,
    reason: string,
    authority: string,
    metadata: EventMetadata,
    occurredAt: string,
  ): Promise<{ position: Position }> {
    await this.caughtUp();
    const family = (await this.families.familiesOf([personId])).get(personId) ?? [personId];
    if (!identifierOf(personId) || !(await this.#isKnown(family))) throw new NoSuchPerson();
    const fingerprints = new Map<PersonId, string>();
    for (const member of family) fingerprints.set(member, await this.keys.destroy(member));
    let position: Position = '0';
    for (const [member, keyFingerprint] of fingerprints) {
      const event = personEvent(member, deterministicId('PersonErased', member), occurredAt, 'PersonErased', {
        reason,
        authority,
        keyFingerprint,
      });
      const result = await this.store.append(personStream(member), 'any', [event], metadata);
      if (result.ok && comparePositions(result.position, position) > 0) position = result.position;
    }
    return { position };
  }

  async #isKnown(family: readonly PersonId[]): Promise<boolean> {
    for (const member of family) if ((await this.store.readStream(personStream(member))).length > 0) return true;
    return false;
  }
}
