import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { RequestState } from '../domain/request-state.js';
import { RequestStreams } from '../request-streams.js';

/** A broker takes a request, or hands it back. */
export class ClaimRequest extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly what: 'claim' | 'release',
    readonly broker: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ClaimRequest)
export class ClaimRequestHandler implements ICommandHandler<ClaimRequest> {
  constructor(private readonly requests: RequestStreams) {}

  execute({ requestId, what, broker, context }: ClaimRequest): Promise<Executed<RequestState>> {
    return this.requests.run(requestId, { type: what, broker }, context);
  }
}
