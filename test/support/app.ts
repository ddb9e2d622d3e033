import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule } from '@nestjs/common';
import type pg from 'pg';
import { AppModule } from '#apps/homeward/app.module.js';
import { demoPassword } from '#libs/access/demo-users.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { EventStore } from '#libs/event-store/port.js';
import type { Clock } from '#libs/platform/clock.js';
import type { PlatformOptions } from '#libs/platform/platform.module.js';
import { freePort } from '#libs/platform/ports.js';
import { readSettings } from '#libs/platform/read-settings.js';
import { startService } from '#libs/platform/start-service.js';
import { apiClient, signedIn, type ApiClient } from './api-client.js';
import { startTestDatabase, type TestDatabase } from './database.js';

export interface TestApp {
  readonly url: string;
  readonly mllpPort: number;
  readonly databaseUrl: string;
  readonly pool: pg.Pool;
  readonly store: EventStore;
  readonly feed: EventFeed;
  /** Anything Nest provides. */
  get<T>(token: abstract new (...args: never[]) => T): T;
  /** A client that is signed in as this (demo) user; without a name, one that is not. */
  api(username?: string, password?: string): Promise<ApiClient>;
  /** Waits until everything has dealt with the log up to `position`, by default with all of it; throws when it does not come to that. */
  settled(position?: string): Promise<void>;
  stop(): Promise<void>;
}

export interface TestAppOptions {
  readonly demo?: 'users' | 'off';
  /** Another composition than the whole of Homeward. */
  readonly module?: (options: PlatformOptions) => DynamicModule;
  readonly clock?: Clock;
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A database that is there already, e.g. of an app that was stopped: it is then not dropped in the end. */
  readonly database?: TestDatabase;
}

/** Starts all of Homeward on a fresh database and free ports, with demo users and no synthetic borough. */
export const startTestApp = async (options: TestAppOptions = {}): Promise<TestApp> => {
  const database = options.database ?? (await startTestDatabase());
  const mllpPort = await freePort();
  const settings = await readSettings({
    HOMEWARD_DEMO: options.demo === 'off' ? '0' : 'users',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    MLLP_PORT: String(mllpPort),
    DATA_DIR: join(tmpdir(), 'homeward-test'),
    DATABASE_URL: database.url,
    MASTER_KEY: '11'.repeat(32),
    PSEUDONYM_KEY: '22'.repeat(32),
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    ...options.env,
  });
  const compose = options.module ?? ((platform: PlatformOptions) => AppModule.with(platform));
  const module = compose({ settings, databaseUrl: database.url, ...(options.clock ? { clock: options.clock } : {}) });
  const service = await startService(module, settings);
  const store = service.app.get(EventStore, { strict: false });
  const feed = service.app.get(EventFeed, { strict: false });
  return {
    url: service.url,
    mllpPort,
    databaseUrl: database.url,
    pool: database.pool,
    store,
    feed,
    get: (token) => service.app.get(token, { strict: false }),
    api: (username, password = demoPassword) =>
      username === undefined ? Promise.resolve(apiClient(service.url)) : signedIn(service.url, username, password),
    settled: async (position) => {
      const target = position ?? (await store.head());
      if (!(await feed.settled(target, { timeoutMs: 20_000 })))
        throw new Error(`The feed did not reach position ${target} within 20 s.`);
    },
    stop: async () => {
      await service.stop();
      if (!options.database) await database.stop();
    },
  };
};
