import type { AddressInfo } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { drainOf } from './drain.js';
import { createAdapter } from './http-adapter.js';
import { prepareHttp } from './http.js';
import { createLogger, PinoNestLogger } from './logging.js';
import { Settings } from './settings.js';
import { closeAllStreams } from './sse.js';

export interface Service {
  readonly app: NestFastifyApplication;
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Takes no more work, finishes what it has, and lets go of everything. */
  stop(): Promise<void>;
}

/** How long requests that run may take to finish when the service stops. */
const patience = 3000;

/** Starts a Nest module as a service: the conventions of HTTP, then the modules (and with them the feed), then the port. */
export const startService = async (module: DynamicModule, settings: Settings): Promise<Service> => {
  const app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(settings), {
    bodyParser: false,
    abortOnError: false,
    logger: new PinoNestLogger(createLogger(settings.logLevel)),
  });
  const drain = drainOf(app.getHttpAdapter().getInstance());
  const stop = async (): Promise<void> => {
    closeAllStreams();
    await drain.close(patience);
    await app.close();
  };
  try {
    await prepareHttp(app);
    await app.init();
    await app.listen(settings.httpPort, settings.httpHost);
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
  const { port } = addressOf(app);
  const host = settings.httpHost === '0.0.0.0' || settings.httpHost === '::' ? 'localhost' : settings.httpHost;
  return { app, url: `http://${host}:${String(port)}`, stop };
};

const addressOf = (app: NestFastifyApplication): AddressInfo => {
  const address = app.getHttpServer().address();
  if (address === null || typeof address === 'string') throw new Error('The HTTP server has no port.');
  return address;
};
