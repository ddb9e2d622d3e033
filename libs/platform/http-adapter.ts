import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { newId } from './ids.js';
import { documentOf, Problem } from './problem.js';
import { problemOf } from './problem-filter.js';
import type { Settings } from './settings.js';

/** Bodies of commands. Those of ward events have a limit of their own, see `bodies.ts`. */
export const bodyLimit = 1_000_000;

/** Fastify for Nest: what goes wrong before a route is found is problem+json too. */
export const createAdapter = ({ publicUrl }: Pick<Settings, 'publicUrl'>): FastifyAdapter =>
  new FastifyAdapter({
    bodyLimit,
    genReqId: () => newId(),
    // Lengths no honest caller reaches; with `next` of the sign-in page and tokens of signed links in mind.
    routerOptions: { maxParamLength: 1000, ignoreTrailingSlash: true },
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // Behind a proxy every caller has its address: wrong passwords of one would lock out all. Its word counts from our own network only.
    trustProxy: publicUrl === undefined ? false : 'loopback, linklocal, uniquelocal',
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      const problem = problemOf(error);
      void reply
        .code(problem.status)
        .type('application/problem+json; charset=utf-8')
        .send(JSON.stringify(documentOf(problem)));
    },
    clientErrorHandler: (error, socket: Socket & { _httpMessage?: ServerResponse }) => {
      if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
      const problem =
        error.code === 'HPE_HEADER_OVERFLOW'
          ? new Problem(431, 'request.too-large', 'The headers are too large.')
          : new Problem(400, 'request.malformed', 'This is not HTTP.');
      const body = JSON.stringify(documentOf(problem));
      const line = problem.status === 431 ? '431 Request Header Fields Too Large' : '400 Bad Request';
      socket.end(
        `HTTP/1.1 ${line}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\nconnection: close\r\n\r\n${body}`,
      );
    },
  });
