import { readFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { isSecure } from '../access/cookies.js';
import { takeBodies } from './bodies.js';
import { answerInFhir } from './fhir-answers.js';
import { newId } from './ids.js';
import { Metrics } from './metrics.js';
import { libsFolder, packageFolder } from './root.js';
import { Routes } from './routes.js';
import { Settings } from './settings.js';

/** Everything of HTTP that is not Nest's: bodies, cookies, security headers, assets, correlation, measurements. Before `listen`. */
export const prepareHttp = async (app: NestFastifyApplication): Promise<void> => {
  const settings = app.get(Settings);
  await takeBodies(app.getHttpAdapter().getInstance());
  await app.register(cookie);
  await secure(app, settings);
  observe(app);
  answerInFhir(app.getHttpAdapter().getInstance());
  await serveAssets(app, settings);
};

/** No script but our own files, no frames, no other origins. Styles of drawn charts stand in attributes. */
const secure = async (app: NestFastifyApplication, settings: Settings): Promise<void> => {
  await app.register(helmet, {
    enableCSPNonces: true,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        styleSrcAttr: ["'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isSecure(settings) ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
    frameguard: { action: 'deny' },
  });
};

const correlation = /^[A-Za-z0-9_-]{1,64}$/;

const observe = (app: NestFastifyApplication): void => {
  const server = app.getHttpAdapter().getInstance();
  const metrics = app.get(Metrics);
  const logger = new Logger('http');
  const { served } = app.get(Routes);
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of Array.isArray(method) ? method : [method]) served.add(`${one} ${url}`);
  });
  server.addHook('onRequest', (request, reply, done) => {
    const given = request.headers['x-correlation-id'];
    request.correlationId = typeof given === 'string' && correlation.test(given) ? given : newId();
    request.cspNonce = reply.cspNonce.style;
    void reply.header('x-correlation-id', request.correlationId).header('cache-control', 'no-store');
    done();
  });
  // Who is still sending a body that is too large would meet a closed connection, and never read why.
  server.addHook('onSend', async (request, reply) => {
    if (reply.statusCode === 413) await readOut(request.raw);
  });
  server.addHook('onResponse', (request, reply, done) => {
    // The pattern of the route and never the address: ids and queries stay out of logs and labels.
    const route = request.routeOptions.url ?? 'none';
    metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime);
    logger.log({
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      correlationId: request.correlationId,
    });
    done();
  });
};

/** Lets the rest of a request pass by unread, within bounds: at most 100 MB, at most 5 s. */
const readOut = (request: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    if (request.complete || request.destroyed) return void resolve();
    let left = 100 * 1_048_576;
    const over = (): void => {
      clearTimeout(timer);
      request.off('data', passing);
      resolve();
    };
    const timer = setTimeout(over, 5_000);
    const passing = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left < 0) over();
    };
    request.on('data', passing).once('end', over).once('close', over);
  });

const serveAssets = async (app: NestFastifyApplication, settings: Settings): Promise<void> => {
  const maxAge = settings.mode === 'production' ? 3_600_000 : 0;
  const nhsuk = join(packageFolder('nhsuk-frontend'), 'dist', 'nhsuk');
  const folders: (readonly [prefix: string, folder: string])[] = [
    ['/assets/nhsuk/', nhsuk],
    ...readdirSync(libsFolder).map((lib) => [`/assets/${lib}/`, join(libsFolder, lib, 'pages', 'assets')] as const),
  ];
  for (const [index, [prefix, root]] of folders.filter(([, folder]) => existsSync(folder)).entries()) {
    await app.register(fastifyStatic, {
      root,
      prefix,
      index: false,
      decorateReply: index === 0,
      setHeaders: (response) =>
        response.header('cache-control', maxAge > 0 ? `public, max-age=${String(maxAge / 1000)}` : 'no-cache'),
    });
  }
  // The design system's style sheet without its fonts, which another origin serves: the pages ask nobody else for anything.
  const styles = (await readFile(join(nhsuk, 'nhsuk-frontend.min.css'), 'utf8')).replaceAll(/@font-face\{[^}]*\}/g, '');
  app
    .getHttpAdapter()
    .getInstance()
    .get('/assets/nhsuk-frontend.css', (_request, reply) =>
      reply
        .header('cache-control', maxAge > 0 ? 'public, max-age=3600' : 'no-cache')
        .type('text/css; charset=utf-8')
        .send(styles),
    );
};
