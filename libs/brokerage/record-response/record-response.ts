import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { DeclineReason } from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { RequestState } from '../domain/request-state.js';
import { ProviderStreams } from '../provider-streams.js';
import { providerNotFound } from '../refusals.js';
import { RequestStreams } from '../request-streams.js';

/** A provider is interested, or declines with a reason. */
export class RecordResponse extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly providerId: string,
    readonly response: 'interested' | 'declined',
    readonly reason: DeclineReason | null,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RecordResponse)
export class RecordResponseHandler implements ICommandHandler<RecordResponse> {
  constructor(
    private readonly requests: RequestStreams,
    private readonly providers: ProviderStreams,
  ) {}

  async execute({ requestId, providerId, response, reason, context }: RecordResponse): Promise<Executed<RequestState>> {
    if (!(await this.providers.load(providerId))) return providerNotFound(providerId);
    return this.requests.run(requestId, { type: 'respond', providerId, response, reason }, context);
  }
}
