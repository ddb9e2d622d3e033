import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { Bundle, OperationOutcome } from 'fhir/r4.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { Clock } from '#libs/platform/clock.js';
import { newId } from '#libs/platform/ids.js';
import { Problem } from '#libs/platform/problem.js';
import { Settings } from '#libs/platform/settings.js';
import { openBundle } from '../domain/fhir/bundle.js';
import { typeOf } from '../domain/fhir/check.js';
import type { Issue } from '../domain/fhir/issue.js';
import { contentTypeOf } from '../http/ward-events.controller.js';
import type { Arrival } from '../taking/taken.js';
import { entriesAnswer, isTaken, messageAnswer, refusalOf } from './bundle-answer.js';
import { FhirIntake } from './fhir-intake.js';
import { operationOutcome } from './operation-outcome.js';

export const fhirJson = 'application/fhir+json';

/** A machine or a ward by its account: whose word it is where nothing in a resource names its source. */
export const senderOf = ({ username }: SignedIn): string => `fhir:${username}`;

const arrivalOf = (request: FastifyRequest, sender: SignedIn): Arrival => ({
  source: 'api',
  correlationId: request.correlationId ?? newId(),
  sender,
});

export const refuseOtherTypes = (request: FastifyRequest): void => {
  if (contentTypeOf(request) !== fhirJson)
    throw new Problem(415, 'request.media-type', `FHIR resources are sent as ${fhirJson}.`);
};

/** Ward events as FHIR R4 (UK Core): what is sent is taken as ward events and not kept as resources, so that nothing can be read back. */
@Controller('fhir/R4')
export class FhirController {
  constructor(
    private readonly intake: FhirIntake,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** A message, a transaction or a batch; messages also by their own operation. */
  @Post(['', '$process-message'])
  @May('feed.send')
  @HttpCode(200)
  async bundle(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Signed() sender: SignedIn,
  ): Promise<Bundle | OperationOutcome> {
    refuseOtherTypes(request);
    const opened = openBundle(body);
    if (!opened.ok) {
      void reply.code(400);
      return operationOutcome({ issues: [opened.issue] });
    }
    const { type, header } = opened.bundled;
    const outcomes = await this.intake.takeBundle(opened.bundled, senderOf(sender), arrivalOf(request, sender));
    if (header)
      return messageAnswer({
        request: header,
        outcomes,
        timestamp: this.clock.now(),
        endpoint: `${this.settings.publicUrl ?? ''}/fhir/R4`,
        newId,
      });
    if (type === 'transaction' && !isTaken(outcomes)) {
      const refusal = refusalOf(outcomes);
      void reply.code(refusal.status);
      return operationOutcome(refusal, 'bundle');
    }
    return entriesAnswer(type === 'transaction' ? 'transaction' : 'batch', outcomes);
  }

  /** One Encounter. It is the visit number that says which stay it is, and not its id. */
  @Put('Encounter/:id')
  @May('feed.send')
  @HttpCode(200)
  async encounter(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Signed() sender: SignedIn,
  ): Promise<OperationOutcome> {
    refuseOtherTypes(request);
    const fault = faultOfAddress(id, body);
    if (fault) {
      void reply.code(400);
      return operationOutcome({ issues: [fault] });
    }
    const outcome = await this.intake.takeEncounter(body, senderOf(sender), arrivalOf(request, sender));
    // It is never made here: what was taken is "done", and not a resource that could be read.
    void reply.code(outcome.status === 201 ? 200 : outcome.status);
    return operationOutcome(outcome);
  }

  /** Half an Encounter says nothing of a stay: it is a snapshot. */
  @Patch('Encounter/:id')
  @May('feed.send')
  @HttpCode(405)
  patch(@Res({ passthrough: true }) reply: FastifyReply): OperationOutcome {
    return notOffered(reply, 'An Encounter is sent whole, with PUT: a part of it says nothing of the stay.');
  }

  @Delete('Encounter/:id')
  @May('feed.send')
  @HttpCode(405)
  remove(@Res({ passthrough: true }) reply: FastifyReply): OperationOutcome {
    return notOffered(reply, 'Nothing is deleted: a stay that never was is sent with the status entered-in-error.');
  }

  @Get('Encounter/:id')
  @May('feed.send')
  @HttpCode(405)
  read(@Res({ passthrough: true }) reply: FastifyReply): OperationOutcome {
    return notOffered(reply, 'Nothing is read back here: who sends ward events may only send.');
  }
}

const notOffered = (reply: FastifyReply, text: string): OperationOutcome => {
  void reply.header('allow', 'PUT');
  return operationOutcome({ issues: [{ severity: 'error', code: 'not-supported', path: '', text }] });
};

/** FHIR R4, update: the body is of the type and has the id of the address. */
const faultOfAddress = (id: string, body: unknown): Issue | undefined => {
  const fault = (code: Issue['code'], path: string, text: string): Issue => ({ severity: 'error', code, path, text });
  if (typeOf(body) !== 'Encounter')
    return fault('structure', 'Encounter.resourceType', 'The resource must be an Encounter.');
  const own: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'id') : undefined;
  return own === id ? undefined : fault('value', 'Encounter.id', 'Encounter.id must be the id in the address.');
};
