import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { notFound, offerNotFound } from '../domain/refusals.js';
import { stageOf, type RequestState } from '../domain/request-state.js';
import { ProviderStreams } from '../provider-streams.js';
import { providerNotFound } from '../refusals.js';
import { RequestStreams } from '../request-streams.js';

/** Takes one confirmed offer. */
export class AwardPlacement extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly award: {
      readonly offerId: string;
      readonly reason: string;
      readonly familyChoice: boolean | null;
      readonly broker: string;
    },
    readonly context: CommandContext,
  ) {
    super();
  }
}

const attempts = 4;

@CommandHandler(AwardPlacement)
export class AwardPlacementHandler implements ICommandHandler<AwardPlacement> {
  constructor(
    private readonly requests: RequestStreams,
    private readonly providers: ProviderStreams,
  ) {}

  /**
   * Appends at exactly the revision that was decided on. Somebody was faster: everything is looked at again, the provider
   * too, so that of two awards at once one is refused for what the other did.
   */
  async execute(command: AwardPlacement): Promise<Executed<RequestState>> {
    for (let attempt = 1; ; attempt++) {
      const executed = await this.try(command);
      const raced = !executed.ok && executed.kind === 'stale' && command.context.expectedRevision === undefined;
      if (!raced || attempt === attempts) return executed;
    }
  }

  private async try({ requestId, award, context }: AwardPlacement): Promise<Executed<RequestState>> {
    const found = await this.requests.load(requestId);
    if (!found) return notFound;
    const stage = stageOf(found.request);
    const offer = stage.offers.find((candidate) => candidate.offerId === award.offerId);
    if (!offer) return offerNotFound;
    const provider = await this.providers.standing(offer.providerId, stage.details.serviceType);
    if (!provider) return providerNotFound(offer.providerId);
    return this.requests.run(requestId, { type: 'award', ...award, provider }, context, { retries: 0 });
  }
}
