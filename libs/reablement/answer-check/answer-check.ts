import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandBody, IsCode, IsText, IsTexts, MayBeLeftOut } from '#libs/platform/validation.js';
import { day91Statuses } from '#libs/contracts/reablement/reablement-events.js';
import type { Day91Status } from '../domain/check.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { May } from '#libs/access/may.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import type { Check } from '../domain/check.js';
import { OnCheck } from '../on-episode.js';

export class AnswerCheckBody extends CommandBody {
  @IsCode(day91Statuses)
  status!: Day91Status;
  @IsText(200)
  decidedBy!: string;
  @MayBeLeftOut()
  @IsTexts(50, 64)
  evidenceIds?: string[];
}

export class AnswerCheck {
  constructor(
    readonly checkId: string,
    readonly body: AnswerCheckBody,
    readonly context: CommandContext,
  ) {}
}

@CommandHandler(AnswerCheck)
export class AnswerCheckHandler implements ICommandHandler<AnswerCheck, Executed<Check>> {
  constructor(private readonly checks: OnCheck) {}

  execute({ checkId, body, context }: AnswerCheck): Promise<Executed<Check>> {
    return this.checks.run(
      checkId,
      {
        do: 'answer',
        today: londonDate(context.occurredAt),
        status: body.status,
        decidedBy: body.decidedBy,
        evidenceIds: body.evidenceIds ?? [],
      },
      context,
    );
  }
}

@Controller('api/v1/day-91-checks')
export class AnswerCheckEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':checkId/outcome')
  @HttpCode(200)
  @May('reablement.command')
  async run(@Param('checkId') checkId: string, @Body() body: AnswerCheckBody, @Context() context: CommandContext) {
    const done = await this.commands.execute<AnswerCheck, Executed<Check>>(new AnswerCheck(checkId, body, context));
    return answer(done, { checkId });
  }
}
