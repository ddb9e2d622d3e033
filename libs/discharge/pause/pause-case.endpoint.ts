import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { PauseCase } from './pause-case.js';

export class PauseBody extends CommandBody {
  @MayBeLeftOut()
  @IsText()
  reason?: string;
}

@Controller('api/v1/cases')
export class PauseCaseEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/pause')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() body: PauseBody, @Context() context: CommandContext) {
    return answer(await this.commands.execute(new PauseCase(caseId, body.reason ?? null, context)), { caseId });
  }
}
