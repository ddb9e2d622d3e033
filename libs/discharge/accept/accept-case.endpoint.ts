import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody } from '#libs/platform/validation.js';
import { AcceptCase } from './accept-case.js';

export class AcceptBody extends CommandBody {}

@Controller('api/v1/cases')
export class AcceptCaseEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/accept')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() _body: AcceptBody, @Context() context: CommandContext) {
    return answer(await this.commands.execute(new AcceptCase(caseId, context)), { caseId });
  }
}
