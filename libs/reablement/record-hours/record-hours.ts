import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandBody, IsCivilDate } from '#libs/platform/validation.js';
import { May } from '#libs/access/may.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { IsHours } from '../hours.js';
import type { Episode } from '../domain/episode.js';
import { OnEpisode } from '../on-episode.js';

export class RecordHoursBody extends CommandBody {
  @IsCivilDate()
  weekStarting!: string;
  @IsHours()
  hours!: number;
}

export class RecordHours {
  constructor(
    readonly episodeId: string,
    readonly body: RecordHoursBody,
    readonly context: CommandContext,
  ) {}
}

@CommandHandler(RecordHours)
export class RecordHoursHandler implements ICommandHandler<RecordHours, Executed<Episode>> {
  constructor(private readonly episodes: OnEpisode) {}

  execute({ episodeId, body, context }: RecordHours): Promise<Executed<Episode>> {
    return this.episodes.run(
      episodeId,
      { do: 'record-hours', data: { weekStarting: body.weekStarting, hours: body.hours } },
      context,
    );
  }
}

@Controller('api/v1/reablement-episodes')
export class RecordHoursEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':episodeId/hours')
  @HttpCode(200)
  @May('reablement.command')
  async run(@Param('episodeId') episodeId: string, @Body() body: RecordHoursBody, @Context() context: CommandContext) {
    const done = await this.commands.execute<RecordHours, Executed<Episode>>(new RecordHours(episodeId, body, context));
    return answer(done, { episodeId });
  }
}
