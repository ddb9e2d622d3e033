import { Injectable } from '@nestjs/common';
import type { ProviderEvent, ServiceType } from '#libs/contracts/brokerage/request-events.js';
import { execute, type CommandContext, type Executed, type Recorded } from '#libs/event-store/decider.js';
import { EventStore, type StoredEvent } from '#libs/event-store/port.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { Clock } from '#libs/platform/clock.js';
import {
  providerDecider,
  type ProviderCommand,
  type ProviderState,
  type RegisteredProvider,
} from './domain/provider.js';
import { standingOf, type Standing } from './domain/standing.js';

export const providerStream = (providerId: string): string => `provider-${providerId}`;

const asProviderEvents = (events: readonly StoredEvent[]): readonly Recorded<ProviderEvent>[] =>
  events as readonly unknown[] as readonly Recorded<ProviderEvent>[];

/** Providers in the log. Read from there, not from a table, where a decision hangs on how they stand this moment. */
@Injectable()
export class ProviderStreams {
  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  today(): string {
    return londonDate(this.clock.now());
  }

  async load(providerId: string): Promise<RegisteredProvider | null> {
    const events = await this.store.readStream(providerStream(providerId));
    const state = asProviderEvents(events).reduce<ProviderState>(providerDecider.evolve, providerDecider.initialState);
    return state.kind === 'registered' ? state : null;
  }

  /** How a provider stands today for a service; `null` when nobody registered it. */
  async standing(providerId: string, serviceType: ServiceType): Promise<Standing | null> {
    const provider = await this.load(providerId);
    return provider ? standingOf(provider, serviceType, this.today()) : null;
  }

  run(providerId: string, command: ProviderCommand, context: CommandContext): Promise<Executed<ProviderState>> {
    return execute({
      store: this.store,
      decider: providerDecider,
      streamId: providerStream(providerId),
      id: providerId,
      command,
      context,
    });
  }
}
