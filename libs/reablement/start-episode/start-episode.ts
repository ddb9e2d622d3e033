import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { May } from '#libs/access/may.js';
import { assessorTypes } from '#libs/contracts/reablement/reablement-events.js';
import { execute, type CommandContext, type Executed } from '#libs/event-store/decider.js';
import { EventStore } from '#libs/event-store/port.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { answer } from '#libs/platform/answer.js';
import { Clock } from '#libs/platform/clock.js';
import { Context } from '#libs/platform/command-context.js';
import { newId } from '#libs/platform/ids.js';
import { CommandBody, IsCivilDate, IsCode, IsId, MayBeLeftOut } from '#libs/platform/validation.js';
import { IsHours } from '../hours.js';
import { episodeDecider, type Episode } from '../domain/episode.js';
import { KnownCase } from '../known-case.js';

export class StartEpisodeBody extends CommandBody {
  @IsId()
  caseId!: string;
  @IsId()
  providerId!: string;
  @IsCivilDate()
  startedOn!: string;
  /** Free for up to six weeks (SI 2014/2673 reg 4), and planned no longer. */
  @Max(6, { message: 'must be at most 6' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number' })
  plannedWeeks!: number;
  @IsHours()
  hoursPerWeek!: number;
  @IsCode(assessorTypes)
  assessorType!: (typeof assessorTypes)[number];
  @MayBeLeftOut()
  @IsBoolean({ message: 'must be true or false' })
  inLongTermSupport?: boolean;
}

export class StartEpisode {
  constructor(
    readonly body: StartEpisodeBody,
    readonly context: CommandContext,
  ) {}
}

@CommandHandler(StartEpisode)
export class StartEpisodeHandler implements ICommandHandler<StartEpisode, Executed<Episode>> {
  constructor(
    private readonly store: EventStore,
    private readonly cases: KnownCase,
    private readonly clock: Clock,
  ) {}

  async execute({ body, context }: StartEpisode): Promise<Executed<Episode>> {
    const known = await this.cases.of(body.caseId);
    const episodeId = newId();
    const { caseId, providerId, startedOn, plannedWeeks, hoursPerWeek, assessorType } = body;
    const data = {
      caseId,
      providerId,
      startedOn,
      plannedWeeks,
      hoursPerWeek,
      assessorType,
      inLongTermSupport: body.inLongTermSupport ?? null,
    };
    return execute({
      store: this.store,
      decider: episodeDecider,
      streamId: `reablement-${episodeId}`,
      id: episodeId,
      personId: known.personId,
      command: { do: 'start', today: londonDate(this.clock.now()), data },
      context,
      expected: 'no-stream',
    });
  }
}

@Controller('api/v1/reablement-episodes')
export class StartEpisodeEndpoint {
  constructor(private readonly commands: CommandBus) {}

  /** A second episode while one is open is taken: figures make them one cluster. */
  @Post()
  @May('reablement.command')
  async start(@Body() body: StartEpisodeBody, @Context() context: CommandContext) {
    const done = await this.commands.execute<StartEpisode, Executed<Episode>>(new StartEpisode(body, context));
    return answer(done, done.ok ? { episodeId: done.id } : {});
  }
}
