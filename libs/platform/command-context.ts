import { createParamDecorator, Injectable, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CommandContext } from '../event-store/decider.js';
import '../access/request.js';
import { Clock } from './clock.js';
import { newId } from './ids.js';
import { parseInstant } from './instant.js';
import { Problem } from './problem.js';

/** How far a sender's clock may run ahead of ours (`api.md`, Conventions). */
export const aheadMilliseconds = 5 * 60_000;

/** `"7"`, `W/"7"` or `7`; `*` expects nothing. What cannot be a revision of ours is stale by definition. */
export const revisionOf = (ifMatch: string | undefined): number | undefined => {
  const text = ifMatch?.trim();
  if (text === undefined || text === '*') return undefined;
  const digits = /^(?:W\/)?"?(\d{1,15})"?$/.exec(text)?.[1];
  if (digits === undefined) {
    throw new Problem(
      412,
      'revision.stale',
      'If-Match does not name the current revision; read the thing again and decide anew.',
    );
  }
  return Number(digits);
};

/** The instant a command speaks of: `occurredAt` of the body, else now; refused when it is malformed or more than 5 minutes ahead. */
export const occurredAtOf = (body: unknown, now: string): string => {
  const given = typeof body === 'object' && body !== null && 'occurredAt' in body ? body.occurredAt : undefined;
  if (given === undefined || given === null || given === '') return now;
  const instant = parseInstant(given);
  if (instant === undefined)
    throw Problem.invalidField('occurredAt', 'must be an ISO 8601 time with an offset, on a day that exists');
  if (Date.parse(instant) > Date.parse(now) + aheadMilliseconds) {
    throw Problem.invalidField('occurredAt', 'must not lie more than 5 minutes ahead', 'occurred-at.ahead');
  }
  return instant;
};

/** The context of a request's command: who, what it was true of, and the revision expected. */
export const commandContextOf = (request: FastifyRequest, now: string): CommandContext => {
  const user = request.signedIn;
  const expectedRevision = revisionOf(request.headers['if-match']);
  return {
    metadata: {
      correlationId: request.correlationId ?? newId(),
      actor: user
        ? { id: user.userId, role: user.role, organisation: user.organisation }
        : { id: 'nobody', role: 'none', organisation: 'none' },
      source: user?.via === 'session' ? 'page' : user?.via === 'link' ? 'link' : 'api',
    },
    occurredAt: occurredAtOf(request.body, now),
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
  };
};

@Injectable()
export class CommandContextPipe implements PipeTransform<FastifyRequest, CommandContext> {
  constructor(private readonly clock: Clock) {}

  transform(request: FastifyRequest): CommandContext {
    return commandContextOf(request, this.clock.now());
  }
}

const Request = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<FastifyRequest>(),
);

/** `@Context() context: CommandContext`: metadata, `occurredAt` and `If-Match` of the request. */
export const Context = (): ParameterDecorator => Request(CommandContextPipe);
