import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody } from '#libs/platform/validation.js';
import { EndDelay } from './end-delay.js';

export class EndDelayBody extends CommandBody {}

@Controller('api/v1/cases')
export class EndDelayEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/delays/:delayId/end')
  @HttpCode(200)
  @May('case.command')
  async run(
    @Param('caseId') caseId: string,
    @Param('delayId') delayId: string,
    @Body() _body: EndDelayBody,
    @Context() context: CommandContext,
  ) {
    return answer(await this.commands.execute(new EndDelay(caseId, delayId, context)), { caseId, delayId });
  }
}
