import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { catalogue } from '../../contracts/catalogue.js';
import { asyncApiDocument } from './asyncapi-document.js';
import type { Json } from './json.js';

const document = asyncApiDocument('north.');
const components = document['components'] as { messages: Record<string, Json>; schemas: Json };
const messages = Object.entries(components.messages);

const ajv = new Ajv({ strict: false });
addFormats.default(ajv);
ajv.addSchema({ $id: 'https://homeward.example/asyncapi', components: { schemas: components.schemas } });

/** With its references found in the document. */
const check = (schema: unknown) =>
  ajv.compile(
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"https://homeward.example/asyncapi#/components')),
  );

describe('The AsyncAPI document', () => {
  test('is valid by the AsyncAPI parser', async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
    const faults = diagnostics.filter(({ severity }) => severity === 0);
    expect(faults.map(({ message, path }) => `${path.join('.')}: ${message}`)).toEqual([]);
    expect(parsed?.version()).toBe('3.0.0');
    expect(
      parsed
        ?.channels()
        .all()
        .map((channel) => channel.address()),
    ).toEqual(['north.homeward.events.v1', 'north.homeward.ward-events.v1', 'north.homeward.dead-letters.v1']);
    expect(parsed?.allMessages().all()).toHaveLength(messages.length);
  }, 60_000);

  test('names every event of the catalogue, once', () => {
    const [progress, wardEvents, wholeWardEvent, deadLetters] = [1, 8, 1, 2];
    expect(messages).toHaveLength(catalogue.length + progress + wardEvents + wholeWardEvent + deadLetters);
    expect(Object.keys(components.messages)).toContain('homeward.brokerage.PlacementAwarded.v1');
  });

  test.each(messages)('gives an example of %s that is as it says', (_, { headers, payload, examples }) => {
    const list = Array.isArray(examples) ? (examples as readonly Json[]) : [];
    expect(list.length).toBeGreaterThan(0);
    for (const example of list) {
      const [ofHeaders, ofPayload] = [check(headers), check(payload)];
      expect([ofHeaders(example['headers']), ofHeaders.errors]).toEqual([true, null]);
      expect([ofPayload(example['payload']), ofPayload.errors]).toEqual([true, null]);
    }
  });
});
