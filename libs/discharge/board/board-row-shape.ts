import type { Shape } from '#libs/platform/answers.js';

const nullable = (shape: Record<string, unknown>): { readonly $schema: Readonly<Record<string, unknown>> } => ({
  $schema: { ...shape, nullable: true },
});
const text = { type: 'string' };

/** A board row, for the OpenAPI document. */
export const rowShape = {
  caseId: 'string',
  stayId: 'string?',
  personId: 'string',
  name: 'string?',
  nhsNumber: 'string?',
  age: 'integer?',
  hospital: 'string',
  ward: 'string?',
  bed: 'string?',
  homeAuthority: 'string?',
  status: 'string',
  losDays: 'integer?',
  criteriaToReside: nullable({
    type: 'object',
    properties: { meets: { type: 'boolean' }, since: { ...text, format: 'date-time' } },
  }),
  dischargeReadyDate: 'date?',
  daysSinceReady: 'integer?',
  pathway: 'integer?',
  pathwayDecidedAt: 'date-time?',
  expectedDischargeDate: 'date?',
  slips: 'integer',
  delays: [{ delayId: 'string', reason: 'string', since: 'date-time', days: 'integer', owner: 'string' }],
  owner: nullable({ type: 'object', properties: { organisation: text, person: text } }),
  nextAction: nullable({
    type: 'object',
    properties: { actionId: text, what: { ...text, nullable: true }, owner: { type: 'object' }, due: text },
  }),
  brokerage: nullable({
    type: 'object',
    properties: {
      requestId: text,
      state: text,
      offers: { type: 'integer' },
      awardedProviderId: { ...text, nullable: true },
      startsOn: { ...text, format: 'date', nullable: true },
    },
  }),
  flags: ['string'],
  rag: 'string?',
  ragReason: 'string?',
  feed: { state: 'string', since: 'date-time?' },
  updatedAt: 'date-time',
} as const satisfies Shape;
