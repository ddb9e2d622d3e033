import { cloudEventsOfRequest } from './cloud-events-of-request.js';

const structured = { 'content-type': ['application/cloudevents+json; charset=utf-8'] };
const binary = { 'content-type': ['application/json'], 'ce-specversion': ['1.0'] };

const faultOf = (headers: Readonly<Record<string, string[]>>, body: unknown): unknown => {
  try {
    return cloudEventsOfRequest(headers, body);
  } catch (error) {
    return error;
  }
};

describe('A request with ward events', () => {
  test('holds one in structured mode, several as a batch', () => {
    expect(cloudEventsOfRequest(structured, { id: '1' })).toEqual([{ id: '1' }]);
    const batch = { 'content-type': ['application/cloudevents-batch+json'] };
    expect(cloudEventsOfRequest(batch, [{ id: '1' }, { id: '2' }])).toEqual([{ id: '1' }, { id: '2' }]);
    expect(cloudEventsOfRequest(batch, [])).toEqual([]);
    expect(faultOf(batch, {})).toMatchObject({ status: 400, code: 'request.malformed' });
    expect(faultOf(structured, [])).toMatchObject({ status: 400, code: 'request.malformed' });
  });

  test('holds one in binary mode: its attributes are decoded once, its data is the body', () => {
    const headers = {
      ...binary,
      'ce-id': ['"a b"'],
      'ce-source': ['%2541'],
      'ce-subject': ['Euro%20%E2%82%AC%20%F0%9F%98%80'],
      'ce-recordedtime': ['2026-11-03T09:00:00Z'],
      'ce-datacontenttype': ['text/xml'],
      'ce-data': ['x'],
      'ce-__proto__': ['x'],
      other: ['x'],
    };
    expect(cloudEventsOfRequest(headers, { ward: 'OAK' })).toEqual([
      {
        ...{ specversion: '1.0', id: 'a b', source: '%41', subject: 'Euro € 😀' },
        recordedtime: '2026-11-03T09:00:00Z',
        data: { ward: 'OAK' },
      },
    ]);
  });

  test('is of no use with an attribute that stands twice', () => {
    expect(faultOf({ ...binary, 'ce-id': ['1', '2'] }, {})).toMatchObject({
      status: 400,
      errors: [{ field: 'ce-id', message: 'stands there more than once' }],
    });
    expect(faultOf({ ...binary, 'ce-testpatient': ['1', '2'] }, {})).toMatchObject({ errors: [{ field: 'ce-' }] });
  });

  test.each([
    ['JSON without attributes', { 'content-type': ['application/json'] }],
    ['another format of CloudEvents', { 'content-type': ['application/cloudevents+xml'], 'ce-specversion': ['1.0'] }],
    ['a form', { 'content-type': ['text/plain'], 'ce-specversion': ['1.0'] }],
    ['nothing', {}],
  ])('is of no content type that is taken when it is %s', (_, headers) => {
    expect(faultOf(headers, {})).toMatchObject({ status: 415, code: 'request.media-type' });
  });
});
