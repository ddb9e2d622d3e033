import { cloudEventOfRecord } from './cloud-event-of-record.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const attributes = { ce_specversion: '1.0', ce_id: bytes('1'), ce_source: 'RAL', ce_type: 'homeward.ward.moved.v1' };

describe('A record of Kafka', () => {
  test('in binary mode is read from its headers, the data from its value', () => {
    expect(
      cloudEventOfRecord({
        headers: {
          ...attributes,
          ce_recordedtime: ['2026-11-03T09:00:00Z'],
          'content-type': 'application/json',
          other: 'x',
        },
        value: bytes('{"ward":"ÉRABLE"}'),
      }),
    ).toEqual({
      ok: true,
      event: {
        ...{ specversion: '1.0', id: '1', source: 'RAL', type: 'homeward.ward.moved.v1' },
        recordedtime: '2026-11-03T09:00:00Z',
        data: { ward: 'ÉRABLE' },
      },
    });
    expect(cloudEventOfRecord({ headers: attributes, value: null })).toMatchObject({ ok: true, event: { id: '1' } });
    const own = { ...attributes, 'content-type': 'application/vnd.ral+json; charset=utf-8' };
    expect(cloudEventOfRecord({ headers: own, value: bytes('{}') }).ok).toBe(true);
  });

  test('in structured mode is its value', () => {
    const headers = { 'content-type': bytes('Application/CloudEvents+JSON; charset=utf-8') };
    expect(cloudEventOfRecord({ headers, value: bytes('{"id":"1"}') })).toEqual({ ok: true, event: { id: '1' } });
  });

  test.each([
    ['is in neither mode', { headers: undefined, value: bytes('{}') }],
    ['is a batch', { headers: { 'content-type': 'application/cloudevents-batch+json' }, value: bytes('[]') }],
    ['has data of another format', { headers: { ...attributes, 'content-type': 'text/xml' }, value: bytes('<a/>') }],
    ['has data that is no JSON', { headers: attributes, value: bytes('{') }],
    ['is not UTF-8', { headers: attributes, value: Buffer.from([0x22, 0xff, 0x22]) }],
    ['has no event', { headers: { 'content-type': 'application/cloudevents+json' }, value: null }],
  ])('cannot be read when it %s', (_, record) => {
    expect(cloudEventOfRecord(record)).toEqual({ ok: false, reason: expect.stringMatching(/^(The|Ward) .+\.$/) });
  });
});
