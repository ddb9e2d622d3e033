import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandBody, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { IsBoolean } from 'class-validator';
import { May } from '#libs/access/may.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import type { Episode } from '../domain/episode.js';
import { OnEpisode } from '../on-episode.js';

export class ReviewGoalBody extends CommandBody {
  @IsText()
  progress!: string;
  @MayBeLeftOut()
  @IsBoolean({ message: 'must be true or false' })
  met?: boolean;
}

export class ReviewGoal {
  constructor(
    readonly episodeId: string,
    readonly goalId: string,
    readonly body: ReviewGoalBody,
    readonly context: CommandContext,
  ) {}
}

@CommandHandler(ReviewGoal)
export class ReviewGoalHandler implements ICommandHandler<ReviewGoal, Executed<Episode>> {
  constructor(private readonly episodes: OnEpisode) {}

  execute({ episodeId, goalId, body, context }: ReviewGoal): Promise<Executed<Episode>> {
    return this.episodes.run(
      episodeId,
      { do: 'review-goal', data: { goalId, progress: body.progress, met: body.met ?? null } },
      context,
    );
  }
}

@Controller('api/v1/reablement-episodes')
export class ReviewGoalEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':episodeId/goals/:goalId/reviews')
  @HttpCode(200)
  @May('reablement.command')
  async run(
    @Param('episodeId') episodeId: string,
    @Param('goalId') goalId: string,
    @Body() body: ReviewGoalBody,
    @Context() context: CommandContext,
  ) {
    const done = await this.commands.execute<ReviewGoal, Executed<Episode>>(
      new ReviewGoal(episodeId, goalId, body, context),
    );
    return answer(done, { episodeId });
  }
}
