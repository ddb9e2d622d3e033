import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody } from '#libs/platform/validation.js';
import { ApproveBody } from '../approve-request/approve-request.endpoint.js';
import { RequestScope } from '../request-scope.js';
import { ApproveOffer, SettleOffer } from './settle-offer.js';

@Controller('api/v1/placement-requests/:id/offers/:offerId')
export class SettleOfferEndpoint {
  constructor(
    private readonly commands: CommandBus,
    private readonly scope: RequestScope,
  ) {}

  @Post('confirm')
  @HttpCode(200)
  @May('request.respond')
  confirm(
    @Param('id') requestId: string,
    @Param('offerId') offerId: string,
    @Body() _body: CommandBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    return this.settle(user, new SettleOffer(requestId, offerId, 'confirm', context));
  }

  @Post('withdraw')
  @HttpCode(200)
  @May('request.respond')
  withdraw(
    @Param('id') requestId: string,
    @Param('offerId') offerId: string,
    @Body() _body: CommandBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    return this.settle(user, new SettleOffer(requestId, offerId, 'withdraw', context));
  }

  @Post('approve')
  @HttpCode(200)
  @May('request.command')
  async approve(
    @Param('id') requestId: string,
    @Param('offerId') offerId: string,
    @Body() { approver }: ApproveBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const command = new ApproveOffer(requestId, offerId, approver, user.userId, context);
    return answer(await this.commands.execute(command), { offerId, requestId });
  }

  private async settle(user: SignedIn, command: SettleOffer) {
    const { requestId, offerId } = command;
    await this.scope.withOffer(user, requestId, offerId);
    return answer(await this.commands.execute(command), { offerId, requestId });
  }
}
