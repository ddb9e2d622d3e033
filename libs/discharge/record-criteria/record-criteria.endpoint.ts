import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsBoolean } from 'class-validator';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText, IsTexts, MayBeLeftOut } from '#libs/platform/validation.js';
import { RecordCriteria } from './record-criteria.js';

export class CriteriaBody extends CommandBody {
  @IsBoolean({ message: 'must be true or false' })
  meets!: boolean;

  /** Codes of the criteria met (domain.md §1.3): taken as sent. */
  @MayBeLeftOut()
  @IsTexts(20, 20)
  codes?: string[];

  @MayBeLeftOut()
  @IsText()
  reason?: string;

  /** Who judged it: a clinician. */
  @IsText(200)
  assessor!: string;
}

@Controller('api/v1/cases')
export class RecordCriteriaEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/criteria-to-reside')
  @HttpCode(200)
  @May('case.refer')
  async run(
    @Param('caseId') caseId: string,
    @Body() body: CriteriaBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    const { meets, codes = [], reason = null, assessor } = body;
    const data = { meets, codes, reason, assessor };
    return answer(await this.commands.execute(new RecordCriteria(caseId, data, context, scopeOf(user))), { caseId });
  }
}
