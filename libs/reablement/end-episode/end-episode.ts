import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandBody, IsCivilDate, IsCode } from '#libs/platform/validation.js';
import { reablementOutcomes } from '#libs/contracts/reablement/reablement-events.js';
import type { ReablementOutcome } from '../domain/episode.js';
import { Clock } from '#libs/platform/clock.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { May } from '#libs/access/may.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import type { Episode } from '../domain/episode.js';
import { OnEpisode } from '../on-episode.js';

export class EndEpisodeBody extends CommandBody {
  @IsCivilDate()
  endedOn!: string;
  @IsCode(reablementOutcomes)
  outcome!: ReablementOutcome;
}

export class EndEpisode {
  constructor(
    readonly episodeId: string,
    readonly body: EndEpisodeBody,
    readonly context: CommandContext,
  ) {}
}

@CommandHandler(EndEpisode)
export class EndEpisodeHandler implements ICommandHandler<EndEpisode, Executed<Episode>> {
  constructor(
    private readonly episodes: OnEpisode,
    private readonly clock: Clock,
  ) {}

  execute({ episodeId, body, context }: EndEpisode): Promise<Executed<Episode>> {
    return this.episodes.run(
      episodeId,
      { do: 'end', today: londonDate(this.clock.now()), endedOn: body.endedOn, outcome: body.outcome },
      context,
    );
  }
}

@Controller('api/v1/reablement-episodes')
export class EndEpisodeEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Post(':episodeId/end')
  @HttpCode(200)
  @May('reablement.command')
  async run(@Param('episodeId') episodeId: string, @Body() body: EndEpisodeBody, @Context() context: CommandContext) {
    const done = await this.commands.execute<EndEpisode, Executed<Episode>>(new EndEpisode(episodeId, body, context));
    return answer(done, { episodeId });
  }
}
