import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandBody, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { newId } from '#libs/platform/ids.js';
import { May } from '#libs/access/may.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import type { Episode } from '../domain/episode.js';
import { OnEpisode } from '../on-episode.js';

export class SetGoalBody extends CommandBody {
  /** In the words of the person. */
  @IsText()
  goal!: string;
  @MayBeLeftOut()
  @IsText()
  measure?: string;
  @MayBeLeftOut()
  @IsText()
  baseline?: string;
  @MayBeLeftOut()
  @IsText()
  target?: string;
}

export class SetGoal {
  constructor(
    readonly episodeId: string,
    readonly body: SetGoalBody,
    readonly context: CommandContext,
    readonly goalId: string,
  ) {}
}

@CommandHandler(SetGoal)
export class SetGoalHandler implements ICommandHandler<SetGoal, Executed<Episode>> {
  constructor(private readonly episodes: OnEpisode) {}

  execute({ episodeId, body, context, goalId }: SetGoal): Promise<Executed<Episode>> {
    return this.episodes.run(
      episodeId,
      {
        do: 'set-goal',
        data: {
          goalId,
          goal: body.goal,
          measure: body.measure ?? null,
          baseline: body.baseline ?? null,
          target: body.target ?? null,
        },
      },
      context,
    );
  }
}

@Controller('api/v1/reablement-episodes')
export class SetGoalEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':episodeId/goals')
  @May('reablement.command')
  async run(@Param('episodeId') episodeId: string, @Body() body: SetGoalBody, @Context() context: CommandContext) {
    const goalId = newId();
    const done = await this.commands.execute<SetGoal, Executed<Episode>>(new SetGoal(episodeId, body, context, goalId));
    return answer(done, { episodeId, goalId });
  }
}
