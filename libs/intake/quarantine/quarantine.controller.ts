import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { EventStore } from '#libs/event-store/port.js';
import { Answers, AnswersList, type Shape } from '#libs/platform/answers.js';
import { newId } from '#libs/platform/ids.js';
import { ListQuery, type List } from '#libs/platform/list.js';
import { Problem } from '#libs/platform/problem.js';
import { CommandBody, IsCode, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { faultCodes, type FaultCode } from '../domain/fault-words.js';
import { FixQuarantined } from './fix-quarantined.js';
import { Quarantine } from './quarantine.js';
import { QuarantineList, type QuarantinedMessage, type ReasonCount } from './quarantine-list.js';
import { RetryMany, type ManyRetried } from './retry-many.js';
import { RetryQuarantined, type Retried } from './retry-quarantined.js';

/** Longer than any message that is edited by hand. */
export const longestMessage = 400_000;

export class DismissBody extends CommandBody {
  @IsText(500)
  reason!: string;
}

export class FixBody extends CommandBody {
  @IsText(longestMessage)
  message!: string;
}

export class RetryManyBody extends CommandBody {
  @MayBeLeftOut()
  @IsText(500)
  feed?: string;

  @MayBeLeftOut()
  @IsCode(faultCodes)
  reason?: FaultCode;
}

export class QuarantineQuery extends ListQuery {
  @MayBeLeftOut()
  @IsText(500)
  feed?: string;

  @MayBeLeftOut()
  @IsCode(faultCodes)
  reason?: FaultCode;
}

export const notThere = (): Problem =>
  new Problem(404, 'quarantine.not-found', 'There is no such message in quarantine. It may have been settled.');

const waiting = {
  id: 'string',
  feed: 'string',
  controlId: 'string',
  kind: 'string',
  form: 'string',
  hospital: 'string?',
  code: 'string',
  title: 'string',
  remedy: 'string',
  field: 'string',
  reason: 'string',
  stayId: 'string?',
  recordedAt: 'date-time?',
  receivedAt: 'date-time',
  lastTriedAt: 'date-time',
  attempts: 'integer',
  expiresAt: 'date-time',
  correctedAt: 'date-time?',
} as const satisfies Shape;

const retried = {
  id: 'string',
  settled: 'boolean',
  ack: 'string',
  stayId: 'string',
  reason: 'string',
  position: 'string',
  others: { tried: 'integer', settled: 'integer' },
} as const satisfies Shape;

const many = {
  retryId: 'string',
  state: 'string',
  total: 'integer',
  tried: 'integer',
  settled: 'integer',
  stillQuarantined: 'integer',
  startedAt: 'date-time',
  finishedAt: 'date-time?',
} as const satisfies Shape;

/** Messages that could not be taken, and what is done about them. */
@Controller('api/v1/quarantine')
export class QuarantineController {
  constructor(
    private readonly quarantine: Quarantine,
    private readonly waiting: QuarantineList,
    private readonly retrying: RetryQuarantined,
    private readonly retryingMany: RetryMany,
    private readonly fixing: FixQuarantined,
    private readonly store: EventStore,
  ) {}

  /** Newest first; `feed` and `reason` (a code) choose. */
  @Get()
  @May('feed.operate')
  @AnswersList(waiting)
  list(@Query() query: QuarantineQuery, @Signed() user: SignedIn): Promise<List<QuarantinedMessage>> {
    const { feed, reason, ...page } = query;
    return this.waiting.page(page, { feed, reason, hospital: scopeOf(user) });
  }

  /** How many wait for each reason, in words. */
  @Get('counts')
  @May('feed.operate')
  @Answers({
    total: 'integer',
    items: [
      {
        reason: 'string',
        title: 'string',
        count: 'integer',
        oldestAt: 'date-time',
        feeds: [{ feed: 'string', count: 'integer' }],
      },
    ],
  })
  async counts(@Signed() user: SignedIn): Promise<{ total: number; items: readonly ReasonCount[] }> {
    const items = await this.waiting.counts(scopeOf(user));
    return { total: items.reduce((sum, { count }) => sum + count, 0), items };
  }

  /** Tries all of a feed, of a reason, or all there are, in the order in which they were recorded. What takes longer than some seconds goes on: `retries/{retryId}` tells how far it is. */
  @Post('retry')
  @May('feed.operate')
  @HttpCode(200)
  @Answers({ id: 'string', ...many, position: 'string' })
  async retryMany(
    @Body() { feed, reason }: RetryManyBody,
    @Req() request: FastifyRequest,
    @Signed() user: SignedIn,
  ): Promise<ManyRetried & { id: string; position: string }> {
    const tried = await this.retryingMany.start({ feed, reason }, user, request.correlationId ?? newId());
    return { id: tried.retryId, ...tried, position: tried.position ?? (await this.store.head()) };
  }

  @Get('retries/:retryId')
  @May('feed.operate')
  @Answers(many)
  async progress(@Param('retryId') retryId: string, @Signed() user: SignedIn): Promise<ManyRetried> {
    const found = await this.retryingMany.find(retryId, user);
    if (!found) throw Problem.notFound('This retry');
    return found;
  }

  /** One of them, and the others that name the same stay. */
  @Get(':id')
  @May('feed.operate')
  @Answers({ ...waiting, together: [waiting] })
  async find(
    @Param('id') id: string,
    @Signed() user: SignedIn,
  ): Promise<QuarantinedMessage & { together: readonly QuarantinedMessage[] }> {
    const found = await this.waiting.find(id, scopeOf(user));
    if (!found) throw notThere();
    return { ...found, together: await this.waiting.together(found, scopeOf(user)) };
  }

  /** Its content: every reading is audited. `fault` stands where the field at fault is. */
  @Get(':id/message')
  @May('quarantine.open')
  @Answers({
    id: 'string',
    form: 'string',
    message: 'string',
    original: 'string?',
    field: 'string',
    marked: 'string?',
    lines: [[{ text: 'string', fault: 'string' }]],
  })
  async read(@Param('id') id: string, @Signed() user: SignedIn): Promise<object> {
    const opened = await this.fixing.read(id, user);
    if (!opened) throw notThere();
    const { message, form, text, original, shown } = opened;
    return {
      id,
      form,
      message: text,
      original: original ?? null,
      field: message.field,
      marked: shown.marked ?? null,
      lines: shown.lines,
    };
  }

  /** Takes the corrected message in place of the one that waits: same sender and control id, its own recorded time. */
  @Post(':id/fix')
  @May('quarantine.open')
  @HttpCode(200)
  @Answers(retried)
  async fix(
    @Param('id') id: string,
    @Body() { message }: FixBody,
    @Req() request: FastifyRequest,
    @Signed() user: SignedIn,
  ): Promise<Retried & { position: string }> {
    const fixed = await this.fixing.fix(id, message, user, request.correlationId ?? newId());
    if (!fixed) throw notThere();
    return { ...fixed, position: fixed.position ?? (await this.store.head()) };
  }

  /** Reads the message again, with the mapping as it is now; once it is taken, the others of its stay too. */
  @Post(':id/retry')
  @May('feed.operate')
  @HttpCode(200)
  @Answers(retried)
  async retry(
    @Param('id') id: string,
    @Body() _body: CommandBody,
    @Req() request: FastifyRequest,
    @Signed() user: SignedIn,
  ): Promise<Retried & { position: string }> {
    const tried = await this.retrying.retry(id, user, request.correlationId ?? newId());
    if (!tried) throw notThere();
    return { ...tried, position: tried.position ?? (await this.store.head()) };
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
    const found = await this.waiting.find(id, scopeOf(user));
    if (!found || !(await this.quarantine.dismiss(id, reason, user.userId))) throw notThere();
    return { id, position: await this.store.head() };
  }
}
