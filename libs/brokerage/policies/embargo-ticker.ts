import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#libs/platform/database.js';
import { newId } from '#libs/platform/ids.js';
import { isBlocked } from '../domain/standing.js';
import { ProviderList } from '../providers/provider-list.js';
import { requestsTable } from '../request-queue/requests.projection.js';
import { Embargoes } from './embargoes.policy.js';

const everyMilliseconds = 60_000;

/** An embargo may be set for a day to come; no event happens on that day, so the clock brings it about (policy 10, 11). */
@Injectable()
export class EmbargoTicker implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('brokerage');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly list: ProviderList,
    private readonly embargoes: Embargoes,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.tick().catch(() =>
        this.logger.warn('The embargoes of the day could not be looked at; next try in a minute.'),
      );
    }, everyMilliseconds);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Brings the requests that hold an offer or an unstarted award of a provider blocked today in line. */
  async tick(): Promise<void> {
    const blocked = (await this.list.all()).filter((provider) => isBlocked(provider.status));
    for (const { providerId } of blocked) {
      const { rows } = await this.database.query<{ key: string }>(
        `SELECT key FROM ${requestsTable.tableName} WHERE exposed_to @> ARRAY[$1::text]`,
        [providerId],
      );
      await this.embargoes.bring(
        providerId,
        rows.map((row) => row.key),
        {
          metadata: {
            correlationId: newId(),
            actor: { id: 'policy:brokerage.embargoes', role: 'policy', organisation: 'homeward' },
            source: 'ticker:brokerage.embargoes',
          },
          wrote: () => undefined,
        },
      );
    }
  }
}
