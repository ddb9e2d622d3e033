import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { detailsIn, RequestDetailsDto } from '../details.dto.js';
import { CompleteRequest } from './complete-request.js';

@Controller('api/v1/placement-requests')
export class CompleteRequestEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':id/complete')
  @HttpCode(200)
  @May('request.command')
  async complete(
    @Param('id') requestId: string,
    @Body() body: RequestDetailsDto,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const command = new CompleteRequest(requestId, detailsIn(body), user.userId, context);
    return answer(await this.commands.execute(command), { requestId });
  }
}
