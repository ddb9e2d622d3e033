import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { May } from '#libs/access/may.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import type { Check } from '../domain/check.js';
import { OnCheck } from '../on-episode.js';

export class ReopenCheckBody extends CommandBody {
  @IsText()
  reason!: string;
}

export class ReopenCheck {
  constructor(
    readonly checkId: string,
    readonly body: ReopenCheckBody,
    readonly context: CommandContext,
  ) {}
}

@CommandHandler(ReopenCheck)
export class ReopenCheckHandler implements ICommandHandler<ReopenCheck, Executed<Check>> {
  constructor(private readonly checks: OnCheck) {}

  execute({ checkId, body, context }: ReopenCheck): Promise<Executed<Check>> {
    return this.checks.run(checkId, { do: 'reopen', reason: body.reason }, context);
  }
}

@Controller('api/v1/day-91-checks')
export class ReopenCheckEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':checkId/reopen')
  @HttpCode(200)
  @May('reablement.command')
  async run(@Param('checkId') checkId: string, @Body() body: ReopenCheckBody, @Context() context: CommandContext) {
    const done = await this.commands.execute<ReopenCheck, Executed<Check>>(new ReopenCheck(checkId, body, context));
    return answer(done, { checkId });
  }
}
