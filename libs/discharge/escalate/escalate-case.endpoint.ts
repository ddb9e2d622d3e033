import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsInt, Max, Min } from 'class-validator';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Answers } from '#libs/platform/answers.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { newId } from '#libs/platform/ids.js';
import { EscalateCase } from './escalate-case.js';

export class EscalationBody extends CommandBody {
  /** The rung of the ladder: 1 owner, 2 team lead, 3 hub manager, 4 heads of service, 5 directors. */
  @IsInt({ message: 'must be a level from 1 to 5' })
  @Min(1, { message: 'must be a level from 1 to 5' })
  @Max(5, { message: 'must be a level from 1 to 5' })
  level!: number;

  @IsText(200)
  to!: string;

  @IsText()
  why!: string;
}

@Controller('api/v1/cases')
export class EscalateCaseEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/escalations')
  @May('case.command')
  @Answers({ caseId: 'string', escalationId: 'string' })
  async run(@Param('caseId') caseId: string, @Body() body: EscalationBody, @Context() context: CommandContext) {
    const escalationId = newId();
    const data = { escalationId, level: body.level, to: body.to, why: body.why };
    return answer(await this.commands.execute(new EscalateCase(caseId, data, context)), { caseId, escalationId });
  }
}
