import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Answers } from '#libs/platform/answers.js';
import { Context } from '#libs/platform/command-context.js';
import { isOpened, providersOf, stageOf } from '../domain/request-state.js';
import { ReasonBody } from '../fail-placement/fail-placement.endpoint.js';
import { OfferLinks } from '../offer-link/offer-links.js';
import { WithdrawRequest } from './withdraw-request.js';

@Controller('api/v1/placement-requests')
export class WithdrawRequestEndpoint {
  constructor(
    private readonly commands: CommandBus,
    private readonly links: OfferLinks,
  ) {}

  @Post(':id/withdraw')
  @HttpCode(200)
  @May('request.command')
  @Answers({
    requestId: 'string',
    notices: [{ providerId: 'string', url: 'string' }],
  })
  async withdraw(@Param('id') requestId: string, @Body() { reason }: ReasonBody, @Context() context: CommandContext) {
    const executed = await this.commands.execute(new WithdrawRequest(requestId, reason, context));
    const told = executed.ok && isOpened(executed.state) ? providersOf(stageOf(executed.state)) : [];
    return answer(executed, {
      requestId,
      notices: told.map((providerId) => this.links.noticeFor(requestId, providerId)),
    });
  }
}
