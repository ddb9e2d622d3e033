import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { grantOf } from '../access/capabilities.js';
import { May } from '../access/may.js';
import { Sessions } from '../access/sessions.js';
import { EventFeed, type ParkedEvent } from '../event-feed/port.js';
import { EventStore } from '../event-store/port.js';
import { Answers } from './answers.js';
import { Health } from './health.js';
import { Pages } from './pages.js';
import { Problem } from './problem.js';
import { Settings } from './settings.js';
import { IsText } from './validation.js';

export class ParkedSubject {
  @IsText(200)
  consumer!: string;

  @IsText(200)
  subject!: string;
}

const consumerShape = {
  name: 'string',
  version: 'integer',
  kind: 'string',
  position: 'string',
  lag: 'integer',
  parked: 'integer',
  state: 'string',
  reason: 'string',
  beside: 'boolean',
} as const;
const parkedShape = {
  consumer: 'string',
  subject: 'string',
  position: 'string',
  eventId: 'string',
  type: 'string',
  reason: 'string',
  parkedAt: 'date-time',
} as const;

/** How the service itself is: consumers with position and lag, and what was parked. */
@Controller()
export class OperationsController {
  constructor(
    private readonly feed: EventFeed,
    private readonly store: EventStore,
    private readonly health: Health,
    private readonly pages: Pages,
    private readonly sessions: Sessions,
    private readonly settings: Settings,
  ) {}

  @Get('api/v1/operations/consumers')
  @May('operations.read')
  @Answers({ head: 'string', consumers: [consumerShape], parked: [parkedShape] })
  async consumers(): Promise<object> {
    const [head, consumers, parked] = await Promise.all([this.store.head(), this.feed.status(), this.feed.parked()]);
    return { head, consumers, parked };
  }

  @Post('api/v1/operations/parked/retry')
  @HttpCode(200)
  @May('operations.command')
  @Answers({ released: 'integer' })
  async retry(@Body() parked: ParkedSubject): Promise<{ released: number }> {
    return this.retryOf(parked);
  }

  @Get('operations')
  @May('operations.read')
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [head, consumers, parked, notReady] = await Promise.all([
      this.store.head(),
      this.feed.status(),
      this.feed.parked(),
      this.health.notReady(),
    ]);
    const role = request.signedIn?.role;
    await this.pages.render(reply, request, 'platform/pages/operations.njk', {
      title: 'Operations',
      head,
      consumers,
      parked: bySubject(parked),
      notReady,
      mayRetry: role !== undefined && grantOf(role, 'operations.command', this.settings.demo !== 'off') !== undefined,
    });
  }

  @Post('operations/parked/retry')
  @May('operations.command')
  async retryFromPage(
    @Body() parked: ParkedSubject,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { released } = await this.retryOf(parked);
    if (request.session)
      await this.sessions.flash(
        request.session.sessionId,
        `${String(released)} events of ${parked.consumer} are tried again.`,
      );
    await reply.redirect('../../operations', 303);
  }

  /** @throws Problem 404 for a consumer that does not run here. */
  private async retryOf({ consumer, subject }: ParkedSubject): Promise<{ released: number }> {
    const isOurs = (await this.feed.status()).some(({ name }) => name === consumer);
    if (!isOurs) throw Problem.notFound('This consumer');
    return this.feed.retryParked(consumer, subject);
  }
}

interface ParkedGroup {
  readonly consumer: string;
  readonly subject: string;
  readonly first: ParkedEvent;
  readonly waiting: number;
}

/** One line a person: the first event is the poison, the others wait behind it. */
const bySubject = (parked: readonly ParkedEvent[]): readonly ParkedGroup[] =>
  [...Map.groupBy(parked, ({ consumer, subject }) => JSON.stringify([consumer, subject])).values()].flatMap(
    (events) => {
      const [first] = events;
      return first ? [{ consumer: first.consumer, subject: first.subject, first, waiting: events.length }] : [];
    },
  );
