import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { Answers } from '#libs/platform/answers.js';
import { Problem, type FieldError } from '#libs/platform/problem.js';
import type { PartialFeedMapping } from '../domain/feed-mapping.js';
import { feedNotFound, usable } from '../feeds/feeds.controller.js';
import { KnownFeeds } from '../feeds/known-feeds.js';
import { contentTypeOf, hl7Types } from '../http/ward-events.controller.js';
import { oneMessage } from './one-message.js';
import { triedStayShape } from './tried-stay.js';
import { TryMessage, type Attempt, type Tried } from './try-message.js';
import { whatWasReadShape } from './what-was-read.js';

/** What would become of a message, without its becoming anything. */
@Controller('api/v1/feeds')
export class TryController {
  constructor(
    private readonly known: KnownFeeds,
    private readonly trying: TryMessage,
  ) {}

  /** One HL7 v2 message as `x-application/hl7-v2+er7`; `{message, mapping?}` as JSON, to try a mapping with it; or one of our own events. */
  @Post(':feedId/try')
  @May('feed.operate')
  @HttpCode(200)
  @Answers({
    feedId: 'string',
    feed: 'string',
    outcome: 'string',
    ack: 'string',
    controlId: 'string?',
    reason: 'string',
    field: 'string',
    flagged: ['string'],
    read: whatWasReadShape,
    stay: triedStayShape,
  })
  async tryMessage(
    @Param('feedId') feedId: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Signed() user: SignedIn,
  ): Promise<Tried & { feedId: string; feed: string }> {
    const feed = await this.known.find(feedId, scopeOf(user));
    if (!feed) throw feedNotFound();
    const { attempt, mapping } = attemptOf(contentTypeOf(request), body);
    return { feedId, feed: feed.feed, ...(await this.trying.try(attempt, feed, user, mapping)) };
  }
}

interface Asked {
  readonly attempt: Attempt;
  readonly mapping?: PartialFeedMapping;
}

const attemptOf = (type: string, body: unknown): Asked => {
  if (hl7Types.includes(type) && Buffer.isBuffer(body)) return { attempt: { form: 'hl7v2', bytes: oneMessage(body) } };
  if (type === 'application/cloudevents+json') return { attempt: { form: 'cloudevent', event: body } };
  if (type === 'application/json') return fromJson(body);
  throw new Problem(
    415,
    'request.media-type',
    'A message is tried as x-application/hl7-v2+er7, as application/json {message, mapping?} or as application/cloudevents+json.',
  );
};

const fromJson = (body: unknown): Asked => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw Problem.invalidField('message', 'must be text');
  const { message, mapping, ...others } = body as Readonly<Record<string, unknown>>;
  const faults: FieldError[] = Object.keys(others).map((field) => ({ field, message: 'is not a field of this call' }));
  if (typeof message !== 'string') faults.push({ field: 'message', message: 'must be text' });
  if (faults.length > 0 || typeof message !== 'string') throw Problem.invalid(faults);
  const attempt = { form: 'hl7v2', bytes: oneMessage(Buffer.from(message, 'utf8')), typed: true } as const;
  return mapping === undefined || mapping === null ? { attempt } : { attempt, mapping: usable(mapping) };
};
