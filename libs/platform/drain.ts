import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.js';

export interface Drain {
  /** Takes no more requests, and waits for those that run, at most so long. */
  close(milliseconds: number): Promise<void>;
}

/** Counts the requests that run, so that stopping can let them finish. Before routes are registered. */
export const drainOf = (server: FastifyInstance): Drain => {
  let running = 0;
  let closing = false;
  let empty = (): void => undefined;
  server.addHook('onRequest', (_request, reply, done) => {
    running += 1;
    if (!closing) return done();
    void reply.header('connection', 'close');
    done(Problem.unavailable('The service is stopping; try again in a moment.'));
  });
  server.addHook('onResponse', (_request, _reply, done) => {
    running -= 1;
    if (running === 0) empty();
    done();
  });
  return {
    close: async (milliseconds) => {
      closing = true;
      if (running > 0) {
        await new Promise<void>((resolve) => {
          empty = resolve;
          setTimeout(resolve, milliseconds).unref();
        });
      }
      // Connections kept alive without a request, and what did not finish in time.
      server.server.closeAllConnections();
    },
  };
};
