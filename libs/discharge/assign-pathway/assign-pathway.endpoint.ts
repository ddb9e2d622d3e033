import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { AssignPathway } from './assign-pathway.js';

/** DHSC, Hospital discharge and community support guidance, edition of 26 January 2024 (domain.md §1.1). */
const guidanceVersion = '2024-01';

export class PathwayBody extends CommandBody {
  @IsInt({ message: 'must be a pathway from 0 to 3' })
  @Min(0, { message: 'must be a pathway from 0 to 3' })
  @Max(3, { message: 'must be a pathway from 0 to 3' })
  pathway!: number;

  @IsText()
  reason!: string;

  /** Why the person cannot go home; pathways 2 and 3 need it. */
  @MayBeLeftOut()
  @IsText()
  whyNotHome?: string;

  @MayBeLeftOut()
  @IsBoolean({ message: 'must be true or false' })
  returningCareHomeResident?: boolean;

  @IsText(200)
  decidedBy!: string;
}

@Controller('api/v1/cases')
export class AssignPathwayEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/pathway')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() body: PathwayBody, @Context() context: CommandContext) {
    const data = {
      pathway: body.pathway,
      reason: body.reason,
      whyNotHome: body.whyNotHome ?? null,
      returningCareHomeResident: body.returningCareHomeResident ?? false,
      decidedBy: body.decidedBy,
      guidanceVersion,
    };
    return answer(await this.commands.execute(new AssignPathway(caseId, data, context)), { caseId });
  }
}
