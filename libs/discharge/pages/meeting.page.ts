import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { PeopleVault } from '#libs/people/port.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { heldTo, textIn, type Form } from '#libs/platform/forms.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import { Settings } from '#libs/platform/settings.js';
import { formErrorsOf } from '#libs/platform/templates.js';
import { BoardReader } from '../board/board-reader.js';
import { NamedRows, type BoardRow } from '../board/named-rows.js';
import { FinishHuddle, ReviewCase, StartHuddle } from '../huddle/commands.js';
import { ReviewBody } from '../huddle/huddle.controller.js';
import { Huddles } from '../huddle/huddles.js';
import { huddlesProjection } from '../huddle/huddles.projection.js';
import { problemToShow } from './form.js';
import { rowInWords } from './huddle-row.js';
import { counted } from './words.js';

const settle = { consumers: [huddlesProjection.name], timeoutMs: 3000 };

/** A huddle: one person large, next and previous, what was decided last time, and decisions minuted. */
@Controller('huddle/meetings')
export class MeetingPage {
  constructor(
    private readonly pages: Pages,
    private readonly commands: CommandBus,
    private readonly reader: BoardReader,
    private readonly names: NamedRows,
    private readonly huddles: Huddles,
    private readonly vault: PeopleVault,
    private readonly feed: EventFeed,
    private readonly settings: Settings,
    private readonly audit: Audit,
  ) {}

  @Post()
  @May('case.command')
  async start(@Body() form: Form, @Context() context: CommandContext, @Res() reply: FastifyReply): Promise<void> {
    const { id, position } = answer(
      await this.commands.execute(new StartHuddle(textIn(form, 'hospital') || null, context)),
    );
    await this.feed.settled(position, settle);
    await reply.redirect(`/huddle/meetings/${id}`, 303);
  }

  @Get(':huddleId')
  @May('case.command')
  async show(
    @Param('huddleId') huddleId: string,
    @Query('case') caseId: string | undefined,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.render(huddleId, caseId, user, request, reply);
  }

  @Post(':huddleId/reviews')
  @May('case.command')
  async review(
    @Param('huddleId') huddleId: string,
    @Body() form: Form,
    @Context() context: CommandContext,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const caseId = textIn(form, 'caseId');
    try {
      const { decision, note = null } = await heldTo(ReviewBody, {
        caseId,
        decision: textIn(form, 'decision'),
        note: textIn(form, 'note'),
      });
      const { position } = answer(
        await this.commands.execute(new ReviewCase(huddleId, { caseId, decision, note }, context)),
      );
      await this.feed.settled(position, settle);
      const next = textIn(form, 'next');
      await reply.redirect(`/huddle/meetings/${huddleId}${next ? `?case=${encodeURIComponent(next)}` : ''}`, 303);
    } catch (error) {
      await this.render(huddleId, caseId, user, request, reply, form, problemToShow(error));
    }
  }

  @Post(':huddleId/finish')
  @May('case.command')
  async finish(
    @Param('huddleId') huddleId: string,
    @Context() context: CommandContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { position } = answer(await this.commands.execute(new FinishHuddle(huddleId, context)));
    await this.feed.settled(position, settle);
    await reply.redirect(`/huddle/meetings/${huddleId}`, 303);
  }

  private async render(
    huddleId: string,
    asked: string | undefined,
    user: SignedIn,
    request: FastifyRequest,
    reply: FastifyReply,
    typed: Form = {},
    problem?: Problem,
  ): Promise<void> {
    const found = await this.huddles.minutes(huddleId);
    if (!found) throw Problem.notFound('This huddle');
    const { minutes, hospital } = found;
    const { rows, asOf } = await this.reader.board(hospital === null ? {} : { hospital });
    const last = await this.huddles.lastFinished(hospital ?? undefined);
    const before = await this.vault.open(last?.huddle.reviewed ?? []);
    const decided = new Map(before.map((review) => [review.caseId, review]));
    // What was decided last time is looked at first.
    const ordered = [...rows].sort((a, b) => Number(decided.has(b.caseId)) - Number(decided.has(a.caseId)));
    const at = Math.max(
      0,
      ordered.findIndex((row) => row.caseId === asked),
    );
    const reviewed = [...new Set(minutes.reviews.map(({ caseId }) => caseId))];
    const current = minutes.finishedAt === null ? ordered[at] : undefined;
    const wanted = [...new Set([...reviewed, ...(current ? [current.caseId] : [])])];
    const named = await this.names.name(await this.reader.rowsOf(wanted, this.reader.now()), asOf);
    await this.audit.read({ user, what: 'huddle', caseIds: wanted });
    const words = (row: BoardRow) =>
      rowInWords(row, { asOf, namesHidden: false, past: false, council: this.settings.council });
    const byCase = new Map(named.map((row) => [row.caseId, words(row)]));
    await this.pages.render(
      reply,
      request,
      'discharge/pages/meeting.njk',
      {
        title: 'Huddle',
        huddleId,
        hospital,
        minutes: {
          ...minutes,
          reviews: minutes.reviews.map((review) => ({
            ...review,
            name: byCase.get(review.caseId)?.name ?? 'Name not held',
          })),
        },
        row: current && byCase.get(current.caseId),
        place: {
          n: at + 1,
          of: ordered.length,
          left: counted(ordered.filter(({ caseId }) => !reviewed.includes(caseId)).length, 'person', 'people'),
        },
        previous: ordered[at - 1]?.caseId,
        next: ordered[at + 1]?.caseId,
        lastTime: current && decided.get(current.caseId),
        thisTime: current && minutes.reviews.filter(({ caseId }) => caseId === current.caseId),
        typed,
        ...(problem ? { errors: formErrorsOf(problem) } : {}),
      },
      problem?.status ?? 200,
    );
  }
}
