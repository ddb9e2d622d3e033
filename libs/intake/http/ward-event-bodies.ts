import {
  CloudEvent,
  wardEventData,
  wardEventExamples,
  wardEventNames,
  wardEventType,
  wholeWardEvent,
  wholeWardEventExample,
} from '#libs/contracts/intake/ward-events.js';
import type { TakenBody } from '#libs/platform/answers.js';

const whole = { oneOf: wardEventNames.map(wholeWardEvent) };

const examples = (exampleOf: (name: (typeof wardEventNames)[number]) => unknown) =>
  Object.fromEntries(wardEventNames.map((name) => [wardEventType(name), { value: exampleOf(name) }]));

const { data: _data, datacontenttype: _type, ...attributes } = CloudEvent.properties;

/** The bodies of `POST /ward-events`, for OpenAPI: the same schemas that `/api/schemas` serves. */
export const cloudEventBodies = (): TakenBody => ({
  content: {
    'application/cloudevents+json': { schema: whole, examples: examples(wholeWardEventExample) },
    'application/cloudevents-batch+json': {
      schema: { type: 'array', items: whole },
      example: wardEventNames.map(wholeWardEventExample),
    },
    'application/json': {
      schema: { description: 'Binary mode: the attributes are headers.', anyOf: Object.values(wardEventData) },
      examples: examples((name) => wardEventExamples[name]),
    },
  },
  headers: Object.fromEntries(
    Object.entries(attributes).map(([name, schema]) => [
      `ce-${name}`,
      { description: `binary mode: ${String(Reflect.get(schema, 'description'))}` },
    ]),
  ),
});

const hl7Example = [
  'MSH|^~\\&|PAS|RAL|HOMEWARD|BARNET|20261101101500||ADT^A01|MSG1|P|2.4',
  'EVN||20261101101500',
  'PID|1||9990000018^^^NHS^NH~B1^^^RAL^MR||TESTPATIENT^ADA||19400215|F',
  `PV1|1|I|LARCH^1^A^RAL${'|'.repeat(16)}S0001^^^RAL`,
].join('\r');

/** The body of `POST /ward-events/hl7v2`, for OpenAPI. */
export const hl7Bodies = (): TakenBody => ({
  content: {
    'x-application/hl7-v2+er7': {
      schema: {
        type: 'string',
        description: 'One HL7 v2 message or many; each begins with MSH at the start of a line.',
      },
      example: hl7Example,
    },
  },
});
