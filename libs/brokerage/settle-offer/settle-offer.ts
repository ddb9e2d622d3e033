import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import type { RequestState } from '../domain/request-state.js';
import { RequestStreams } from '../request-streams.js';

/** A provider stands by its offer, or takes it back. */
export class SettleOffer extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly offerId: string,
    readonly what: 'confirm' | 'withdraw',
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** Somebody agrees to a price above the ceiling. */
export class ApproveOffer extends Command<Executed<RequestState>> {
  constructor(
    readonly requestId: string,
    readonly offerId: string,
    readonly approver: string,
    readonly userId: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(SettleOffer)
export class SettleOfferHandler implements ICommandHandler<SettleOffer> {
  constructor(private readonly requests: RequestStreams) {}

  execute({ requestId, offerId, what, context }: SettleOffer): Promise<Executed<RequestState>> {
    const type = what === 'confirm' ? 'confirm-offer' : 'withdraw-offer';
    return this.requests.run(requestId, { type, offerId }, context, { id: offerId });
  }
}

@CommandHandler(ApproveOffer)
export class ApproveOfferHandler implements ICommandHandler<ApproveOffer> {
  constructor(private readonly requests: RequestStreams) {}

  execute({ requestId, offerId, approver, userId, context }: ApproveOffer): Promise<Executed<RequestState>> {
    const command = { type: 'approve-offer', offerId, approver: approver.trim(), by: userId } as const;
    return this.requests.run(requestId, command, context, { id: offerId });
  }
}
