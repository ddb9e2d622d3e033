import './homeward/needs-node.js';
import 'reflect-metadata';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AccessModule } from '#libs/access/access.module.js';
import { EventFeedModule } from '#libs/event-feed/event-feed.module.js';
import { PeopleModule } from '#libs/people/people.module.js';
import { codeOf, messageOf } from '#libs/platform/errors.js';
import { openDatabase } from '#libs/platform/keep-embedded-postgres.js';
import { installLastResort } from '#libs/platform/last-resort.js';
import { PlatformModule, type PlatformOptions } from '#libs/platform/platform.module.js';
import { refuseTakenPorts } from '#libs/platform/ports.js';
import { readSettings } from '#libs/platform/read-settings.js';
import { startService } from '#libs/platform/start-service.js';
import { stopOnSignal } from '#libs/platform/stop-on-signal.js';
import { isUnavailable } from '#libs/platform/unavailable.js';

/** One context as a service of its own. */
export interface ContextService {
  readonly name: string;
  readonly module: Type;
  /** Where it listens when `HTTP_PORT` does not say. */
  readonly httpPort: number;
  /** Whether it listens for MLLP too. */
  readonly mllp?: true;
}

@Module({})
class OneContext {}

/** What every context stands on, and this one. */
export const contextAlone = (options: PlatformOptions, context: Type): DynamicModule => ({
  module: OneContext,
  imports: [PlatformModule.with(options), AccessModule, PeopleModule, EventFeedModule, context],
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`${text}\n`);

const start = async ({ name, module, httpPort, mllp }: ContextService): Promise<void> => {
  const settings = await readSettings({ HTTP_PORT: String(httpPort), ...process.env });
  const lines = { MLLP_PORT: settings.mllpPort, MLLP_TLS_PORT: settings.mllp.tls?.port };
  const wanted = { HTTP_PORT: settings.httpPort, ...(mllp ? lines : {}) };
  await refuseTakenPorts(wanted, settings.httpHost);
  const database = await openDatabase(settings, complain);
  const service = await startService(contextAlone({ settings, databaseUrl: database.url }, module), settings).catch(
    async (error: unknown) => {
      await database.stop();
      throw error;
    },
  );
  stopOnSignal(async () => {
    await service.stop();
    await database.stop();
  }, complain);
  say(`Homeward ${name} is ready (${(performance.now() / 1000).toFixed(1)} s): ${service.url}`);
};

/** Runs a context until a signal ends it. What stops the start is said in a sentence, with exit code 1. */
export const runContext = (context: ContextService): void => {
  installLastResort(complain);
  start(context).catch((error: unknown) => {
    const why = isUnavailable(error)
      ? `The database cannot be reached (${codeOf(error) ?? 'no answer'}). Is DATABASE_URL right?`
      : messageOf(error);
    complain(`Homeward ${context.name} did not start. ${why}`);
    process.exit(1);
  });
};
