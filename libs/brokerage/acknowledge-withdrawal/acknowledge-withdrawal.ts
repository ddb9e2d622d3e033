import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { RequestState } from '../domain/request-state.js';
import { RequestStreams } from '../request-streams.js';

/** A provider says that it knows of the withdrawal. */
export class AcknowledgeWithdrawal extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly providerId: string,
    readonly acknowledgedBy: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(AcknowledgeWithdrawal)
export class AcknowledgeWithdrawalHandler implements ICommandHandler<AcknowledgeWithdrawal> {
  constructor(private readonly requests: RequestStreams) {}

  execute({ requestId, providerId, acknowledgedBy, context }: AcknowledgeWithdrawal): Promise<Executed<RequestState>> {
    return this.requests.run(requestId, { type: 'acknowledge', providerId, acknowledgedBy }, context);
  }
}
