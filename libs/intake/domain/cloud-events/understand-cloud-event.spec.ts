import {
  wardEventExamples,
  wardEventNames,
  wardEventType,
  type WardEventName,
} from '#libs/contracts/intake/ward-events.js';
import { developmentContext } from '../../testing/adt.js';
import { understandCloudEvent } from './understand-cloud-event.js';

const event = (name: WardEventName, more: object = {}): object => ({
  specversion: '1.0',
  id: '1',
  source: 'RAL',
  type: wardEventType(name),
  subject: 'V1',
  time: '2026-11-03T09:00:00Z',
  data: wardEventExamples[name],
  ...more,
});
const read = (value: unknown) => understandCloudEvent(value, developmentContext);

describe('One of our own ward events', () => {
  test.each(wardEventNames)('%s is taken as its example has it', (name) => {
    expect(read(event(name)).kind).toBe('stay');
  });

  test('says the same when its data came as bytes', () => {
    const { data, ...attributes } = event('moved') as { data: object };
    const bytes = Buffer.from(JSON.stringify(data)).toString('base64');
    expect(read({ ...attributes, data_base64: bytes })).toEqual(read({ ...attributes, data }));
  });

  test.each([
    ['no base64', { data_base64: '{}' }],
    ['bytes that are no JSON', { data_base64: 'AAAA' }],
    ['both data and bytes', { data_base64: 'e30=', data: {} }],
  ])('is no CloudEvent with %s', (_, more) => {
    const { data: _data, ...attributes } = event('moved') as { data: object };
    expect(read({ ...attributes, ...more })).toEqual({
      kind: 'rejected',
      reason: expect.stringMatching(/^This is not a CloudEvent 1.0: data_base64 /) as unknown,
    });
  });

  const deep = JSON.parse('{"x":'.repeat(20_000) + '1' + '}'.repeat(20_000)) as unknown;
  test.each([
    ['NUL in a name', event('moved', { subject: 'V\0' })],
    ['half a surrogate pair', event('moved', { data: { ward: '\ud800', at: '2026-11-03T09:00:00Z' } })],
    ['such a name of a field', event('moved', { 'x\udfff': 1 })],
    ['data without end', event('moved', { type: 'of.another', data: deep })],
    ['an attribute without end', event('moved', { extension: deep })],
  ])('cannot be read with %s, which no store could keep', (_, value) => {
    expect(read(value)).toEqual({
      kind: 'rejected',
      reason: expect.stringMatching(/^This cannot be read: it (holds|is nested) [a-z ,]+\.$/) as unknown,
    });
  });

  test('is nothing of a prototype, whatever its fields are called', () => {
    const value: unknown = JSON.parse(
      '{"specversion":"1.0","id":"1","source":"RAL","type":"homeward.ward.moved.v1","__proto__":{"subject":"V1"},"constructor":{"prototype":{"x":1}},"data":{"__proto__":{"ward":"OAK"},"at":"2026-11-03T09:00:00Z"}}',
    );
    expect(read(value)).toMatchObject({ kind: 'refused', fault: { field: 'subject' } });
    expect(read({ ...(value as object), subject: 'V1' })).toMatchObject({ kind: 'refused', fault: { field: 'data' } });
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('x');
    expect(read(event('moved', { type: 'constructor' })).kind).toBe('ignored');
  });
});
