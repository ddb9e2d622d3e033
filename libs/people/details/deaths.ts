import type { EventMetadata, EventStore, EventToAppend, Position, StoredEvent } from '../../event-store/port.js';
import { deterministicId } from '../../platform/ids.js';
import { personStream } from '../identity/identifier-hash.js';
import { personEvent } from '../identity/person-events.js';
import type { PersonId } from '../port.js';

const retries = 20;

/** What stands by source: a time, or null where only the fact is known. */
const standing = (events: readonly StoredEvent[]): ReadonlyMap<string, string | null> => {
  const bySource = new Map<string, string | null>();
  for (const { type, data } of events) {
    const source = typeof data['source'] === 'string' ? data['source'] : '';
    if (type === 'DeathRecorded') bySource.set(source, typeof data['diedAt'] === 'string' ? data['diedAt'] : null);
    if (type === 'DeathRecordWithdrawn') bySource.delete(source);
  }
  return bySource;
};

/** Records of death, each by its source; said twice they are recorded once. */
export class Deaths {
  constructor(private readonly store: EventStore) {}

  record(personId: PersonId, diedAt: string | null, source: string, metadata: EventMetadata, occurredAt: string) {
    return this.#append(personId, metadata, (known, eventId) =>
      known.has(source) && known.get(source) === diedAt
        ? undefined
        : personEvent(personId, eventId('DeathRecorded'), occurredAt, 'DeathRecorded', { diedAt, source }),
    );
  }

  withdraw(personId: PersonId, source: string, metadata: EventMetadata, occurredAt: string) {
    return this.#append(personId, metadata, (known, eventId) =>
      known.has(source)
        ? personEvent(personId, eventId('DeathRecordWithdrawn'), occurredAt, 'DeathRecordWithdrawn', { source })
        : undefined,
    );
  }

  async #append(
    personId: PersonId,
    metadata: EventMetadata,
    decide: (known: ReadonlyMap<string, string | null>, eventId: (type: string) => string) => EventToAppend | undefined,
  ): Promise<{ position?: Position }> {
    for (let attempt = 0; attempt < retries; attempt += 1) {
      const events = await this.store.readStream(personStream(personId));
      const revision = events.at(-1)?.revision ?? 'no-stream';
      const event = decide(standing(events), (type) => deterministicId(type, personId, String(revision)));
      if (!event) return {};
      const result = await this.store.append(personStream(personId), revision, [event], metadata);
      // The id names the revision: another's event of the same id there would be another decision, so look again.
      if (result.ok && !result.duplicate) return { position: result.position };
    }
    throw new Error('The person changed faster than the death could be recorded.');
  }
}
