import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { notFound } from '../domain/refusals.js';
import { stageOf, type RequestState } from '../domain/request-state.js';
import type { Standing } from '../domain/standing.js';
import { ProviderStreams } from '../provider-streams.js';
import { providerNotFound } from '../refusals.js';
import { RequestStreams } from '../request-streams.js';

/** Asks providers, in waves. */
export class SendToProviders extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly providerIds: readonly string[],
    readonly wave: number | undefined,
    readonly broker: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(SendToProviders)
export class SendToProvidersHandler implements ICommandHandler<SendToProviders> {
  constructor(
    private readonly requests: RequestStreams,
    private readonly providers: ProviderStreams,
  ) {}

  async execute({ requestId, providerIds, wave, broker, context }: SendToProviders): Promise<Executed<RequestState>> {
    const found = await this.requests.load(requestId);
    if (!found) return notFound;
    const { serviceType } = stageOf(found.request).details;
    const providers: Standing[] = [];
    for (const providerId of providerIds) {
      const standing = await this.providers.standing(providerId, serviceType);
      if (!standing) return providerNotFound(providerId);
      providers.push(standing);
    }
    return this.requests.run(
      requestId,
      { type: 'send', broker, providers, ...(wave === undefined ? {} : { wave }) },
      context,
    );
  }
}
