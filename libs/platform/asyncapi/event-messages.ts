import { catalogue } from '../../contracts/catalogue.js';
import type { EventContract } from '../../contracts/event-contract.js';
import { exampleOf } from '../../contracts/event-examples.js';
import { cloudEventType, eventHeaders as names, eventSource, progressType } from '../../contracts/event-names.js';
import { isJson, text, type Json } from './json.js';

/** A personal value: nobody opens it but Homeward itself; null once the person is erased. */
export const sealedSchema: Json = {
  type: 'object',
  description: "A personal value, encrypted under the person's own key.",
  required: ['sealed', 'by', 'in', 'field'],
  additionalProperties: false,
  properties: { sealed: text(), by: text(), in: text(), field: text() },
};

/** The schema of what stands on the topic: the same as of what is appended, but that personal values are sealed (`sealed`: where their schema stands). */
export const publishedSchema = (schema: object, sealed = '#/components/schemas/Sealed'): Json => {
  const published = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(published);
    if (!isJson(part)) return part;
    if (part['x-personal'] === true) return { anyOf: [{ $ref: sealed }, { type: 'null' }] };
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, published(value)]));
  };
  const whole = published(schema);
  return isJson(whole) ? whole : {};
};

const instant = { format: 'date-time' };

/** `type`: the schema of `ce_type`. */
export const headerSchema = (type: Json): Json => ({
  type: 'object',
  required: [
    ...[names.specversion, names.id, names.source, names.type, names.subject, names.time, names.contentType],
    ...[names.recordedTime, names.position, names.revision],
    ...[names.correlationId, names.actorId, names.actorRole, names.actorOrganisation, names.origin],
  ],
  properties: {
    [names.contentType]: { const: 'application/json' },
    [names.specversion]: { const: '1.0' },
    [names.id]: text('the event; the same id is the same event, should it come twice'),
    [names.source]: { const: eventSource },
    [names.type]: type,
    [names.subject]: text('the stream'),
    [names.time]: text('when it was true', instant),
    [names.recordedTime]: text('when we knew', instant),
    [names.position]: text('in the log: a decimal number that grows', { pattern: '^[0-9]+$' }),
    [names.revision]: text('in the stream: 0 for its first event', { pattern: '^[0-9]+$' }),
    [names.personId]: text('the person it is of, where it is of one'),
    [names.correlationId]: text('what was set off by one request or message has the same'),
    [names.causationId]: text('the event that caused it'),
    [names.actorId]: text('who did it: a user, a feed or a policy'),
    [names.actorRole]: text(),
    [names.actorOrganisation]: text(),
    [names.origin]: text('where it came from: `api`, `mllp`, `policy:<name>`, …'),
  },
});

export const headerExample = (type: string, stream: string): Json => ({
  [names.contentType]: 'application/json',
  [names.specversion]: '1.0',
  [names.id]: '018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f',
  [names.source]: eventSource,
  [names.type]: type,
  [names.subject]: `${stream}1`,
  [names.time]: '2026-11-23T08:30:00.000Z',
  [names.recordedTime]: '2026-11-23T08:30:04.120Z',
  [names.position]: '4711',
  [names.revision]: '3',
  [names.personId]: 'p1',
  [names.correlationId]: 'c1',
  [names.actorId]: 'u1',
  [names.actorRole]: 'idt',
  [names.actorOrganisation]: 'E09000003',
  [names.origin]: 'api',
});

const key = { type: 'string', description: 'the person id, else the stream id' };

const messageOf = (contract: EventContract): readonly [string, Json] => {
  const { type, version, stream, says } = contract;
  const name = cloudEventType({ type, schemaVersion: version, streamId: `${stream}1` });
  const message = {
    name,
    title: `${type} v${String(version)}`,
    summary: says,
    contentType: 'application/json',
    headers: headerSchema({ const: name }),
    payload: publishedSchema(contract.data),
    bindings: { kafka: { key } },
    examples: [{ headers: headerExample(name, stream), payload: exampleOf(contract) }],
  };
  return [name, message];
};

const progress: Json = {
  name: progressType,
  title: 'Progress',
  summary:
    'No event: whatever stands in the log after ce_since, up to ce_position, was published, as far as it belongs in this partition.',
  headers: {
    type: 'object',
    required: [names.specversion, names.id, names.source, names.type, names.position],
    properties: {
      [names.specversion]: { const: '1.0' },
      [names.id]: text(),
      [names.source]: { const: eventSource },
      [names.type]: { const: progressType },
      [names.position]: text('in the log', { pattern: '^[0-9]+$' }),
      [names.since]: text('in the log', { pattern: '^[0-9]+$' }),
      [names.partitions]: text('to how many partitions it was published', { pattern: '^[0-9]+$' }),
    },
  },
  payload: { type: 'null' },
  examples: [
    {
      headers: {
        [names.specversion]: '1.0',
        [names.id]: 'progress-4711',
        [names.source]: eventSource,
        [names.type]: progressType,
        [names.position]: '4711',
        [names.since]: '4690',
        [names.partitions]: '6',
      },
      payload: null,
    },
  ],
};

/** What stands on the topic of events, by name. */
export const eventMessages = (): Readonly<Record<string, Json>> =>
  Object.fromEntries([...catalogue.map(messageOf), [progressType, progress]]);
