import type { ProviderEvent } from '#libs/contracts/brokerage/request-events.js';
import { rowProjection } from '#libs/event-feed/row-projection.js';
import { evolveProvider, type ProviderState } from '../domain/provider.js';

export const providersTable = rowProjection<ProviderState, ProviderEvent>({
  name: 'brokerage.providers',
  version: 1,
  wants: { streamPrefixes: ['provider-'] },
  schema: 'brokerage',
  table: 'providers',
  keyOf: (event) => event.data.providerId,
  initial: () => ({ kind: 'unknown' }),
  evolve: evolveProvider,
});
