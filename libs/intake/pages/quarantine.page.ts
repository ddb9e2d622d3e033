import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { grantOf } from '#libs/access/capabilities.js';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import { Sessions } from '#libs/access/sessions.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { newId } from '#libs/platform/ids.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import { Settings } from '#libs/platform/settings.js';
import { formErrorsOf } from '#libs/platform/templates.js';
import { MayBeLeftOut } from '#libs/platform/validation.js';
import { faultWords } from '../domain/fault-words.js';
import { notThere, QuarantineQuery, RetryManyBody } from '../quarantine/quarantine.controller.js';
import { Quarantine } from '../quarantine/quarantine.js';
import { QuarantineList, type QuarantinedMessage } from '../quarantine/quarantine-list.js';
import { RetryMany } from '../quarantine/retry-many.js';
import { RetryQuarantined, type Retried } from '../quarantine/retry-quarantined.js';
import { EmptyIsLeftOut } from './empty-is-left-out.js';

export class DismissForm {
  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  @MaxLength(500, { message: 'must be at most 500 characters' })
  reason?: string;
}

/** A filter left empty in a form is no filter. */
export class RetryManyForm extends RetryManyBody {
  @EmptyIsLeftOut()
  declare feed?: string;
  @EmptyIsLeftOut()
  declare reason?: NonNullable<RetryManyBody['reason']>;
}

export class QuarantinePageQuery extends QuarantineQuery {
  @EmptyIsLeftOut()
  declare feed?: string;
  @EmptyIsLeftOut()
  declare reason?: NonNullable<QuarantineQuery['reason']>;
}

const counted = (n: number, one: string, many = `${one}s`): string => `${String(n)} ${n === 1 ? one : many}`;

/** What a person is told once a message was taken. */
export const takenWords = ({ others }: Retried): string => {
  if (!others) return 'The message was taken.';
  const left = others.tried - others.settled;
  const also = `The message was taken, and ${counted(others.settled, 'other')} of the same stay with it`;
  return left === 0
    ? `${also}.`
    : `${also}. ${counted(left, 'more', 'more')} of that stay still ${left === 1 ? 'waits' : 'wait'}.`;
};

const addressOf = ({
  feed,
  reason,
  cursor,
}: {
  feed?: string | undefined;
  reason?: string | undefined;
  cursor?: string;
}) => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ feed, reason, cursor })) if (value !== undefined) query.set(name, value);
  return `/operations/quarantine${query.size > 0 ? `?${query.toString()}` : ''}`;
};

/** The quarantine, for the people who look after it. The content of a message is on a page of its own. */
@Controller('operations/quarantine')
export class QuarantinePage {
  constructor(
    private readonly pages: Pages,
    private readonly quarantine: Quarantine,
    private readonly list: QuarantineList,
    private readonly retrying: RetryQuarantined,
    private readonly many: RetryMany,
    private readonly sessions: Sessions,
    private readonly settings: Settings,
  ) {}

  @Get()
  @May('feed.operate')
  async show(
    @Query() query: QuarantinePageQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    const { feed, reason, ...page } = query;
    const hospital = scopeOf(user);
    const [{ items, nextCursor }, counts] = await Promise.all([
      this.list.page(page, { feed, reason, hospital }),
      this.list.counts(hospital),
    ]);
    const feeds = [...new Set(counts.flatMap((one) => one.feeds.map((of) => of.feed)))].sort();
    const chosen = counts.filter((one) => reason === undefined || one.reason === reason);
    await this.pages.render(reply, request, 'intake/pages/quarantine.njk', {
      title: 'Quarantine',
      items,
      counts: counts.map((one) => ({ ...one, href: addressOf({ feed, reason: one.reason }) })),
      total: counts.reduce((sum, { count }) => sum + count, 0),
      matching: chosen
        .flatMap((one) => one.feeds)
        .filter((one) => feed === undefined || one.feed === feed)
        .reduce((sum, { count }) => sum + count, 0),
      chosen: { feed: feed ?? '', reason: reason ?? '', title: reason && faultWords[reason].title },
      reasonItems: [
        { value: '', text: 'Every reason' },
        ...counts.map((one) => ({
          value: one.reason,
          text: `${one.title} (${String(one.count)})`,
          selected: one.reason === reason,
        })),
      ],
      feedItems: [
        { value: '', text: 'Every sender' },
        ...feeds.map((one) => ({ value: one, text: one, selected: one === feed })),
      ],
      older: nextCursor === null ? undefined : addressOf({ feed, reason, cursor: nextCursor }),
    });
  }

  @Post('retry')
  @May('feed.operate')
  async retryMany(
    @Body() form: RetryManyForm,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    const { retryId } = await this.many.start(form, user, request.correlationId ?? newId());
    await reply.redirect(`/operations/quarantine/retries/${retryId}`, 303);
  }

  @Get('retries/:retryId')
  @May('feed.operate')
  async showProgress(
    @Param('retryId') retryId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    const retry = await this.many.find(retryId, user);
    if (!retry) throw Problem.notFound('This retry');
    await this.pages.render(reply, request, 'intake/pages/retry.njk', { title: 'Trying messages again', retry });
  }

  @Get(':id')
  @May('feed.operate')
  async showMessage(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    await this.renderMessage(reply, request, { message: await this.find(id, user), user });
  }

  @Post(':id/retry')
  @May('feed.operate')
  async retry(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    const retried = await this.retrying.retry(id, user, request.correlationId ?? newId());
    if (!retried) throw notThere();
    if (!retried.settled) {
      const says = `It still cannot be taken. ${retried.reason ?? ''}`.trim();
      const problem = new Problem(409, 'quarantine.still-refused', says);
      await this.renderMessage(reply, request, { message: await this.find(id, user), user, problem });
      return;
    }
    await this.flash(request, takenWords(retried));
    await reply.redirect('/operations/quarantine', 303);
  }

  @Post(':id/dismiss')
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
      await this.renderMessage(reply, request, { message, user, problem, reason });
      return;
    }
    if (!(await this.quarantine.dismiss(id, reason, user.userId))) throw notThere();
    await this.flash(request, 'The message was dismissed.');
    await reply.redirect('/operations/quarantine', 303);
  }

  private async find(id: string, user: SignedIn): Promise<QuarantinedMessage> {
    const message = await this.list.find(id, scopeOf(user));
    if (!message) throw notThere();
    return message;
  }

  private async renderMessage(
    reply: FastifyReply,
    request: FastifyRequest,
    {
      message,
      user,
      problem,
      reason = '',
    }: { message: QuarantinedMessage; user: SignedIn; problem?: Problem; reason?: string },
  ): Promise<void> {
    const model = {
      title: `Message ${message.controlId}`,
      message,
      means: faultWords[message.code].means,
      together: await this.list.together(message, scopeOf(user)),
      mayOpen: grantOf(user.role, 'quarantine.open', this.settings.demo !== 'off') !== undefined,
      reason,
    };
    const view = 'intake/pages/quarantined.njk';
    if (!problem) return this.pages.render(reply, request, view, model);
    return this.pages.render(reply, request, view, { ...model, errors: formErrorsOf(problem) }, problem.status);
  }

  private async flash(request: FastifyRequest, text: string): Promise<void> {
    if (request.session) await this.sessions.flash(request.session.sessionId, text);
  }
}
