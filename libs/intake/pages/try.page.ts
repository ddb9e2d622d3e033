import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { IsString } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { Pages } from '#libs/platform/pages.js';
import { Problem } from '#libs/platform/problem.js';
import { formErrorsOf } from '#libs/platform/templates.js';
import { MayBeLeftOut } from '#libs/platform/validation.js';
import type { PartialFeedMapping } from '../domain/feed-mapping.js';
import { feedNotFound, usable } from '../feeds/feeds.controller.js';
import { KnownFeeds, type KnownFeed } from '../feeds/known-feeds.js';
import { oneMessage } from '../trying/one-message.js';
import { TryMessage, type Tried } from '../trying/try-message.js';
import { resultRows, stayRows } from './tried-rows.js';

export class TryForm {
  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  message?: string;
  @MayBeLeftOut()
  @IsString({ message: 'must be text' })
  mapping?: string;
}

interface Model {
  readonly message?: string;
  readonly mapping?: string;
  readonly tried?: Tried;
}

/** What would become of a message, for those who connect a ward. */
@Controller('operations/feeds')
export class TryPage {
  constructor(
    private readonly pages: Pages,
    private readonly known: KnownFeeds,
    private readonly trying: TryMessage,
  ) {}

  @Get(':feedId/try')
  @May('feed.operate')
  async show(
    @Param('feedId') feedId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    await this.render(request, reply, await this.feed(feedId, user), {});
  }

  @Post(':feedId/try')
  @May('feed.operate')
  async try(
    @Param('feedId') feedId: string,
    @Body() { message = '', mapping = '' }: TryForm,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Signed() user: SignedIn,
  ): Promise<void> {
    const feed = await this.feed(feedId, user);
    try {
      const bytes = oneMessage(Buffer.from(message.trimStart(), 'utf8'));
      const tried = await this.trying.try({ form: 'hl7v2', bytes, typed: true }, feed, user, mappingTyped(mapping));
      await this.render(request, reply, feed, { message, mapping, tried });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      await this.render(request, reply, feed, { message, mapping }, error);
    }
  }

  private async feed(feedId: string, user: SignedIn): Promise<KnownFeed> {
    const feed = await this.known.find(feedId, scopeOf(user));
    if (!feed) throw feedNotFound();
    return feed;
  }

  private render(
    request: FastifyRequest,
    reply: FastifyReply,
    feed: KnownFeed,
    model: Model,
    problem?: Problem,
  ): Promise<void> {
    const { tried } = model;
    const rows = tried ? { rows: resultRows(tried), stayRows: stayRows(tried) } : {};
    const shown = { title: `Try a message of ${feed.feed}`, feed, ...model, ...rows };
    return problem
      ? this.pages.render(
          reply,
          request,
          'intake/pages/try.njk',
          { ...shown, errors: errorsOf(problem) },
          problem.status,
        )
      : this.pages.render(reply, request, 'intake/pages/try.njk', shown);
  }
}

const mappingTyped = (text: string): PartialFeedMapping | undefined => {
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw Problem.invalidField('mapping', 'is not JSON');
  }
  return usable(value);
};

/** All that is wrong with a mapping stands at its one field; what is wrong with none of them at the message. */
const errorsOf = (problem: Problem) => {
  const faults = problem.errors ?? [];
  if (faults.length === 0) return formErrorsOf(Problem.invalidField('message', `was not tried. ${problem.message}`));
  const [field = 'message'] = faults.map((fault) => (fault.field.startsWith('mapping') ? 'mapping' : fault.field));
  const text = faults
    .map((fault) => `${fault.field.replace(/^(mapping|message)\.?/, '')} ${fault.message}`.trim())
    .join('; ');
  return formErrorsOf(Problem.invalidField(field, text));
};
