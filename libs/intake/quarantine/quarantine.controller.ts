import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { EventStore } from '#libs/event-store/port.js';
import { Answers, AnswersList } from '#libs/platform/answers.js';
import { newId } from '#libs/platform/ids.js';
import { ListQuery, type List } from '#libs/platform/list.js';
import { Problem } from '#libs/platform/problem.js';
import { CommandBody, IsText } from '#libs/platform/validation.js';
import { Quarantine, type QuarantinedMessage } from './quarantine.js';
import { RetryQuarantined, type Retried } from './retry-quarantined.js';

export class DismissBody extends CommandBody {
  @IsText(500)
  reason!: string;
}

const notThere = (): Problem =>
  new Problem(404, 'quarantine.not-found', 'There is no such message in quarantine. It may have been settled.');

/** Messages that could not be taken, and what is done about them. */
@Controller('api/v1/quarantine')
export class QuarantineController {
  constructor(
    private readonly quarantine: Quarantine,
    private readonly retrying: RetryQuarantined,
    private readonly store: EventStore,
  ) {}

  @Get()
  @May('feed.operate')
  @AnswersList({
    id: 'string',
    feed: 'string',
    controlId: 'string',
    kind: 'string',
    hospital: 'string?',
    field: 'string',
    reason: 'string',
    receivedAt: 'date-time',
    lastTriedAt: 'date-time',
    attempts: 'integer',
  })
  list(@Query() query: ListQuery, @Signed() user: SignedIn): Promise<List<QuarantinedMessage>> {
    return this.quarantine.page(query, scopeOf(user));
  }

  /** Reads the message again, with the mapping as it is now. */
  @Post(':id/retry')
  @May('feed.operate')
  @HttpCode(200)
  @Answers({ id: 'string', settled: 'boolean', ack: 'string', stayId: 'string', reason: 'string', position: 'string' })
  async retry(
    @Param('id') id: string,
    @Body() _body: CommandBody,
    @Req() request: FastifyRequest,
    @Signed() user: SignedIn,
  ): Promise<Retried & { position: string }> {
    const retried = await this.retrying.retry(id, user, request.correlationId ?? newId());
    if (!retried) throw notThere();
    return { ...retried, position: retried.position ?? (await this.store.head()) };
  }

  /** Takes the message out for good. */
  @Post(':id/dismiss')
  @May('feed.operate')
  @HttpCode(200)
  @Answers({ id: 'string', position: 'string' })
  async dismiss(
    @Param('id') id: string,
    @Body() { reason }: DismissBody,
    @Signed() user: SignedIn,
  ): Promise<{ id: string; position: string }> {
    const found = await this.quarantine.find(id, scopeOf(user));
    if (!found || !(await this.quarantine.dismiss(id, reason, user.userId))) throw notThere();
    return { id, position: await this.store.head() };
  }
}
