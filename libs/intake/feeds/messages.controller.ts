import { Controller, Get, Param } from '@nestjs/common';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { Answers, type Shape } from '#libs/platform/answers.js';
import { Problem } from '#libs/platform/problem.js';
import { HeardMessages, type HeardMessage } from '../register/heard-messages.js';
import { feedNotFound } from './feeds.controller.js';
import { KnownFeeds } from './known-feeds.js';

const heardMessage: Shape = {
  outcome: 'string',
  receivedAt: 'date-time',
  lastReceivedAt: 'date-time',
  recordedAt: 'date-time',
  kind: 'string',
  stayId: 'string',
  events: [{ eventId: 'string', position: 'string', type: 'string' }],
  reason: 'string',
  quarantineId: 'string',
  repeats: 'integer',
  flagged: 'boolean',
};

type Heard = HeardMessage & {
  readonly feedId: string;
  readonly controlId: string;
  /** Other contents that came under the same control id, the first first. */
  readonly others: readonly HeardMessage[];
};

/** What became of single messages of a feed. */
@Controller('api/v1/feeds')
export class MessagesController {
  constructor(
    private readonly known: KnownFeeds,
    private readonly messages: HeardMessages,
  ) {}

  /** Whether a message came, and what it did; of several contents under one control id the last that was new, and beside it the others. */
  @Get(':feedId/messages/:controlId')
  @May('feed.operate')
  @Answers({ feedId: 'string', controlId: 'string', ...heardMessage, others: [heardMessage] })
  async one(
    @Param('feedId') feedId: string,
    @Param('controlId') controlId: string,
    @Signed() user: SignedIn,
  ): Promise<Heard> {
    const scope = scopeOf(user);
    const feed = await this.known.find(feedId, scope);
    if (!feed) throw feedNotFound();
    const heard = await this.messages.find(feed.feed, controlId, scope);
    const last = heard.at(-1);
    if (!last) throw new Problem(404, 'message.not-heard', 'No message of this control id was heard of this feed.');
    return { feedId, controlId, ...last, others: heard.slice(0, -1) };
  }
}
