import { catalogue } from '../../contracts/catalogue.js';
import type { EventContract } from '../../contracts/event-contract.js';
import { exampleOf } from '../../contracts/event-examples.js';
import { cloudEventType } from '../../contracts/event-names.js';
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
import { publishedSchema, sealedSchema } from '../asyncapi/event-messages.js';
import type { Json } from '../asyncapi/json.js';

/** A schema as it is served: its name is the last part of its address, without `.json`. */
export interface SchemaDocument {
  readonly name: string;
  readonly says: string;
  readonly schema: Json;
}

/** Where the schemas are told apart, wherever they are served: what `dataschema` of an event may name. */
export const schemaId = (name: string): string => `https://homeward.example/api/schemas/${name}.json`;

/** Draft 7 is the one AsyncAPI builds on; nothing in them has another meaning in 2020-12. */
const documentOf = (name: string, says: string, schema: Json): SchemaDocument => ({
  name,
  says,
  schema: { $schema: 'http://json-schema.org/draft-07/schema#', $id: schemaId(name), title: name, ...schema },
});

/** The same object the reader checks the data of a ward event by. */
const ofWardEvent = (name: WardEventName): SchemaDocument =>
  documentOf(wardEventType(name), wardEventSays[name], {
    description: wardEventSays[name],
    ...wardEventData[name],
    examples: [wardEventExamples[name]],
  });

const whole: Json = { oneOf: wardEventNames.map(wholeWardEvent) };
const wholeExamples = wardEventNames.map(wholeWardEventExample);

const ofWholeEvents = (): readonly SchemaDocument[] => {
  const one = 'A ward event in structured mode: the attributes of CloudEvents 1.0 beside the data.';
  const many = 'Ward events in batched mode: a list of them.';
  return [
    documentOf('homeward.ward-event.v1', one, { description: one, ...whole, examples: wholeExamples }),
    documentOf('homeward.ward-events.v1', many, {
      ...{ description: many, type: 'array', items: whole, examples: [wholeExamples] },
    }),
  ];
};

const ofEvent = (contract: EventContract): SchemaDocument => {
  const { type, version, stream, says } = contract;
  const name = cloudEventType({ type, schemaVersion: version, streamId: `${stream}1` });
  const published = publishedSchema(contract.data, '#/definitions/Sealed');
  return documentOf(name, says, {
    description: says,
    ...published,
    examples: [exampleOf(contract)],
    ...(JSON.stringify(published).includes('#/definitions/Sealed') ? { definitions: { Sealed: sealedSchema } } : {}),
  });
};

/** Every schema there is, by name: of what partners send, and of the data of every event that is told. */
export const schemaDocuments = (): ReadonlyMap<string, SchemaDocument> =>
  new Map(
    [...wardEventNames.map(ofWardEvent), ...ofWholeEvents(), ...catalogue.map(ofEvent)].map((one) => [one.name, one]),
  );
