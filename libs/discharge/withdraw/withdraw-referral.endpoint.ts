import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { WithdrawReferral } from './withdraw-referral.js';

export class WithdrawBody extends CommandBody {
  @IsText()
  reason!: string;
}

@Controller('api/v1/cases')
export class WithdrawReferralEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/withdraw')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() body: WithdrawBody, @Context() context: CommandContext) {
    return answer(await this.commands.execute(new WithdrawReferral(caseId, body.reason, context)), { caseId });
  }
}
