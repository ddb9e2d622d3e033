import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { from, switchMap, type Observable } from 'rxjs';
import { EventFeed } from '../event-feed/port.js';
import { Problem } from './problem.js';

/** How long a reader waits for its own write (`api.md`, Conventions). */
export const longestWait = 5000;
const highest = 9_223_372_036_854_775_807n;

/** A position as callers write it: a decimal above 0. */
export const isPosition = (text: unknown): text is string =>
  typeof text === 'string' && /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= highest;

/** `?waitFor=<position>` on every GET: answers when the read models, and what follows from the write, have come that far. */
@Injectable()
export class WaitForInterceptor implements NestInterceptor {
  constructor(private readonly modules: ModuleRef) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { query } = request;
    if (request.method !== 'GET' || typeof query !== 'object' || query === null || !('waitFor' in query))
      return next.handle();
    const position = query.waitFor;
    Reflect.deleteProperty(query, 'waitFor');
    return from(this.wait(position)).pipe(switchMap(() => next.handle()));
  }

  private async wait(position: unknown): Promise<void> {
    if (!isPosition(position)) throw Problem.invalidField('waitFor', 'must be a position: a decimal number above 0');
    const feed = this.modules.get(EventFeed, { strict: false });
    if (await feed.settled(position, { timeoutMs: longestWait })) return;
    throw new Problem(503, 'read.behind', 'What was written has not reached this page yet; try again.', {
      retryAfterSeconds: 1,
    });
  }
}
