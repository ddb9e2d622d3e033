import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { CloseCase } from './close-case.js';

export class CloseBody extends CommandBody {
  @IsText()
  reason!: string;
}

@Controller('api/v1/cases')
export class CloseCaseEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/close')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() body: CloseBody, @Context() context: CommandContext) {
    return answer(await this.commands.execute(new CloseCase(caseId, body.reason, context)), { caseId });
  }
}
