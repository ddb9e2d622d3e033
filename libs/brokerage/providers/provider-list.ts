import { Injectable } from '@nestjs/common';
import { Database } from '#libs/platform/database.js';
import { ProviderStreams } from '../provider-streams.js';
import { providersTable } from './providers.projection.js';
import { providerView, type ProviderView } from './provider-view.js';

/** All providers as they stand today, by id. */
@Injectable()
export class ProviderList {
  constructor(
    private readonly database: Database,
    private readonly streams: ProviderStreams,
  ) {}

  async all(): Promise<readonly ProviderView[]> {
    const states = await providersTable.select(this.database.pool, 'ORDER BY t.key');
    const today = this.streams.today();
    return states.flatMap((state) => (state.kind === 'registered' ? [providerView(state, today)] : []));
  }
}
