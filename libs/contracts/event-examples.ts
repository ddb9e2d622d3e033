import type { EventContract } from './event-contract.js';

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A personal value as it stands on the topic, for an example: what it holds nobody can open. */
export const sealedExample = {
  sealed: 'c2VhbGVk',
  by: 'key-1',
  in: '018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f',
  field: 'name',
};

const id = '018f3c2e-7b1a-7c3d-9e4f-5a6b7c8d9e0f';
const formats: Readonly<Record<string, string>> = { 'date-time': '2026-11-23T08:30:00.000Z', date: '2026-11-23' };
const texts: Readonly<Record<string, string>> = {
  hospital: 'RAL',
  ward: 'LARCH',
  room: '1',
  bed: 'A',
  feed: 'PAS/RAL',
  controlId: 'MSG1',
  kind: 'ADT^A01',
  homeAuthority: 'E09000003',
};

/** What the data of an event may look like, made from its schema: every field is there, also those that may be missing. */
export const exampleOf = ({ data }: EventContract): unknown => exampleOfSchema({ ...data }, '');

const exampleOfSchema = (schema: unknown, name: string): unknown => {
  if (!isSchema(schema)) return {};
  if (schema['x-personal'] === true) return { ...sealedExample, field: name };
  if ('const' in schema) return schema['const'];
  const { enum: values, anyOf } = schema;
  if (Array.isArray(values)) return values[0];
  if (Array.isArray(anyOf))
    return exampleOfSchema(anyOf.find((one) => isSchema(one) && one['type'] !== 'null') ?? anyOf[0], name);
  switch (schema['type']) {
    case 'object':
      return exampleOfObject(schema);
    case 'array':
      return [exampleOfSchema(schema['items'], name)];
    case 'string':
      return formats[String(schema['format'])] ?? texts[name] ?? (/[iI]ds?$/.test(name) ? id : name || 'text');
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return {};
  }
};

const exampleOfObject = ({ properties, patternProperties }: Schema): Record<string, unknown> =>
  Object.fromEntries([
    ...Object.entries(isSchema(properties) ? properties : {}).map(([name, one]) => [name, exampleOfSchema(one, name)]),
    ...Object.values(isSchema(patternProperties) ? patternProperties : {}).map((one) => [
      'any',
      exampleOfSchema(one, ''),
    ]),
  ]);
