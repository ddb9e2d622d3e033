import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { MarkInError } from './mark-in-error.js';

export class MarkInErrorBody extends CommandBody {
  @IsText()
  reason!: string;
}

@Controller('api/v1/cases')
export class MarkInErrorEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/entries/:eventId/mark-in-error')
  @HttpCode(200)
  @May('case.command')
  async run(
    @Param('caseId') caseId: string,
    @Param('eventId') eventId: string,
    @Body() body: MarkInErrorBody,
    @Context() context: CommandContext,
  ) {
    return answer(await this.commands.execute(new MarkInError(caseId, eventId, body.reason, context)), { caseId });
  }
}
