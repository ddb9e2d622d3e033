import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommissioningStatus } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { ProviderState } from '../domain/provider.js';
import { ProviderStreams } from '../provider-streams.js';

export interface StatusGiven {
  readonly status: CommissioningStatus;
  readonly reason: string;
  readonly from: string;
  readonly to: string | null;
  readonly referralsPerWeek: number | null;
}

/** Opens, slows, embargoes, suspends or deregisters a provider for a span of civil days. */
export class SetProviderStatus extends Command<Executed<ProviderState>> {
  constructor(
    readonly providerId: string,
    readonly status: StatusGiven,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(SetProviderStatus)
export class SetProviderStatusHandler implements ICommandHandler<SetProviderStatus> {
  constructor(private readonly providers: ProviderStreams) {}

  execute({ providerId, status, context }: SetProviderStatus): Promise<Executed<ProviderState>> {
    return this.providers.run(providerId, { type: 'set-status', ...status }, context);
  }
}
