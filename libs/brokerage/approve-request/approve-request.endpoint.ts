import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { ApproveRequest } from './approve-request.js';

export class ApproveBody extends CommandBody {
  @IsText(200)
  approver!: string;
}

@Controller('api/v1/placement-requests')
export class ApproveRequestEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':id/approve')
  @HttpCode(200)
  @May('request.command')
  async approve(
    @Param('id') requestId: string,
    @Body() { approver }: ApproveBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const command = new ApproveRequest(requestId, approver, user.userId, context);
    return answer(await this.commands.execute(command), { requestId });
  }
}
