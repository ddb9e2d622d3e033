import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody } from '#libs/platform/validation.js';
import { ResolveEscalation } from './resolve-escalation.js';

export class ResolveEscalationBody extends CommandBody {}

@Controller('api/v1/cases')
export class ResolveEscalationEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/escalations/:escalationId/resolve')
  @HttpCode(200)
  @May('case.command')
  async run(
    @Param('caseId') caseId: string,
    @Param('escalationId') escalationId: string,
    @Body() _body: ResolveEscalationBody,
    @Context() context: CommandContext,
  ) {
    return answer(await this.commands.execute(new ResolveEscalation(caseId, escalationId, context)), {
      caseId,
      escalationId,
    });
  }
}
