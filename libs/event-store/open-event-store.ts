import type { Pool } from 'pg';
import { knownUpcasters as upcasters } from './known-upcasters.js';
import type { EventStore } from './port.js';
import { createPostgresEventStore } from './postgres/postgres-event-store.js';

/** Which log, and where. */
export interface LogSettings {
  readonly eventStore: 'postgres' | 'eventstoredb';
  readonly eventStoreUrl: string | undefined;
}

export interface OpenLog {
  readonly store: EventStore;
  /** Lets go of what the driver holds; a pool that was given stays open. */
  close(): Promise<void>;
}

/** The log the settings name. Only who keeps it in EventStoreDB loads that driver. */
export async function openEventStore({ eventStore, eventStoreUrl }: LogSettings, pool: Pool): Promise<OpenLog> {
  if (eventStore === 'postgres')
    return { store: createPostgresEventStore(pool, { upcasters }), close: () => Promise.resolve() };
  if (eventStoreUrl === undefined) throw new Error('EVENTSTORE_URL is missing: EVENT_STORE is eventstoredb');
  const { createEventStoreDbEventStore } = await import('./eventstoredb/eventstoredb-event-store.js');
  const store = createEventStoreDbEventStore(eventStoreUrl, { upcasters });
  return { store, close: () => store.close() };
}
