import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UserDirectory } from '#libs/access/users.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { RequestState } from '../domain/request-state.js';
import { RequestStreams } from '../request-streams.js';

/** Approves a completed request. `approver` is who decided, as written: a username, or the name of a panel. */
export class ApproveRequest extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly approver: string,
    readonly userId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ApproveRequest)
export class ApproveRequestHandler implements ICommandHandler<ApproveRequest> {
  constructor(
    private readonly requests: RequestStreams,
    private readonly users: UserDirectory,
  ) {}

  async execute({ requestId, approver, userId, context }: ApproveRequest): Promise<Executed<RequestState>> {
    // The requester cannot have themselves named as the approver by a colleague either.
    const named = (await this.users.byUsername(approver.trim()))?.userId ?? null;
    return this.requests.run(requestId, { type: 'approve', approver: approver.trim(), by: userId, named }, context);
  }
}
