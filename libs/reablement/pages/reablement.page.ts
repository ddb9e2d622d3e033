import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Sessions } from '#libs/access/sessions.js';
import { Signed } from '#libs/access/signed.js';
import { assessorTypes, reablementOutcomes } from '#libs/contracts/reablement/reablement-events.js';
import { EventFeed } from '#libs/event-feed/port.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { addDays, daysBetween, londonDate } from '#libs/nhs/civil-date.js';
import { answer } from '#libs/platform/answer.js';
import { Clock } from '#libs/platform/clock.js';
import { Context } from '#libs/platform/command-context.js';
import { newId } from '#libs/platform/ids.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import type { Episode } from '../domain/episode.js';
import { EndEpisode, EndEpisodeBody } from '../end-episode/end-episode.js';
import { EpisodesReader, type EpisodeItem } from '../episodes/episodes.reader.js';
import { RecordHours, RecordHoursBody } from '../record-hours/record-hours.js';
import { ReviewEpisode, ReviewEpisodeBody } from '../review-episode/review-episode.js';
import { ReviewGoal, ReviewGoalBody } from '../review-goal/review-goal.js';
import { SetGoal, SetGoalBody } from '../set-goal/set-goal.js';
import { StartEpisode, StartEpisodeBody } from '../start-episode/start-episode.js';
import { subjects } from '../subjects/subjects.projection.js';
import { bodyOf, errorsOf, problemToShow } from './form.js';
import { choices, choose, wordOf } from './words.js';

type Form = Readonly<Record<string, unknown>>;
type EpisodeCommand = SetGoal | ReviewGoal | RecordHours | ReviewEpisode | EndEpisode;

/** Prompts at day 28 and 35; free until day 42 (SI 2014/2673 reg 4, domain.md §8). */
const reviewDays = [28, 35];
const freeDays = 42;

const saidOf: Readonly<Record<string, string>> = {
  goals: 'The goal is set.',
  'goal-reviews': 'The review of the goal is recorded.',
  hours: 'The hours are recorded.',
  reviews: 'The review is recorded.',
  end: 'Reablement has ended.',
};

@Controller('reablement')
export class ReablementPage {
  constructor(
    private readonly pages: Pages,
    private readonly episodes: EpisodesReader,
    private readonly commands: CommandBus,
    private readonly audit: Audit,
    private readonly feed: EventFeed,
    private readonly clock: Clock,
    private readonly sessions: Sessions,
  ) {}

  @Get()
  @May('reablement.read')
  async list(@Signed() user: SignedIn, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [episodes, expected] = await Promise.all([this.episodes.all(), this.episodes.expectedStarts()]);
    await this.audit.read({
      user,
      what: 'reablement episodes',
      caseIds: [...episodes, ...expected].map(({ caseId }) => caseId),
    });
    const running = episodes.filter(({ status }) => status !== 'ended').map((one) => this.worded(one));
    const ended = episodes
      .filter(({ status }) => status === 'ended')
      .slice(0, 50)
      .map((one) => this.worded(one));
    await this.pages.render(reply, request, 'reablement/pages/reablement.njk', {
      title: 'Reablement',
      running,
      ended,
      expected,
      mayWrite: user.role !== 'idt',
    });
  }

  @Get('start')
  @May('reablement.command')
  async startForm(
    @Query('caseId') caseId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.showStart(request, reply, {
      caseId: caseId ?? '',
      startedOn: londonDate(this.clock.now()),
      plannedWeeks: '6',
    });
  }

  @Post('start')
  @May('reablement.command')
  async start(
    @Body() form: Form,
    @Context() context: CommandContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    try {
      const body = await bodyOf(StartEpisodeBody, form, {
        numbers: ['plannedWeeks', 'hoursPerWeek'],
        yesNo: ['inLongTermSupport'],
      });
      const done = answer(
        await this.commands.execute<StartEpisode, Executed<Episode>>(new StartEpisode(body, context)),
      );
      await this.feed.settled(done.position, { consumers: [subjects.name] });
      if (request.session) await this.sessions.flash(request.session.sessionId, 'The start is recorded.');
      await reply.redirect(`/reablement/${done.id}`, 303);
    } catch (error) {
      await this.showStart(request, reply, form, problemToShow(error));
    }
  }

  @Get(':episodeId')
  @May('reablement.read')
  async one(
    @Param('episodeId') episodeId: string,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.show(episodeId, user, request, reply);
  }

  @Post(':episodeId/:what')
  @May('reablement.command')
  async act(
    @Param('episodeId') episodeId: string,
    @Param('what') what: string,
    @Body() form: Form,
    @Context() context: CommandContext,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    try {
      const done = answer(
        await this.commands.execute<object, Executed<Episode>>(await commandOf(what, episodeId, form, context)),
      );
      await this.feed.settled(done.position, { consumers: [subjects.name] });
      if (request.session) await this.sessions.flash(request.session.sessionId, saidOf[what] ?? 'Saved.');
      await reply.redirect(`/reablement/${encodeURIComponent(episodeId)}`, 303);
    } catch (error) {
      await this.show(episodeId, user, request, reply, problemToShow(error), { ...form, what });
    }
  }

  private async showStart(request: FastifyRequest, reply: FastifyReply, typed: Form, problem?: Problem): Promise<void> {
    const { caseId } = typed;
    const person = typeof caseId === 'string' && caseId !== '' ? await this.episodes.nameOfCase(caseId) : undefined;
    const user = request.signedIn;
    if (person !== undefined && user)
      await this.audit.read({ user, what: 'start of reablement', caseIds: [String(caseId)] });
    await this.pages.render(
      reply,
      request,
      'reablement/pages/start.njk',
      {
        title: 'Record the start of reablement',
        typed,
        person: person === null ? 'Name not held' : person,
        assessors: choices(assessorTypes, typed['assessorType']),
        ...(problem ? { errors: errorsOf(problem, typed) } : {}),
      },
      problem?.status ?? 200,
    );
  }

  private async show(
    episodeId: string,
    user: SignedIn,
    request: FastifyRequest,
    reply: FastifyReply,
    problem?: Problem,
    typed: Form = {},
  ): Promise<void> {
    const episode = await this.episodes.one(episodeId);
    await this.audit.read({ user, what: 'reablement episode', caseIds: [episode.caseId] });
    const model = {
      title: 'Reablement episode',
      episode: this.worded(episode),
      typed,
      today: londonDate(this.clock.now()),
      mayWrite: user.role !== 'idt',
      goalChoices: episode.goals.map(({ goalId, goal }) => ({
        value: goalId,
        text: typeof goal === 'string' ? goal : '[no longer held]',
        selected: goalId === typed['goalId'],
      })),
      outcomes: choose(reablementOutcomes, typed['outcome']),
      ...(problem ? { errors: errorsOf(problem, typed) } : {}),
    };
    await this.pages.render(reply, request, 'reablement/pages/episode.njk', model, problem?.status ?? 200);
  }

  private worded(episode: EpisodeItem) {
    const day = daysBetween(episode.startedOn, londonDate(this.clock.now()));
    const nextReview = reviewDays.find((one) => one >= day);
    return {
      ...episode,
      statusWord: wordOf(episode.status),
      outcomeWord: wordOf(episode.outcome),
      assessorWord: wordOf(episode.assessorType),
      freeUntil: addDays(episode.startedOn, freeDays),
      reviewDue: nextReview === undefined ? null : addDays(episode.startedOn, nextReview),
    };
  }
}

const commandOf = async (
  what: string,
  episodeId: string,
  form: Form,
  context: CommandContext,
): Promise<EpisodeCommand> => {
  switch (what) {
    case 'goals':
      return new SetGoal(episodeId, await bodyOf(SetGoalBody, form), context, newId());
    case 'goal-reviews': {
      const { goalId, ...body } = form;
      return new ReviewGoal(
        episodeId,
        typeof goalId === 'string' ? goalId : '',
        await bodyOf(ReviewGoalBody, body, { yesNo: ['met'] }),
        context,
      );
    }
    case 'hours':
      return new RecordHours(episodeId, await bodyOf(RecordHoursBody, form, { numbers: ['hours'] }), context);
    case 'reviews':
      return new ReviewEpisode(
        episodeId,
        await bodyOf(ReviewEpisodeBody, form, { numbers: ['hoursPerWeek'] }),
        context,
      );
    case 'end':
      return new EndEpisode(episodeId, await bodyOf(EndEpisodeBody, form), context);
    default:
      throw new Problem(404, 'not-found', 'There is no such form.');
  }
};
