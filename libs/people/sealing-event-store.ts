import { catalogue } from '../contracts/catalogue.js';
import {
  type AllPage,
  type AppendResult,
  type EventFilter,
  type EventMetadata,
  EventStore,
  type EventToAppend,
  type ExpectedRevision,
  type Position,
  type StoredEvent,
} from '../event-store/port.js';
import { ContractBroken, EventChecks } from './event-checks.js';
import { replaceAt } from './personal-fields.js';
import type { PeopleVault } from './port.js';
import { isSealed } from './vault/sealed.js';

/**
 * The log as everybody gets it: holds every event against its contract and seals its personal fields under the key of the event's
 * `personId` on the way in. What is read stays sealed. A value that is sealed already (copied by a policy from another event) stays as it is; for an
 * erased person a personal value becomes null.
 */
export class SealingEventStore extends EventStore {
  readonly #checks = new EventChecks(catalogue);

  constructor(
    private readonly log: EventStore,
    private readonly vault: PeopleVault,
  ) {
    super();
  }

  /** @throws ContractBroken */
  override async append(
    streamId: string,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
    metadata: EventMetadata,
  ): Promise<AppendResult> {
    const sealed: EventToAppend[] = [];
    for (const event of events) sealed.push(await this.#sealed(streamId, event));
    return this.log.append(streamId, expected, sealed, metadata);
  }

  override readStream(streamId: string, fromRevision?: number): Promise<readonly StoredEvent[]> {
    return this.log.readStream(streamId, fromRevision);
  }

  override readAll(after: Position, filter: EventFilter, limit: number): Promise<AllPage> {
    return this.log.readAll(after, filter, limit);
  }

  override head(): Promise<Position> {
    return this.log.head();
  }

  override recordedBy(instant: string): Promise<Position> {
    return this.log.recordedBy(instant);
  }

  override subscribe(after: Position, filter: EventFilter, signal: AbortSignal): AsyncIterable<AllPage> {
    return this.log.subscribe(after, filter, signal);
  }

  async #sealed(streamId: string, event: EventToAppend): Promise<EventToAppend> {
    const { personal } = this.#checks.check(streamId, event);
    if (personal.length === 0) return event;
    const { personId, eventId } = event;
    let data: unknown = event.data;
    for (const path of personal)
      data = await replaceAt(data, path, async (value) => {
        if (value === null || value === undefined || isSealed(value)) return value;
        if (personId === undefined)
          throw new ContractBroken(`${event.type} holds something personal but names no person.`);
        return this.vault.seal(personId, eventId, path.join('.'), value);
      });
    if (typeof data !== 'object' || data === null) throw new ContractBroken(`${event.type} has no data.`);
    return { ...event, data };
  }
}
