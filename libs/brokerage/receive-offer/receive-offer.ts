import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { newId } from '#libs/platform/ids.js';
import { notFound } from '../domain/refusals.js';
import { stageOf, type RequestState } from '../domain/request-state.js';
import { ProviderStreams } from '../provider-streams.js';
import { providerNotFound } from '../refusals.js';
import { RequestStreams } from '../request-streams.js';

/** A provider offers, provisionally. `id` of the answer is that of the offer. */
export class ReceiveOffer extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly offer: {
      readonly providerId: string;
      readonly canStartOn: string;
      readonly weeklyPrice: number;
      readonly notes: string | null;
    },
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ReceiveOffer)
export class ReceiveOfferHandler implements ICommandHandler<ReceiveOffer> {
  constructor(
    private readonly requests: RequestStreams,
    private readonly providers: ProviderStreams,
  ) {}

  async execute({ requestId, offer, context }: ReceiveOffer): Promise<Executed<RequestState>> {
    const found = await this.requests.load(requestId);
    if (!found) return notFound;
    const { providerId, ...terms } = offer;
    const provider = await this.providers.standing(providerId, stageOf(found.request).details.serviceType);
    if (!provider) return providerNotFound(providerId);
    const offerId = newId();
    return this.requests.run(requestId, { type: 'offer', offerId, provider, ...terms }, context, { id: offerId });
  }
}
