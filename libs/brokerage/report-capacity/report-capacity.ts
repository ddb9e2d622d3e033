import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ServiceType } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { ProviderState } from '../domain/provider.js';
import { ProviderStreams } from '../provider-streams.js';

/** A provider says how much of a service it can take. */
export class ReportCapacity extends Command<Executed<ProviderState>> {
  constructor(
    readonly providerId: string,
    readonly serviceType: ServiceType,
    readonly accepting: number,
    readonly asOf: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ReportCapacity)
export class ReportCapacityHandler implements ICommandHandler<ReportCapacity> {
  constructor(private readonly providers: ProviderStreams) {}

  execute({ providerId, serviceType, accepting, asOf, context }: ReportCapacity): Promise<Executed<ProviderState>> {
    return this.providers.run(providerId, { type: 'report-capacity', serviceType, accepting, asOf }, context);
  }
}
