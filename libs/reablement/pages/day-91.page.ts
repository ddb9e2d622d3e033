import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '#libs/access/audit.js';
import { May } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Sessions } from '#libs/access/sessions.js';
import { Signed } from '#libs/access/signed.js';
import {
  attemptChannels,
  attemptResults,
  day91Statuses,
  evidenceKinds,
  evidenceSources,
} from '#libs/contracts/reablement/reablement-events.js';
import { EventFeed } from '#libs/event-feed/port.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { answer } from '#libs/platform/answer.js';
import { Clock } from '#libs/platform/clock.js';
import { Context } from '#libs/platform/command-context.js';
import { newId } from '#libs/platform/ids.js';
import { Pages } from '#libs/platform/pages.js';
import type { Problem } from '#libs/platform/problem.js';
import { AnswerCheck, AnswerCheckBody } from '../answer-check/answer-check.js';
import { WorklistReader, type WorklistItem } from '../checks/worklist.reader.js';
import { checkStates } from '#libs/nhs/day-91.js';
import type { Check } from '../domain/check.js';
import { LogAttempt, LogAttemptBody } from '../log-attempt/log-attempt.js';
import { RecordEvidence, RecordEvidenceBody } from '../record-evidence/record-evidence.js';
import { ReopenCheck, ReopenCheckBody } from '../reopen-check/reopen-check.js';
import { subjects } from '../subjects/subjects.projection.js';
import { bodyOf, errorsOf, problemToShow } from './form.js';
import { choices, choose, wordOf } from './words.js';

type Form = Readonly<Record<string, unknown>>;
const shownFirst = ['overdue', 'awaiting-confirmation', 'needs-evidence', 'due', 'scheduled', 'done'];

/** The day-91 worklist and the page of one check. */
@Controller('day-91')
export class Day91Page {
  constructor(
    private readonly pages: Pages,
    private readonly worklist: WorklistReader,
    private readonly commands: CommandBus,
    private readonly audit: Audit,
    private readonly feed: EventFeed,
    private readonly clock: Clock,
    private readonly sessions: Sessions,
  ) {}

  @Get()
  @May('reablement.read')
  async list(
    @Query('state') state: string | undefined,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const all = await this.worklist.all();
    const rows = all
      .filter((row) => (state ? row.state === state : row.state !== 'done' && row.state !== 'scheduled'))
      .sort((a, b) => shownFirst.indexOf(a.state) - shownFirst.indexOf(b.state));
    await this.audit.read({ user, what: 'day-91 worklist', caseIds: rows.map(({ caseId }) => caseId) });
    const counts = checkStates.map((one) => ({
      state: one,
      word: wordOf(one),
      count: all.filter((row) => row.state === one).length,
      current: one === state,
    }));
    await this.pages.render(reply, request, 'reablement/pages/day-91.njk', {
      title: 'Day 91',
      rows: rows.map(worded),
      counts,
      state: state ?? '',
    });
  }

  @Get(':checkId')
  @May('reablement.read')
  async one(
    @Param('checkId') checkId: string,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.show(checkId, user, request, reply);
  }

  @Post(':checkId/attempts')
  @May('reablement.command')
  attempt(
    @Param('checkId') checkId: string,
    @Body() form: Form,
    @Context() context: CommandContext,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.run(checkId, form, user, request, reply, 'The attempt is logged.', async () => {
      const body = await bodyOf(LogAttemptBody, {
        at: this.clock.now(),
        channel: form['channel'],
        result: form['result'],
      });
      return new LogAttempt(checkId, body, context);
    });
  }

  @Post(':checkId/evidence')
  @May('reablement.command')
  evidence(
    @Param('checkId') checkId: string,
    @Body() form: Form,
    @Context() context: CommandContext,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.run(
      checkId,
      form,
      user,
      request,
      reply,
      'The evidence is added.',
      async () => new RecordEvidence(checkId, await bodyOf(RecordEvidenceBody, form), context, newId()),
    );
  }

  @Post(':checkId/outcome')
  @May('reablement.command')
  outcome(
    @Param('checkId') checkId: string,
    @Body() form: Form,
    @Context() context: CommandContext,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.run(
      checkId,
      form,
      user,
      request,
      reply,
      'The answer is recorded.',
      async () => new AnswerCheck(checkId, await bodyOf(AnswerCheckBody, form), context),
    );
  }

  @Post(':checkId/reopen')
  @May('reablement.command')
  reopen(
    @Param('checkId') checkId: string,
    @Body() form: Form,
    @Context() context: CommandContext,
    @Signed() user: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.run(
      checkId,
      form,
      user,
      request,
      reply,
      'The check is open again.',
      async () => new ReopenCheck(checkId, await bodyOf(ReopenCheckBody, form), context),
    );
  }

  private async run(
    checkId: string,
    form: Form,
    user: SignedIn,
    request: FastifyRequest,
    reply: FastifyReply,
    said: string,
    command: () => Promise<LogAttempt | RecordEvidence | AnswerCheck | ReopenCheck>,
  ): Promise<void> {
    try {
      const done = answer(await this.commands.execute<object, Executed<Check>>(await command()));
      await this.feed.settled(done.position, { consumers: [subjects.name] });
      if (request.session) await this.sessions.flash(request.session.sessionId, said);
      await reply.redirect(`/day-91/${encodeURIComponent(checkId)}`, 303);
    } catch (error) {
      await this.show(checkId, user, request, reply, problemToShow(error), form);
    }
  }

  private async show(
    checkId: string,
    user: SignedIn,
    request: FastifyRequest,
    reply: FastifyReply,
    problem?: Problem,
    typed: Form = {},
  ): Promise<void> {
    const row = await this.worklist.one(checkId);
    await this.audit.read({ user, what: 'day-91 check', caseIds: [row.caseId] });
    await this.pages.render(
      reply,
      request,
      'reablement/pages/check.njk',
      {
        title: 'Day-91 check',
        check: worded(row),
        typed,
        mayWrite: user.role !== 'idt',
        today: londonDate(this.clock.now()),
        ...(problem ? { errors: errorsOf(problem, typed) } : {}),
        options: {
          channels: choices(attemptChannels, typed['channel'] ?? 'phone'),
          results: choose(attemptResults, typed['result']),
          kinds: choose(evidenceKinds, typed['kind']),
          sources: choose(evidenceSources, typed['source']),
          statuses: choices(day91Statuses, typed['status']),
        },
      },
      problem?.status ?? 200,
    );
  }
}

const worded = (row: WorklistItem) => ({
  ...row,
  stateWord: wordOf(row.state),
  cohortWords: row.cohorts.map(wordOf).join(', ') || 'None',
  attempts: row.attempts.map((one) => ({ ...one, channelWord: wordOf(one.channel), resultWord: wordOf(one.result) })),
  evidence: row.evidence.map((one) => ({
    ...one,
    kindWord: wordOf(one.kind),
    sourceWord: wordOf(one.source),
    stillIn: one.kind === 'readmitted' && one.source === 'ward-feed' && one.until === null,
  })),
  outcomeWord: row.outcome ? wordOf(row.outcome.status) : '',
});
