import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  wardEventNames,
  wardEventsThatNeedTime,
  wardEventType,
  wholeWardEventExample,
  type WardEventName,
} from '#libs/contracts/intake/ward-events.js';
import { asyncApiDocument } from '#libs/platform/asyncapi/asyncapi-document.js';
import { schemaDocuments } from '#libs/platform/schemas/schema-documents.js';
import { developmentContext } from '../../testing/adt.js';
import { understandCloudEvent } from './understand-cloud-event.js';

type Json = Readonly<Record<string, unknown>>;
interface Asyncapi {
  readonly components: { readonly messages: Record<string, { readonly examples: readonly Example[] }> };
}
interface Example {
  readonly headers: Json;
  readonly payload: Json;
}

/** As a partner has it: a validator of the standard that knows nothing of us. */
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false });
addFormats.default(ajv);
const documents = schemaDocuments();
const compiled = new Map<string, ValidateFunction>();
const check = (name: string): ValidateFunction => {
  const known = compiled.get(name) ?? ajv.compile(documents.get(name)?.schema ?? false);
  compiled.set(name, known);
  return known;
};

const isTaken = (event: unknown): boolean => understandCloudEvent(event, developmentContext).kind === 'stay';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const strange: readonly unknown[] = [
  null,
  7,
  true,
  '',
  'x'.repeat(201),
  'x'.repeat(11),
  [],
  {},
  [7],
  Array(51).fill('x'),
];

/** The value with each of its members left out, replaced by something strange, or with one more beside it; members of members too. */
function* broken(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) for (const other of broken(one)) yield value.with(at, other);
    return;
  }
  if (!isObject(value)) return;
  yield { ...value, more: 1 };
  for (const [name, one] of Object.entries(value)) {
    yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
    for (const by of strange) yield { ...value, [name]: by };
    for (const other of broken(one)) yield { ...value, [name]: other };
  }
}

describe('The schemas of ward events', () => {
  test.each([...documents.values()].map(({ name, schema }) => [name, schema] as const))(
    '%s is a schema of draft 7 and of 2020-12, and its examples are as it says',
    (name, schema) => {
      const { $schema: _, $id, ...rest } = schema;
      expect($id).toBe(`https://homeward.example/api/schemas/${name}.json`);
      const later = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
      addFormats.default(later);
      const examples = schema['examples'] as readonly unknown[];
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        const [seventh, twentieth] = [check(name), later.compile(rest)];
        expect([seventh(example), seventh.errors]).toEqual([true, null]);
        expect([twentieth(example), twentieth.errors]).toEqual([true, null]);
      }
      expect(schema['description']).toEqual(expect.any(String));
    },
  );

  test.each(wardEventNames)('take what the reader takes of %s, and refuse what it refuses', (name) => {
    const [data, whole] = [check(wardEventType(name)), check('homeward.ward-event.v1')];
    const example = wholeWardEventExample(name);
    expect([isTaken(example), data(example.data), whole(example)]).toEqual([true, true, true]);
    let refused = 0;
    for (const one of broken(example)) {
      if (!isObject(one) || isTaken(one)) continue;
      refused += 1;
      // What is known of codes, numbers and dates beside their form is not of the structure.
      if (understandCloudEvent(one, developmentContext).kind === 'ignored') continue;
      expect({ one, taken: whole(one) }).toEqual({ one, taken: false });
    }
    for (const one of broken(example.data)) {
      if (isTaken({ ...example, data: one })) continue;
      expect({ one, taken: data(one) }).toEqual({ one, taken: false });
    }
    expect(refused).toBeGreaterThan(20);
  });

  test.each(wardEventNames)('ask for a time where the data of %s says none', (name: WardEventName) => {
    const { time: _, recordedtime: _recorded, ...timeless } = wholeWardEventExample(name);
    const asked = wardEventsThatNeedTime.includes(name);
    expect([isTaken(timeless), check('homeward.ward-event.v1')(timeless)]).toEqual([!asked, !asked]);
  });

  test('and the examples of AsyncAPI are taken by the reader, in both modes', () => {
    const { components } = asyncApiDocument('') as unknown as Asyncapi;
    const messages = Object.entries(components.messages).filter(([name]) => name.startsWith('homeward.ward.'));
    expect(messages).toHaveLength(wardEventNames.length + 1);
    for (const [name, { examples }] of messages)
      for (const { headers, payload } of examples) {
        const attributes = Object.entries(headers).flatMap(([key, value]) =>
          key.startsWith('ce_') ? [[key.slice(3), value]] : [],
        );
        const event: Json =
          name === 'homeward.ward.structured' ? payload : { ...Object.fromEntries(attributes), data: payload };
        expect([name, isTaken(event)]).toEqual([name, true]);
      }
  });
});
