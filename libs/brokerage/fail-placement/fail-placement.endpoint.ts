import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { FailPlacement } from './fail-placement.js';

export class ReasonBody extends CommandBody {
  @IsText()
  reason!: string;
}

@Controller('api/v1/placement-requests')
export class FailPlacementEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':id/fail')
  @HttpCode(200)
  @May('request.source')
  async fail(
    @Param('id') requestId: string,
    @Body() { reason }: ReasonBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const command = new FailPlacement(requestId, reason, user.userId, context);
    return answer(await this.commands.execute(command), { requestId });
  }
}
