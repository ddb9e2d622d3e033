import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { discreetError } from './logging.js';

/** Work that nobody asks for, done every so often: what has expired goes. */
@Injectable()
export class Upkeep implements OnApplicationShutdown {
  private readonly logger = new Logger('upkeep');
  private readonly timers: NodeJS.Timeout[] = [];

  hourly(name: string, work: () => Promise<void>): void {
    this.every(3_600_000, name, work);
  }

  every(milliseconds: number, name: string, work: () => Promise<void>): void {
    const run = (): void => {
      work().catch((error: unknown) => this.logger.warn({ work: name, ...discreetError(error) }));
    };
    this.timers.push(setInterval(run, milliseconds).unref());
  }

  onApplicationShutdown(): void {
    for (const timer of this.timers) clearInterval(timer);
  }
}
