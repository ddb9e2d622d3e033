import { Body, Controller, Get, Param, Post, Query, Req, Res, type OnModuleInit } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import { Sessions } from '#libs/access/sessions.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { newId } from '#libs/platform/ids.js';
import { ListQuery } from '#libs/platform/list.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import { formErrorsOf } from '#libs/platform/templates.js';
import { MayBeLeftOut } from '#libs/platform/validation.js';
import { FeedsReader } from '../feeds/feeds.reader.js';
import { KnownFeeds } from '../feeds/known-feeds.js';
import { Quarantine, type QuarantinedMessage } from '../quarantine/quarantine.js';
import { RetryQuarantined } from '../quarantine/retry-quarantined.js';

export class DismissForm {
  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  @MaxLength(500, { message: 'must be at most 500 characters' })
  reason?: string;
}

/** Feeds and quarantine, for the people who look after them. */
@Controller('operations')
export class IntakePages implements OnModuleInit {
  constructor(
    private readonly pages: Pages,
    private readonly feeds: FeedsReader,
    private readonly known: KnownFeeds,
    private readonly quarantine: Quarantine,
    private readonly retrying: RetryQuarantined,
    private readonly sessions: Sessions,
  ) {}

  onModuleInit(): void {
    this.pages.addToNavigation({ text: 'Feeds', href: '/operations/feeds', capability: 'feed.operate', order: 85 });
    this.pages.addToNavigation({
      text: 'Quarantine',
      href: '/operations/quarantine',
      capability: 'feed.operate',
      order: 86,
    });
  }

  @Get('feeds')
  @May('feed.operate')
  async showFeeds(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Signed() user: SignedIn): Promise<void> {
    const scope = scopeOf(user);
    const feeds = await this.feeds.all(scope);
    // Whose hospital an announced feed will speak of nobody knows yet.
    const awaited = scope === undefined ? await this.known.awaited() : [];
    await this.pages.render(reply, request, 'intake/pages/feeds.njk', { title: 'Feeds', feeds, awaited });
  }

  @Get('quarantine')
  @May('feed.operate')
  async showQuarantine(
    @Query() query: ListQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    const { items, nextCursor } = await this.quarantine.page(query, scopeOf(user));
    await this.pages.render(reply, request, 'intake/pages/quarantine.njk', { title: 'Quarantine', items, nextCursor });
  }

  @Get('quarantine/:id')
  @May('feed.operate')
  async showMessage(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    await this.renderMessage(reply, request, await this.find(id, user));
  }

  @Post('quarantine/:id/retry')
  @May('feed.operate')
  async retry(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    const retried = await this.retrying.retry(id, user, request.correlationId ?? newId());
    if (!retried) throw gone();
    if (!retried.settled) {
      const problem = new Problem(
        409,
        'quarantine.still-refused',
        `It still cannot be taken. ${retried.reason ?? ''}`.trim(),
      );
      await this.renderMessage(reply, request, await this.find(id, user), problem);
      return;
    }
    await this.flash(request, 'The message was taken.');
    await reply.redirect('/operations/quarantine', 303);
  }

  @Post('quarantine/:id/dismiss')
  @May('feed.operate')
  async dismiss(
    @Param('id') id: string,
    @Body() { reason = '' }: DismissForm,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    const message = await this.find(id, user);
    if (reason.trim() === '') {
      const problem = Problem.invalidField('reason', 'must say why the message is not needed');
      await this.renderMessage(reply, request, message, problem, reason);
      return;
    }
    if (!(await this.quarantine.dismiss(id, reason, user.userId))) throw gone();
    await this.flash(request, 'The message was dismissed.');
    await reply.redirect('/operations/quarantine', 303);
  }

  private async find(id: string, user: SignedIn): Promise<QuarantinedMessage> {
    const message = await this.quarantine.find(id, scopeOf(user));
    if (!message) throw gone();
    return message;
  }

  private renderMessage(
    reply: FastifyReply,
    request: FastifyRequest,
    message: QuarantinedMessage,
    problem?: Problem,
    reason = '',
  ): Promise<void> {
    const model = { title: `Message ${message.controlId}`, message, reason };
    return problem
      ? this.pages.render(
          reply,
          request,
          'intake/pages/quarantined.njk',
          { ...model, errors: formErrorsOf(problem) },
          problem.status,
        )
      : this.pages.render(reply, request, 'intake/pages/quarantined.njk', model);
  }

  private async flash(request: FastifyRequest, text: string): Promise<void> {
    if (request.session) await this.sessions.flash(request.session.sessionId, text);
  }
}

const gone = (): Problem =>
  new Problem(404, 'quarantine.not-found', 'There is no such message in quarantine. It may have been settled.');
