import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody } from '#libs/platform/validation.js';
import { CompleteAction } from './complete-action.js';

export class CompleteActionBody extends CommandBody {}

@Controller('api/v1/cases')
export class CompleteActionEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/actions/:actionId/complete')
  @HttpCode(200)
  @May('case.command')
  async run(
    @Param('caseId') caseId: string,
    @Param('actionId') actionId: string,
    @Body() _body: CompleteActionBody,
    @Context() context: CommandContext,
  ) {
    return answer(await this.commands.execute(new CompleteAction(caseId, actionId, context)), { caseId, actionId });
  }
}
