import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventFeed } from '#libs/event-feed/port.js';
import { openDatabase } from '#libs/platform/keep-embedded-postgres.js';
import { createLogger, PinoNestLogger } from '#libs/platform/logging.js';
import { readSettings } from '#libs/platform/read-settings.js';
import { AppModule } from '../app.module.js';

const complain = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * Runs one piece of work on the same composition as the service, without its ports: beside a running service or without one.
 * Consumers run too unless `feed` is false; leases keep two processes from doing one thing twice.
 */
export const inProcess = async <T>(
  work: (app: INestApplicationContext) => Promise<T>,
  { feed = true } = {},
): Promise<T> => {
  const settings = await readSettings({
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MLLP_'))),
    MLLP_PORT: 'off',
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
  });
  const database = await openDatabase(settings, complain);
  try {
    const app = await NestFactory.createApplicationContext(AppModule.with({ settings, databaseUrl: database.url }), {
      abortOnError: false,
      logger: new PinoNestLogger(createLogger(settings.logLevel)),
    });
    try {
      if (feed) await app.get(EventFeed, { strict: false }).start();
      return await work(app);
    } finally {
      await app.close();
    }
  } finally {
    await database.stop();
  }
};
