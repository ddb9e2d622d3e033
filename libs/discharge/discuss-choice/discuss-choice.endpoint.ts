import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { May } from '#libs/access/may.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { CommandBody, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { DiscussChoice } from './discuss-choice.js';

export class ChoiceBody extends CommandBody {
  @MayBeLeftOut()
  @IsText()
  outcome?: string;

  @MayBeLeftOut()
  @IsText()
  note?: string;
}

@Controller('api/v1/cases')
export class DiscussChoiceEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':caseId/choice')
  @HttpCode(200)
  @May('case.command')
  async run(@Param('caseId') caseId: string, @Body() body: ChoiceBody, @Context() context: CommandContext) {
    return answer(
      await this.commands.execute(
        new DiscussChoice(caseId, { outcome: body.outcome ?? null, note: body.note ?? null }, context),
      ),
      { caseId },
    );
  }
}
