import {
  wardEventData,
  wardEventExamples,
  wardEventSays,
  wardEventType,
  type WardEventName,
} from '../../contracts/intake/ward-events.js';
import { text, type Json } from './json.js';

const instant = { format: 'date-time' };
const attributes = {
  specversion: { const: '1.0' },
  id: text('with the source: the same id is the same event'),
  source: text('the feed'),
  subject: text('the visit number'),
  time: text('when it was true', instant),
  recordedtime: text('when the sender recorded it', instant),
};
const example = {
  specversion: '1.0',
  id: 'RAL-000017',
  source: 'RAL',
  subject: 'V1000018',
  time: '2026-11-23T08:30:00Z',
  recordedtime: '2026-11-23T08:31:10Z',
};
const required = ['specversion', 'id', 'source', 'type', 'subject'];

const asHeaders = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`ce_${name}`, value]));

const names = Object.keys(wardEventData) as WardEventName[];

const binary = (name: WardEventName): readonly [string, Json] => {
  const type = wardEventType(name);
  const message = {
    name: type,
    title: name,
    summary: wardEventSays[name],
    contentType: 'application/json',
    headers: {
      type: 'object',
      required: required.map((one) => `ce_${one}`),
      properties: { 'content-type': text(), ...asHeaders({ ...attributes, type: { const: type } }) },
    },
    payload: wardEventData[name],
    examples: [
      {
        headers: { 'content-type': 'application/json', ...asHeaders({ ...example, type }) },
        payload: wardEventExamples[name],
      },
    ],
  };
  return [type, message];
};

const structured: Json = {
  name: 'whole',
  title: 'A ward event as one JSON document',
  summary: 'Any of the ward events in structured mode: the attributes stand beside the data.',
  contentType: 'application/cloudevents+json',
  headers: {
    type: 'object',
    required: ['content-type'],
    properties: { 'content-type': text(undefined, { pattern: '^application/cloudevents\\+json' }) },
  },
  payload: {
    type: 'object',
    required: [...required, 'data'],
    properties: { ...attributes, type: { enum: names.map(wardEventType) }, data: { type: 'object' } },
  },
  examples: [
    {
      headers: { 'content-type': 'application/cloudevents+json' },
      payload: { ...example, type: wardEventType('moved'), data: wardEventExamples.moved },
    },
  ],
};

/** What partners may send, by name. */
export const wardMessages = (): Readonly<Record<string, Json>> =>
  Object.fromEntries([...names.map(binary), ['homeward.ward.structured', structured]]);
