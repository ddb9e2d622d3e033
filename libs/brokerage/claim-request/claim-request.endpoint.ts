import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody } from '#libs/platform/validation.js';
import { ClaimRequest } from './claim-request.js';

@Controller('api/v1/placement-requests')
export class ClaimRequestEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':id/claim')
  @HttpCode(200)
  @May('request.source')
  async claim(
    @Param('id') requestId: string,
    @Body() _body: CommandBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const command = new ClaimRequest(requestId, 'claim', user.userId, context);
    return answer(await this.commands.execute(command), { requestId });
  }

  @Post(':id/release')
  @HttpCode(200)
  @May('request.source')
  async release(
    @Param('id') requestId: string,
    @Body() _body: CommandBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const command = new ClaimRequest(requestId, 'release', user.userId, context);
    return answer(await this.commands.execute(command), { requestId });
  }
}
