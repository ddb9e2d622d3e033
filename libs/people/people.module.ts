import { Global, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { EventFeed } from '../event-feed/port.js';
import { EventStore } from '../event-store/port.js';
import { openEventStore, type OpenLog } from '../event-store/open-event-store.js';
import { Clock } from '../platform/clock.js';
import { Database } from '../platform/database.js';
import { migrate } from '../platform/migrations.js';
import { Settings } from '../platform/settings.js';
import { buildPeopleDirectory, peopleProjections } from './build-people.js';
import { forgetErased } from './forget-erased.js';
import { IdentityConflicts } from './merges/conflicts.reader.js';
import { MergesController } from './merges/merges.controller.js';
import { ToldMerges } from './merges/told-merges.reader.js';
import { PeopleDirectory, PeopleVault } from './port.js';
import { SealingEventStore } from './sealing-event-store.js';
import { DataKeys } from './vault/data-keys.js';
import { EncryptedVault } from './vault/encrypted-vault.js';
import { vaultMigrations } from './vault/migrations.js';

const openLog = Symbol('the log as its driver gives it');

/** People and privacy, and with it the log as everybody gets it: `EventStore` holds events against their contracts and seals what is personal. */
@Global()
@Module({
  controllers: [MergesController],
  providers: [
    IdentityConflicts,
    ToldMerges,
    {
      provide: DataKeys,
      useFactory: async (database: Database, settings: Settings) => {
        await migrate(database.pool, 'people', vaultMigrations);
        return new DataKeys(database, settings.masterKey);
      },
      inject: [Database, Settings],
    },
    { provide: PeopleVault, useFactory: (keys: DataKeys) => new EncryptedVault(keys), inject: [DataKeys] },
    {
      provide: openLog,
      useFactory: (database: Database, settings: Settings) => openEventStore(settings, database.pool),
      inject: [Database, Settings],
    },
    {
      provide: EventStore,
      useFactory: (log: OpenLog, vault: PeopleVault) => new SealingEventStore(log.store, vault),
      inject: [openLog, PeopleVault],
    },
    {
      provide: PeopleDirectory,
      useFactory: (
        store: EventStore,
        vault: PeopleVault,
        keys: DataKeys,
        database: Database,
        feed: EventFeed,
        clock: Clock,
        settings: Settings,
      ) => buildPeopleDirectory({ store, vault, keys, database, feed, clock, pseudonymKey: settings.pseudonymKey }),
      inject: [EventStore, PeopleVault, DataKeys, Database, EventFeed, Clock, Settings],
    },
  ],
  exports: [EventStore, PeopleVault, PeopleDirectory, DataKeys],
})
export class PeopleModule implements OnModuleInit, OnApplicationShutdown {
  readonly #stopping = new AbortController();
  #forgetting: Promise<void> | undefined;

  constructor(
    private readonly feed: EventFeed,
    private readonly store: EventStore,
    private readonly keys: DataKeys,
    @Inject(openLog) private readonly log: OpenLog,
  ) {}

  onModuleInit(): void {
    for (const projection of peopleProjections) this.feed.register(projection);
    this.#forgetting = forgetErased(this.store, this.keys, this.#stopping.signal);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#forgetting;
    await this.log.close();
  }
}
