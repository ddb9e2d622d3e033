import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { EventFeed } from '#libs/event-feed/port.js';
import { Database } from '#libs/platform/database.js';
import { migrate } from '#libs/platform/migrations.js';
import { Upkeep } from '#libs/platform/upkeep.js';
import { DeathOfPerson } from './deaths/death-of-person.js';
import { DeathSources, deathSources, PostgresDeathSources } from './deaths/death-sources.js';
import { DeathsPolicy } from './deaths/deaths.policy.js';
import { FeedMappings } from './feeds/feed-mappings.js';
import { FeedsController } from './feeds/feeds.controller.js';
import { FeedGauges } from './feeds/feed-gauges.js';
import { FeedWatch, watchEveryMs } from './feeds/feed-watch.js';
import { FeedsReader } from './feeds/feeds.reader.js';
import { KnownFeeds } from './feeds/known-feeds.js';
import { MessagesController } from './feeds/messages.controller.js';
import { FhirIntake } from './fhir/fhir-intake.js';
import { FhirReader } from './fhir/fhir-reader.js';
import { FhirController } from './fhir/fhir.controller.js';
import { ForeignStays } from './fhir/foreign-stays.js';
import { FhirMetadataController } from './fhir/metadata.controller.js';
import { ValidateController } from './fhir/validate.controller.js';
import { WardEventsController } from './http/ward-events.controller.js';
import { Hl7Importer } from './importing/import-hl7.js';
import { IntakeKeys } from './intake-keys.js';
import { intakeMigrations } from './intake-migrations.js';
import { WardEventsTopic } from './kafka/ward-events-topic.js';
import { MllpServer } from './mllp/mllp-server.js';
import { FeedsPage } from './pages/feeds.page.js';
import { FixPage } from './pages/fix.page.js';
import { QuarantinePage } from './pages/quarantine.page.js';
import { TryPage } from './pages/try.page.js';
import { FixQuarantined } from './quarantine/fix-quarantined.js';
import { Quarantine } from './quarantine/quarantine.js';
import { QuarantineController } from './quarantine/quarantine.controller.js';
import { QuarantineList } from './quarantine/quarantine-list.js';
import { RetryMany } from './quarantine/retry-many.js';
import { RetryQuarantined } from './quarantine/retry-quarantined.js';
import { ReferredPeople, referredPeople } from './referred/referred-people.js';
import { HeardMessages } from './register/heard-messages.js';
import { MessageRegister } from './register/message-register.js';
import { StaysController } from './stays/stays.controller.js';
import { linkedCases, stays } from './stays/stays.projection.js';
import { StaysReader } from './stays/stays.reader.js';
import { TryController } from './trying/try.controller.js';
import { TryMessage } from './trying/try-message.js';
import { PersonNews } from './taking/person-news.js';
import { KnownStays } from './taking/known-stays.js';
import { MergedStaysPolicy } from './taking/merged-stays.policy.js';
import { MergedStays } from './taking/merged-stays.js';
import { StayLog } from './taking/stay-log.js';
import { StayNewsTaker } from './taking/stay-news.js';
import { VisitMerges } from './taking/visit-merges.js';
import { WhoItIs } from './taking/who-it-is.js';
import { WardIntake } from './taking/ward-intake.js';

/** How soon a mapping that another process changed counts here. */
const refreshMs = 5000;

/** Ward events in: HL7 v2 over MLLP and HTTP, FHIR, our own events; stays; quarantine; the health of feeds. */
@Module({
  controllers: [
    WardEventsController,
    FhirController,
    ValidateController,
    FhirMetadataController,
    StaysController,
    FeedsController,
    MessagesController,
    TryController,
    QuarantineController,
    FeedsPage,
    QuarantinePage,
    FixPage,
    TryPage,
  ],
  providers: [
    IntakeKeys,
    FeedMappings,
    FeedsReader,
    KnownFeeds,
    FeedWatch,
    FeedGauges,
    MessageRegister,
    HeardMessages,
    Quarantine,
    QuarantineList,
    RetryQuarantined,
    RetryMany,
    FixQuarantined,
    ReferredPeople,
    StaysReader,
    KnownStays,
    MergedStays,
    StayLog,
    WhoItIs,
    StayNewsTaker,
    VisitMerges,
    PersonNews,
    WardIntake,
    TryMessage,
    FhirReader,
    FhirIntake,
    ForeignStays,
    MllpServer,
    WardEventsTopic,
    Hl7Importer,
    { provide: DeathSources, useClass: PostgresDeathSources },
    DeathOfPerson,
    DeathsPolicy,
    MergedStaysPolicy,
  ],
  exports: [Hl7Importer, WardIntake, MllpServer, StaysReader],
})
export class IntakeModule implements OnModuleInit, OnApplicationShutdown {
  private refreshing: NodeJS.Timeout | undefined;

  constructor(
    private readonly feed: EventFeed,
    private readonly database: Database,
    private readonly mappings: FeedMappings,
    private readonly quarantine: Quarantine,
    private readonly deaths: DeathsPolicy,
    private readonly merged: MergedStaysPolicy,
    private readonly upkeep: Upkeep,
    private readonly watch: FeedWatch,
    private readonly gauges: FeedGauges,
  ) {}

  async onModuleInit(): Promise<void> {
    await migrate(this.database.pool, 'intake', intakeMigrations);
    await this.mappings.refresh();
    // While the database is away the mappings known so far go on counting.
    this.refreshing = setInterval(() => void this.mappings.refresh().catch(() => undefined), refreshMs).unref();
    this.upkeep.hourly('quarantine', async () => void (await this.quarantine.forgetOld()));
    this.upkeep.every(watchEveryMs, 'feeds', () => this.watch.look());
    this.upkeep.hourly('hours of feeds', () => this.watch.forgetOldHours());
    this.gauges.register();
    this.feed.register(stays);
    this.feed.register(linkedCases);
    this.feed.register(referredPeople);
    this.feed.register(deathSources);
    this.feed.register(this.deaths);
    this.feed.register(this.merged);
  }

  onApplicationShutdown(): void {
    clearInterval(this.refreshing);
  }
}
