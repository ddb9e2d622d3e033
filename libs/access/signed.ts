import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../platform/problem.js';
import './request.js';
import type { SignedIn } from './signed-in.js';

/** `@Signed() user: SignedIn`: who calls, with what the route's capability grants them. */
export const Signed = createParamDecorator((_: unknown, context: ExecutionContext): SignedIn => {
  const user = context.switchToHttp().getRequest<FastifyRequest>().signedIn;
  if (!user) throw new Problem(401, 'not-signed-in', 'Sign in first.');
  return user;
});
