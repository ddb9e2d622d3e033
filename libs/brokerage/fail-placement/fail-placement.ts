import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { RequestState } from '../domain/request-state.js';
import { RequestStreams } from '../request-streams.js';

/** A placement fell through: sourcing goes on. */
export class FailPlacement extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly reason: string,
    readonly broker: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(FailPlacement)
export class FailPlacementHandler implements ICommandHandler<FailPlacement> {
  constructor(private readonly requests: RequestStreams) {}

  execute({ requestId, reason, broker, context }: FailPlacement): Promise<Executed<RequestState>> {
    return this.requests.run(requestId, { type: 'fail', reason, broker }, context);
  }
}
