import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { RequestState } from '../domain/request-state.js';
import { RequestStreams } from '../request-streams.js';

/** The care of an awarded placement began. */
export class StartPlacement extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly startedOn: string,
    readonly broker: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(StartPlacement)
export class StartPlacementHandler implements ICommandHandler<StartPlacement> {
  constructor(private readonly requests: RequestStreams) {}

  execute({ requestId, startedOn, broker, context }: StartPlacement): Promise<Executed<RequestState>> {
    return this.requests.run(requestId, { type: 'start', startedOn, broker }, context);
  }
}
