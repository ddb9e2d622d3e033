import { Catch, HttpException, Injectable, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { discreetError } from './logging.js';
import { Pages, wantsPage } from './pages.js';
import { documentOf, Problem } from './problem.js';
import { isUnavailable } from './unavailable.js';

const codes: Readonly<Record<number, string>> = {
  400: 'request.malformed',
  401: 'not-signed-in',
  403: 'not-allowed',
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  408: 'request.timeout',
  413: 'request.too-large',
  415: 'request.media-type',
  429: 'too-many-requests',
  431: 'request.too-large',
  503: 'unavailable',
};

/** Sentences of our own: those of frameworks quote what was sent. */
const sentences: Readonly<Record<number, string>> = {
  400: 'The request cannot be read. Is the body well-formed, in UTF-8?',
  401: 'Sign in first.',
  403: 'Your role may not do this.',
  404: 'There is nothing at this address.',
  413: 'The body is too large.',
  415: 'This content type is not taken here.',
  429: 'Too many requests. Wait, then try again.',
  431: 'The headers are too large.',
};

const statusOf = (error: unknown): number | undefined => {
  if (error instanceof HttpException) return error.getStatus();
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
};

/** Any error as the problem the caller may see. What nobody foresaw is a 500 that says nothing. */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) {
    return Problem.unavailable('The database cannot be reached. Nothing was lost that had been answered; try again.');
  }
  const status = statusOf(error);
  if (status !== undefined && status >= 400 && status < 500) {
    return new Problem(
      status,
      codes[status] ?? 'request.refused',
      sentences[status] ?? 'The request cannot be answered.',
    );
  }
  if (status === 503) return Problem.unavailable('Not available now; try again.');
  return new Problem(500, 'internal', 'Something went wrong here. It has been logged; nothing is known to be lost.');
};

/** Every error of a request as `application/problem+json`, or as a page for people. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  constructor(private readonly pages: Pages) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status >= 500)
      this.logger.error({ ...discreetError(error), code: problem.code, requestId: request.id });
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (problem.retryAfterSeconds !== undefined) void reply.header('retry-after', String(problem.retryAfterSeconds));
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="homeward"');
    if (wantsPage(request)) await this.pages.renderProblem(reply, request, problem);
    else
      await reply
        .code(problem.status)
        .type('application/problem+json; charset=utf-8')
        .send(JSON.stringify(documentOf(problem)));
  }
}
