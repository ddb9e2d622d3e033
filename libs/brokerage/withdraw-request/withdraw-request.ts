import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { RequestState } from '../domain/request-state.js';
import { RequestStreams } from '../request-streams.js';

/** The care is no longer asked for. */
export class WithdrawRequest extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly reason: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(WithdrawRequest)
export class WithdrawRequestHandler implements ICommandHandler<WithdrawRequest> {
  constructor(private readonly requests: RequestStreams) {}

  execute({ requestId, reason, context }: WithdrawRequest): Promise<Executed<RequestState>> {
    return this.requests.run(requestId, { type: 'withdraw', reason }, context);
  }
}
