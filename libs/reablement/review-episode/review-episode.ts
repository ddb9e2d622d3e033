import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandBody, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { May } from '#libs/access/may.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { IsHours } from '../hours.js';
import type { Episode } from '../domain/episode.js';
import { OnEpisode } from '../on-episode.js';

export class ReviewEpisodeBody extends CommandBody {
  @MayBeLeftOut()
  @IsText()
  note?: string;
  @MayBeLeftOut()
  @IsHours()
  hoursPerWeek?: number;
}

export class ReviewEpisode {
  constructor(
    readonly episodeId: string,
    readonly body: ReviewEpisodeBody,
    readonly context: CommandContext,
  ) {}
}

@CommandHandler(ReviewEpisode)
export class ReviewEpisodeHandler implements ICommandHandler<ReviewEpisode, Executed<Episode>> {
  constructor(private readonly episodes: OnEpisode) {}

  execute({ episodeId, body, context }: ReviewEpisode): Promise<Executed<Episode>> {
    return this.episodes.run(
      episodeId,
      { do: 'review', data: { note: body.note ?? null, hoursPerWeek: body.hoursPerWeek ?? null } },
      context,
    );
  }
}

@Controller('api/v1/reablement-episodes')
export class ReviewEpisodeEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':episodeId/reviews')
  @HttpCode(200)
  @May('reablement.command')
  async run(
    @Param('episodeId') episodeId: string,
    @Body() body: ReviewEpisodeBody,
    @Context() context: CommandContext,
  ) {
    const done = await this.commands.execute<ReviewEpisode, Executed<Episode>>(
      new ReviewEpisode(episodeId, body, context),
    );
    return answer(done, { episodeId });
  }
}
