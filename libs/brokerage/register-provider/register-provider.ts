import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ProviderDetails } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { ProviderState } from '../domain/provider.js';
import { ProviderStreams } from '../provider-streams.js';

/** Puts a provider (one CQC location) on the books, or changes its details. */
export class RegisterProvider extends Command<Executed<ProviderState>> {
  constructor(
    readonly providerId: string,
    readonly details: ProviderDetails,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RegisterProvider)
export class RegisterProviderHandler implements ICommandHandler<RegisterProvider> {
  constructor(private readonly providers: ProviderStreams) {}

  execute({ providerId, details, context }: RegisterProvider): Promise<Executed<ProviderState>> {
    return this.providers.run(providerId, { type: 'put', providerId, details }, context);
  }
}
