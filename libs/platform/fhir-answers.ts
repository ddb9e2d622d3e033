import type { FastifyInstance } from 'fastify';
import type { FieldError } from './problem.js';

/** Below `/fhir` what goes in and out is FHIR (R4, http.html). */
export const isFhirPath = (path: string): boolean => /^\/fhir(?:[/?]|$)/.test(path);

const fhirJson = 'application/fhir+json; charset=utf-8';

/** OperationOutcome.issue.code by the status of a problem (value set issue-type). */
const codes: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-supported',
  408: 'timeout',
  412: 'conflict',
  413: 'too-long',
  415: 'not-supported',
  422: 'business-rule',
  429: 'throttled',
  503: 'transient',
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const isFieldError = (value: unknown): value is FieldError =>
  isObject(value) && typeof value['field'] === 'string' && typeof value['message'] === 'string';

/** The names of elements, and nothing else that may have been sent as one. */
const isElement = (field: string): boolean => /^[A-Za-z][\w.[\]-]{0,199}$/.test(field);

/** A problem document (RFC 9457) as an OperationOutcome. */
export const outcomeOfProblem = (document: unknown): object => {
  const problem = isObject(document) ? document : {};
  const status = typeof problem['status'] === 'number' ? problem['status'] : 500;
  const detail = typeof problem['detail'] === 'string' ? problem['detail'] : 'Something went wrong here.';
  const errors = Array.isArray(problem['errors']) ? problem['errors'].filter(isFieldError) : [];
  const code = codes[status] ?? (status < 500 ? 'processing' : 'exception');
  const severity = status < 500 ? 'error' : 'fatal';
  const issue = (text: string): object => ({ severity, code, details: { text } });
  return {
    resourceType: 'OperationOutcome',
    issue:
      errors.length === 0
        ? [issue(detail)]
        : errors.map(({ field, message }) =>
            isElement(field)
              ? { ...issue(`${field} ${message}.`), expression: [field] }
              : issue(`The body ${message}.`),
          ),
  };
};

/** Whoever finds a problem of a FHIR request (the parser, a guard, the idempotency keys, a route that is not there), it is told as an OperationOutcome. */
export const answerInFhir = (server: FastifyInstance): void => {
  server.addHook('onSend', async (request, reply, payload) => {
    const type = String(reply.getHeader('content-type') ?? '');
    if (!isFhirPath(request.url) || !/\bjson\b/.test(type)) return payload;
    void reply.header('content-type', fhirJson);
    if (!type.startsWith('application/problem+json') || typeof payload !== 'string') return payload;
    const document: unknown = JSON.parse(payload);
    // An answer that is given once more for its Idempotency-Key is one already.
    if (isObject(document) && 'resourceType' in document) return payload;
    const outcome = JSON.stringify(outcomeOfProblem(document));
    void reply.header('content-length', Buffer.byteLength(outcome));
    return outcome;
  });
};

/** For the OpenAPI document. */
export const fhirContent = (description: string): object => ({
  'application/fhir+json': {
    schema: {
      type: 'object',
      description,
      required: ['resourceType'],
      properties: { resourceType: { type: 'string' } },
    },
  },
});

const outcome = (description: string): object => ({ description, content: fhirContent('OperationOutcome') });

/** What a FHIR route answers. */
export const fhirResponses = (status: number, closed: boolean): Readonly<Record<string, unknown>> => ({
  [status]: { description: 'done', content: fhirContent('a Bundle, an OperationOutcome or what was asked for') },
  400: outcome('cannot be read, or is no such resource'),
  ...(closed
    ? {
        401: outcome('not signed in'),
        403: outcome('not allowed'),
        413: outcome('too large'),
        415: outcome('not application/fhir+json'),
        422: outcome('cannot be taken; waits in quarantine'),
      }
    : { 404: outcome('does not exist') }),
  503: outcome('not available now; see Retry-After'),
});
