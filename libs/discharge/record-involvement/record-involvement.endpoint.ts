import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, MayBeLeftOut } from '#libs/platform/validation.js';
import { involvementOf, IsSaid } from '../refer/referral-parts.js';
import { RecordInvolvement } from './record-involvement.js';

export class InvolvementBody extends CommandBody {
  @IsSaid()
  person!: unknown;

  @MayBeLeftOut()
  @IsSaid()
  carer?: unknown;
}

@Controller('api/v1/cases')
export class RecordInvolvementEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/involvement')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() body: InvolvementBody, @Context() context: CommandContext) {
    const involvement = involvementOf(body);
    return answer(await this.commands.execute(new RecordInvolvement(caseId, { involvement }, context)), { caseId });
  }
}
