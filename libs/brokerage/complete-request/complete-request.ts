import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { DetailsGiven } from '../domain/request-commands.js';
import { stageOf, type RequestState } from '../domain/request-state.js';
import { InterimRequests } from '../interim-requests.js';
import { RequestStreams } from '../request-streams.js';

/** Gives a draft all that brokerage needs; who does so is the requester. */
export class CompleteRequest extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly details: DetailsGiven,
    readonly userId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CompleteRequest)
export class CompleteRequestHandler implements ICommandHandler<CompleteRequest> {
  constructor(
    private readonly requests: RequestStreams,
    private readonly interims: InterimRequests,
  ) {}

  async execute({ requestId, details, userId, context }: CompleteRequest): Promise<Executed<RequestState>> {
    const found = details.interimFor ? await this.requests.load(requestId) : null;
    const refused =
      found && (await this.interims.refusal(details.interimFor, stageOf(found.request).caseId, requestId));
    if (refused) return refused;
    // What was completed meanwhile by another must not be completed over: no retry turns that into a surprise.
    return this.requests.run(requestId, { type: 'complete', details, by: userId }, context);
  }
}
