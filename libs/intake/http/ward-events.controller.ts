import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { EventStore } from '#libs/event-store/port.js';
import { Answers, Takes } from '#libs/platform/answers.js';
import { newId } from '#libs/platform/ids.js';
import { Problem } from '#libs/platform/problem.js';
import { understandCloudEvent } from '../domain/cloud-events/understand-cloud-event.js';
import { readBatch } from '../domain/hl7/split.js';
import type { Arrival } from '../taking/taken.js';
import { WardIntake } from '../taking/ward-intake.js';
import { cloudEventsOfRequest } from './cloud-events-of-request.js';
import { cloudEventBodies, hl7Bodies } from './ward-event-bodies.js';
import { answerOf, takeSideBySide, wardEventsAnswer, type WardEventsAnswer } from './ward-events-answer.js';

export const hl7Types = ['x-application/hl7-v2+er7', 'application/hl7-v2+er7', 'application/hl7-v2'];

export const contentTypeOf = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

/** Ward events over HTTP. */
@Controller('api/v1/ward-events')
export class WardEventsController {
  constructor(
    private readonly intake: WardIntake,
    private readonly store: EventStore,
  ) {}

  /** One HL7 v2 message or many in one body, also in a batch envelope; 200 once all that could be taken is stored. */
  @Post('hl7v2')
  @May('feed.send')
  @HttpCode(200)
  @Takes(hl7Bodies)
  @Answers(wardEventsAnswer)
  async hl7v2(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Signed() sender: SignedIn,
  ): Promise<WardEventsAnswer> {
    if (!hl7Types.includes(contentTypeOf(request)) || !Buffer.isBuffer(body))
      throw new Problem(415, 'request.media-type', 'HL7 v2 messages are sent as x-application/hl7-v2+er7.');
    const { messages, stray, enveloped, faults } = readBatch(body);
    if (messages.length === 0 && !enveloped)
      throw new Problem(
        400,
        'hl7.unreadable',
        'The body holds no HL7 message: a message begins with MSH at the start of a line.',
      );
    if (stray)
      throw new Problem(
        400,
        'hl7.unreadable',
        'Something stands before the first message: each message begins with MSH.',
      );
    const arrival: Arrival = { source: 'api', correlationId: request.correlationId ?? newId(), sender };
    const taken = await takeSideBySide(messages, (bytes) => this.intake.takeHl7(bytes, arrival));
    return answerOf(taken, () => this.store.head(), faults);
  }

  /** Our own ward events: one CloudEvent in structured or binary mode, or a batch. */
  @Post()
  @May('feed.send')
  @HttpCode(200)
  @Takes(cloudEventBodies)
  @Answers(wardEventsAnswer)
  async cloudEvents(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Signed() sender: SignedIn,
  ): Promise<WardEventsAnswer> {
    const events = cloudEventsOfRequest(request.raw.headersDistinct, body);
    const arrival: Arrival = { source: 'api', correlationId: request.correlationId ?? newId(), sender };
    const taken = await takeSideBySide(events, (event) =>
      this.intake.take(
        understandCloudEvent(event, this.intake.context),
        'cloudevent',
        Buffer.from(JSON.stringify(event), 'utf8'),
        arrival,
      ),
    );
    return answerOf(taken, () => this.store.head());
  }
}
