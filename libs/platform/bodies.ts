import { parse as parseForm } from 'node:querystring';
import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.js';
import { bodyLimit } from './http-adapter.js';

/** Bodies of ward events: many messages in one (`api.md`, Ward events in: up to 10 MB). */
export const wardBodyLimit = 10 * 1024 * 1024;

const jsonTypes: readonly (readonly [type: string, limit: number])[] = [
  ['application/json', bodyLimit],
  ['application/merge-patch+json', bodyLimit],
  // Read only to say that FHIR resources are not changed in part.
  ['application/json-patch+json', bodyLimit],
  ['application/cloudevents+json', wardBodyLimit],
  ['application/cloudevents-batch+json', wardBodyLimit],
  ['application/fhir+json', wardBodyLimit],
];

/** Taken as bytes: their own character set decides how they are read. */
const byteTypes = ['x-application/hl7-v2+er7', 'application/hl7-v2', 'application/hl7-v2+er7'];

/** The content types this service takes. JSON must be UTF-8; an empty body is an empty command; anything else is a 415. */
export const takeBodies = async (server: FastifyInstance): Promise<void> => {
  const parse = server.getDefaultJsonParser('error', 'error');
  for (const [type, limit] of jsonTypes) {
    server.addContentTypeParser<Buffer>(type, { parseAs: 'buffer', bodyLimit: limit }, (request, body, done) => {
      const text = textOf(body);
      if (text === undefined) done(new Problem(400, 'request.malformed', 'The body is not UTF-8.'));
      else if (text.trim() === '') done(null, {});
      else parse(request, text, done);
    });
  }
  server.addContentTypeParser<Buffer>(
    byteTypes,
    { parseAs: 'buffer', bodyLimit: wardBodyLimit },
    (_request, body, done) => done(null, body),
  );
  // Forms are for pages: as the body of a command, everything in them would be text.
  server.addHook('onRequest', (request, _reply, done) => {
    const isForm = /^application\/x-www-form-urlencoded/i.test(request.headers['content-type'] ?? '');
    if (isForm && /^\/(?:api|fhir)\//.test(request.url))
      done(new Problem(415, 'request.media-type', 'This content type is not taken here.'));
    else done();
  });
  server.removeContentTypeParser('text/plain');
  await server.register(formbody, { bodyLimit, parser: (text) => ({ ...parseForm(text) }) });
};

const decoder = new TextDecoder('utf-8', { fatal: true });
const textOf = (body: Buffer): string | undefined => {
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
};
