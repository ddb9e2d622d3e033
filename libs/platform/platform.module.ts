import {
  Global,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { AsyncApiController } from './asyncapi/asyncapi.controller.js';
import { Clock, SystemClock } from './clock.js';
import { CommandContextPipe } from './command-context.js';
import { Database, PostgresDatabase } from './database.js';
import { ETagInterceptor } from './etag.js';
import { Health, HealthController } from './health.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { IdempotencyInterceptor } from './idempotency.js';
import { Instance } from './instance.js';
import { Metrics } from './metrics.js';
import { migrate } from './migrations.js';
import { OpenApi, OpenApiController } from './openapi.js';
import { OperationsController } from './operations.page.js';
import { SchemasController } from './schemas/schemas.controller.js';
import { Pages } from './pages.js';
import { platformMigrations } from './platform-migrations.js';
import { ProblemFilter } from './problem-filter.js';
import { Routes } from './routes.js';
import { Settings } from './settings.js';
import { closeAllStreams } from './sse.js';
import { Upkeep } from './upkeep.js';
import { RequestValidationPipe } from './validation.js';
import { WaitForInterceptor } from './wait-for.js';

export interface PlatformOptions {
  readonly settings: Settings;
  /** Of the embedded server, or `settings.databaseUrl`. */
  readonly databaseUrl: string;
  readonly clock?: Clock;
}

/** What every context stands on: settings, clock, database, the conventions of HTTP, pages, health and measurements. */
@Global()
@Module({})
export class PlatformModule implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly instance: Instance,
    private readonly keys: IdempotencyKeys,
    private readonly upkeep: Upkeep,
  ) {}

  static with({ settings, databaseUrl, clock = new SystemClock() }: PlatformOptions): DynamicModule {
    const shared = [Health, Metrics, Pages, Routes, OpenApi, Upkeep, CommandContextPipe, IdempotencyKeys];
    return {
      module: PlatformModule,
      imports: [DiscoveryModule],
      controllers: [HealthController, OpenApiController, AsyncApiController, SchemasController, OperationsController],
      providers: [
        { provide: Settings, useValue: settings },
        { provide: Clock, useValue: clock },
        { provide: Database, useFactory: () => new PostgresDatabase(databaseUrl, { max: settings.databasePoolSize }) },
        { provide: Instance, useFactory: (database: Database) => new Instance(database), inject: [Database] },
        ...shared,
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: RequestValidationPipe },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        { provide: APP_INTERCEPTOR, useClass: WaitForInterceptor },
        { provide: APP_INTERCEPTOR, useClass: ETagInterceptor },
      ],
      exports: [Settings, Clock, Database, Instance, ...shared],
    };
  }

  async onModuleInit(): Promise<void> {
    await migrate(this.database.pool, 'platform', platformMigrations);
    await this.instance.start();
    this.upkeep.hourly('expired idempotency keys', () => this.keys.dropExpired());
  }

  beforeApplicationShutdown(): void {
    closeAllStreams();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.instance.stop();
    if (this.database instanceof PostgresDatabase) await this.database.close();
  }
}
