import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ValidateIf } from 'class-validator';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsCivilDate, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { SetExpectedDate } from './set-expected-date.js';

export class ExpectedDateBody extends CommandBody {
  /** Null clears it. */
  @ValidateIf(({ date }: ExpectedDateBody) => date !== null)
  @IsCivilDate()
  date!: string | null;

  @MayBeLeftOut()
  @IsText()
  reason?: string;
}

@Controller('api/v1/cases')
export class SetExpectedDateEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/expected-discharge-date')
  @HttpCode(200)
  @May('case.refer')
  async run(
    @Param('caseId') caseId: string,
    @Body() body: ExpectedDateBody,
    @Signed() user: SignedIn,
    @Context() context: CommandContext,
  ) {
    return answer(
      await this.commands.execute(
        new SetExpectedDate(caseId, { date: body.date, reason: body.reason ?? null }, context, scopeOf(user)),
      ),
      { caseId },
    );
  }
}
