import { Global, Logger, Module, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { EventStore } from '../event-store/port.js';
import { Database } from '../platform/database.js';
import { kafkaClient } from '../platform/kafka.js';
import { Settings } from '../platform/settings.js';
import { KafkaTransport } from './kafka/kafka-transport.js';
import { LocalTransport } from './local/local-transport.js';
import { EventFeed } from './port.js';
import { RunningFeed } from './running-feed.js';
import type { Transport } from './transport.js';

const transportOf = ({ eventFeed, kafka }: Settings, logger: Logger): Transport => {
  if (eventFeed === 'local' || kafka === undefined) return new LocalTransport();
  const log = {
    log: (said: unknown) => logger.log(said),
    warn: (said: unknown) => logger.warn(said),
    error: (said: unknown) => logger.error(said),
    debug: (said: unknown) => logger.debug(said),
  };
  return new KafkaTransport(kafkaClient(kafka, 'homeward-feed', log), kafka);
};

/**
 * Gives everyone the `EventFeed`. Contexts register their consumers in `onModuleInit`; the feed starts after all of them,
 * and stops before the connections it needs are closed.
 */
@Global()
@Module({
  providers: [
    {
      provide: EventFeed,
      inject: [Database, EventStore, Settings],
      useFactory: (database: Database, store: EventStore, settings: Settings): EventFeed => {
        const logger = new Logger('EventFeed');
        return new RunningFeed({
          transport: transportOf(settings, logger),
          pool: database.pool,
          store,
          log: (level, message) => (level === 'info' ? logger.log(message) : logger[level](message)),
        });
      },
    },
  ],
  exports: [EventFeed],
})
export class EventFeedModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly feed: EventFeed) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.feed.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.feed.stop();
  }
}
