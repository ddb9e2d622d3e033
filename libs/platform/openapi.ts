import { Controller, Get, Injectable, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { capabilities, type Capability } from '../access/capabilities.js';
import { Open } from '../access/may.js';
import { schemaOfShape } from './answers.js';
import { schemaOfDto } from './dto-schema.js';
import { fhirContent, fhirResponses, isFhirPath } from './fhir-answers.js';
import { Pages } from './pages.js';
import { Routes, type Route } from './routes.js';

type Json = Readonly<Record<string, unknown>>;

/** Routes for programs: pages and assets are for people and not described. */
export const isApi = (route: Route): boolean =>
  /^\/(?:api\/v1|fhir|health|metrics)(?:\/|$)/.test(route.path) && route.status !== notOffered;

/** A route whose only answer is that there is no such thing. */
const notOffered = 405;

const problem = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const schemas: Json = {
  Problem: {
    type: 'object',
    description: 'RFC 9457',
    required: ['type', 'title', 'status', 'code', 'detail'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string', description: 'for programs, e.g. case.already-open' },
      detail: { type: 'string', description: 'for people' },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          properties: { field: { type: 'string' }, message: { type: 'string' } },
          required: ['field', 'message'],
        },
      },
    },
  },
  CommandAnswer: {
    type: 'object',
    description: 'beside these, the named id of what was made (caseId, delayId, …)',
    required: ['id', 'revision', 'position'],
    properties: { id: { type: 'string' }, revision: { type: 'integer' }, position: { type: 'string' } },
  },
};

const parameter = (place: string, name: string, schema: unknown, more: Json = {}): Json => ({
  name,
  in: place,
  schema,
  ...more,
});

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const queryParameters = (route: Route): Json[] => {
  const schema: Json = route.query ? schemaOfDto(route.query) : {};
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required: unknown = schema['required'];
  return Object.entries(properties).map(([name, property]) =>
    parameter('query', name, property, { required: Array.isArray(required) && required.includes(name) }),
  );
};

const parametersOf = (route: Route): Json[] => [
  ...[...route.path.matchAll(/:(\w+)/g)].map(([, name]) =>
    parameter('path', name ?? '', { type: 'string' }, { required: true }),
  ),
  ...queryParameters(route),
  ...(route.method === 'GET' && route.open === undefined
    ? [parameter('query', 'waitFor', { type: 'string' }, { description: 'position to wait for; 503 past 5 s' })]
    : []),
  ...Object.entries(route.takes?.().headers ?? {}).map(([name, more]) =>
    parameter('header', name, { type: 'string' }, more),
  ),
  ...(route.method === 'POST' && route.open === undefined
    ? [
        parameter('header', 'Idempotency-Key', { type: 'string', maxLength: 255 }),
        parameter('header', 'If-Match', { type: 'string' }),
      ]
    : []),
];

const tagOf = (route: Route): string => /^\/(?:api\/v1\/)?([^/]+)/.exec(route.path)?.[1] ?? 'other';

const isCommand = (route: Route): boolean => route.method !== 'GET' && route.open === undefined && route.status !== 204;

const answerSchema = (route: Route): Json | undefined => {
  const shape = route.answers && schemaOfShape(route.answers);
  const command: Json = { $ref: '#/components/schemas/CommandAnswer' };
  if (!isCommand(route) || route.path.includes('/ward-events')) return shape;
  return shape ? { allOf: [command, shape] } : command;
};

const operationOf = (route: Route): Json => {
  if (isFhirPath(route.path)) return fhirOperationOf(route);
  const schema = answerSchema(route);
  const closed = route.open === undefined;
  return {
    operationId: `${route.controller}.${route.handler}`,
    tags: [tagOf(route)],
    ...(closed
      ? { 'x-capability': route.capability, summary: summaryOf(route.capability) }
      : { security: [], summary: route.open }),
    parameters: parametersOf(route),
    ...requestBodyOf(route),
    responses: {
      [route.status]: { description: 'done', ...(schema ? { content: { 'application/json': { schema } } } : {}) },
      400: problem('malformed, or a field is invalid'),
      ...(closed ? { 401: problem('not signed in'), 403: problem('not allowed') } : {}),
      ...(route.takes ? { 413: problem('too large'), 415: problem('of no content type that is taken here') } : {}),
      ...(route.path.includes(':') ? { 404: problem('does not exist') } : {}),
      ...(isCommand(route)
        ? {
            409: problem('a rule refuses'),
            412: problem('If-Match is stale'),
            422: problem('Idempotency-Key used with another body'),
          }
        : {}),
      503: problem('not available now; see Retry-After'),
    },
  };
};

const requestBodyOf = (route: Route): Json => {
  if (route.takes) return { requestBody: { required: true, content: route.takes().content } };
  return route.body ? { requestBody: { content: { 'application/json': { schema: schemaOfDto(route.body) } } } } : {};
};

/** What is said in FHIR is described by the CapabilityStatement; here only that it is FHIR, and who may. */
const fhirOperationOf = (route: Route): Json => {
  const closed = route.open === undefined;
  return {
    operationId: `${route.method.toLowerCase()}${namedBy(route.path)}`,
    tags: ['fhir'],
    ...(closed
      ? { 'x-capability': route.capability, summary: summaryOf(route.capability) }
      : { security: [], summary: route.open }),
    parameters: parametersOf(route),
    ...(route.method === 'GET' ? {} : { requestBody: { content: fhirContent('a FHIR R4 resource') } }),
    responses: fhirResponses(route.status, closed),
  };
};

/** Several addresses may be one operation, and each needs a name of its own: `/fhir/R4/Encounter/:id` is FhirR4EncounterId. */
const namedBy = (path: string): string =>
  path
    .split(/[^A-Za-z0-9]+/)
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join('');

const summaryOf = (capability: Capability | undefined): string =>
  capability ? `needs: ${capabilities[capability].says}` : '';

/** The OpenAPI document, made from the decorators of the routes and of their DTOs. */
@Injectable()
export class OpenApi {
  private made: Json | undefined;

  constructor(private readonly routes: Routes) {}

  document(): Json {
    this.made ??= this.make();
    return this.made;
  }

  private make(): Json {
    const paths: Record<string, Record<string, Json>> = {};
    for (const route of this.routes.all().filter(isApi)) {
      const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
    }
    return {
      openapi: '3.1.0',
      info: { title: 'Homeward', version: '1', description: 'Discharge coordination. Conventions: docs/api.md.' },
      servers: [{ url: '/' }],
      security: [{ token: [] }],
      paths,
      components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    };
  }
}

@Controller('api')
export class OpenApiController {
  constructor(
    private readonly openApi: OpenApi,
    private readonly routes: Routes,
    private readonly pages: Pages,
  ) {}

  @Get('openapi.json')
  @Open('what can be asked is no secret')
  document(): Json {
    return this.openApi.document();
  }

  @Get('docs')
  @Open('what can be asked is no secret')
  docs(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const groups = [...Map.groupBy(this.routes.all().filter(isApi), tagOf)].map(([tag, routes]) => ({
      tag,
      operations: routes.map(describedForPeople).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    }));
    groups.sort((a, b) => (a.tag < b.tag ? -1 : 1));
    return this.pages.render(reply, request, 'platform/pages/api-docs.njk', { title: 'API', groups });
  }
}

const pretty = (schema: unknown): string | undefined =>
  schema === undefined ? undefined : JSON.stringify(schema, null, 2);

const describedForPeople = (route: Route) => ({
  method: route.method,
  path: route.path.replaceAll(/:(\w+)/g, '{$1}'),
  needs: route.open ?? summaryOf(route.capability),
  roles: route.capability && Object.keys(capabilities[route.capability].grants),
  parameters: parametersOf(route).map((one) => ({
    name: one['name'],
    place: one['in'],
    required: one['required'],
    schema: JSON.stringify(one['schema']),
  })),
  body: route.body && pretty(schemaOfDto(route.body)),
  status: route.status,
  answer: pretty(answerSchema(route)),
});
