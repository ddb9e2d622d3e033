import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandBody, IsCode, IsInstant } from '#libs/platform/validation.js';
import { attemptChannels, attemptResults } from '#libs/contracts/reablement/reablement-events.js';
import { May } from '#libs/access/may.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Clock } from '#libs/platform/clock.js';
import { Context } from '#libs/platform/command-context.js';
import type { Check } from '../domain/check.js';
import { notAhead } from '../not-ahead.js';
import { OnCheck } from '../on-episode.js';

export class LogAttemptBody extends CommandBody {
  @IsInstant()
  at!: string;
  @IsCode(attemptChannels)
  channel!: (typeof attemptChannels)[number];
  @IsCode(attemptResults)
  result!: (typeof attemptResults)[number];
}

export class LogAttempt {
  constructor(
    readonly checkId: string,
    readonly body: LogAttemptBody,
    readonly context: CommandContext,
  ) {}
}

@CommandHandler(LogAttempt)
export class LogAttemptHandler implements ICommandHandler<LogAttempt, Executed<Check>> {
  constructor(
    private readonly checks: OnCheck,
    private readonly clock: Clock,
  ) {}

  execute({ checkId, body, context }: LogAttempt): Promise<Executed<Check>> {
    notAhead('at', body.at, this.clock.now());
    return this.checks.run(
      checkId,
      { do: 'attempt', data: { at: body.at, channel: body.channel, result: body.result } },
      context,
    );
  }
}

@Controller('api/v1/day-91-checks')
export class LogAttemptEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':checkId/attempts')
  @HttpCode(200)
  @May('reablement.command')
  async run(@Param('checkId') checkId: string, @Body() body: LogAttemptBody, @Context() context: CommandContext) {
    const done = await this.commands.execute<LogAttempt, Executed<Check>>(new LogAttempt(checkId, body, context));
    return answer(done, { checkId });
  }
}
