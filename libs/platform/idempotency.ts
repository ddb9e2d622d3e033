import { createHash } from 'node:crypto';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { firstValueFrom, from, Observable } from 'rxjs';
import '../access/request.js';
import { IdempotencyKeys, type Claim, type KeptAnswer } from './idempotency-keys.js';
import { deterministicId, withReplayableIds } from './ids.js';
import { documentOf, Problem } from './problem.js';
import { problemOf } from './problem-filter.js';
import { textFault } from './text-faults.js';

/** Headers of an answer that belong to it, and are given again with it. */
const keptHeaders = ['etag', 'location', 'retry-after'];

/**
 * `Idempotency-Key` on any POST of the API, per user and path, 24 hours (`api.md`, Conventions). Of two requests at once
 * one runs and the other gets its answer. When the process dies in between, the repeat runs again with the same ids.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeys) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined || request.method !== 'POST' || !request.signedIn || !isApi(request)) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return from(this.once(key, request, request.signedIn.userId, reply, next));
  }

  private async once(
    key: string | string[],
    request: FastifyRequest,
    userId: string,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw Problem.invalidField('Idempotency-Key', 'must be 1 to 255 visible ASCII characters');
    }
    // Before anything walks through it: a body that is nested without end would take the stack with it.
    const fault = textFault(request.body, '');
    if (fault) throw Problem.invalidField(fault.field || 'body', fault.message);
    const [path = ''] = request.url.split('?');
    const begun = await this.keys.begin({ userId, path, key, fingerprint: fingerprintOf(request) });
    if (begun.kind === 'answered') return give(begun.answer, reply);
    if (begun.kind === 'other-body') {
      throw new Problem(
        422,
        'idempotency.other-body',
        'This Idempotency-Key was used with another body. Use a new key for a new command.',
      );
    }
    if (begun.kind === 'busy') {
      throw new Problem(
        503,
        'idempotency.busy',
        'The first request with this Idempotency-Key is still running; try again.',
        { retryAfterSeconds: 2 },
      );
    }
    return this.run(begun.claim, request, reply, next);
  }

  private async run(claim: Claim, request: FastifyRequest, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    const seed = JSON.stringify([claim.userId, claim.path, claim.key, claim.begunAt]);
    request.correlationId = deterministicId('request', seed);
    try {
      const body = await withReplayableIds(seed, () => firstValueFrom(next.handle(), { defaultValue: undefined }));
      await this.keys.finish(claim, { status: reply.statusCode, headers: headersOf(reply), body });
      return body;
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500) await this.keys.fail(claim);
      else {
        const retryAfter =
          problem.retryAfterSeconds === undefined ? {} : { 'retry-after': String(problem.retryAfterSeconds) };
        await this.keys.finish(claim, { status: problem.status, headers: retryAfter, body: documentOf(problem) });
      }
      throw error;
    }
  }
}

/** Pages answer by themselves, with a redirect: what they answered cannot be kept and given again. */
const isApi = (request: FastifyRequest): boolean => /^\/(?:api|fhir)\//.test(request.url);

const headersOf = (reply: FastifyReply): Record<string, string> =>
  Object.fromEntries(
    keptHeaders.flatMap((name) => (reply.hasHeader(name) ? [[name, String(reply.getHeader(name))]] : [])),
  );

const give = (answer: KeptAnswer, reply: FastifyReply): unknown => {
  void reply.code(answer.status).headers(answer.headers);
  if (answer.status >= 400) void reply.type('application/problem+json; charset=utf-8');
  return answer.status >= 400 ? JSON.stringify(answer.body) : answer.body;
};

/** The same query and body: the order of fields in JSON does not matter. Of a CloudEvent in binary mode the `ce-` headers belong to the message. */
const fingerprintOf = (request: FastifyRequest): Buffer => {
  const hash = createHash('sha256')
    .update(request.url.split('?')[1] ?? '')
    .update('\0');
  const attributes = Object.entries(request.headers).filter(([name]) => name.startsWith('ce-'));
  if (attributes.length > 0) hash.update(JSON.stringify(attributes.toSorted(([a], [b]) => (a < b ? -1 : 1))));
  return hash
    .update(Buffer.isBuffer(request.body) ? request.body : (JSON.stringify(sorted(request.body)) ?? ''))
    .digest();
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, inner]) => [name, sorted(inner)]);
};
