import {
  wardEventData,
  wardEventExamples,
  wardEventNames,
  wardEventSays,
  wardEventType,
  wholeWardEvent,
  wholeWardEventExample,
  type WardEventName,
} from '../../contracts/intake/ward-events.js';
import { text, type Json } from './json.js';

/** Attributes of an event as headers of Kafka (in HTTP `ce-` stands before them). */
const asHeaders = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`ce_${name}`, value]));

const binary = (name: WardEventName): readonly [string, Json] => {
  const type = wardEventType(name);
  const { required, properties } = wholeWardEvent(name);
  const { data: _data, datacontenttype: _type, ...attributes } = properties;
  const { data: _example, datacontenttype, ...said } = wholeWardEventExample(name);
  const message = {
    name: type,
    title: name,
    summary: wardEventSays[name],
    contentType: 'application/json',
    headers: {
      type: 'object',
      required: required.filter((one) => one !== 'data').map((one) => `ce_${one}`),
      properties: { 'content-type': text('JSON; may be left out'), ...asHeaders(attributes) },
    },
    payload: wardEventData[name],
    examples: [{ headers: { 'content-type': datacontenttype, ...asHeaders(said) }, payload: wardEventExamples[name] }],
  };
  return [type, message];
};

const structured = (): Json => ({
  name: 'whole',
  title: 'A ward event as one JSON document',
  summary: 'Any of the ward events in structured mode: the attributes stand beside the data.',
  contentType: 'application/cloudevents+json',
  headers: {
    type: 'object',
    required: ['content-type'],
    properties: { 'content-type': text(undefined, { pattern: '^application/cloudevents\\+json' }) },
  },
  payload: { oneOf: wardEventNames.map(wholeWardEvent) },
  examples: wardEventNames.map((name) => ({
    name,
    headers: { 'content-type': 'application/cloudevents+json' },
    payload: wholeWardEventExample(name),
  })),
});

/** What partners may send, by name. */
export const wardMessages = (): Readonly<Record<string, Json>> =>
  Object.fromEntries([...wardEventNames.map(binary), ['homeward.ward.structured', structured()]]);
