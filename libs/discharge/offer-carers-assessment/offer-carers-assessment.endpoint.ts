import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { IsBoolean } from 'class-validator';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { OfferCarersAssessment } from './offer-carers-assessment.js';

export class CarersAssessmentBody extends CommandBody {
  /** Left out while the carer has not answered. */
  @MayBeLeftOut()
  @IsBoolean({ message: 'must be true or false' })
  accepted?: boolean;

  @MayBeLeftOut()
  @IsText()
  note?: string;
}

@Controller('api/v1/cases')
export class OfferCarersAssessmentEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/carers-assessment')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() body: CarersAssessmentBody, @Context() context: CommandContext) {
    return answer(
      await this.commands.execute(
        new OfferCarersAssessment(caseId, { accepted: body.accepted ?? null, note: body.note ?? null }, context),
      ),
      { caseId },
    );
  }
}
