import { Judge } from './judge.js';
import { faultIn } from './one-input.js';
import { parsers, type ParserName } from './parsers/parsers.js';
import { adt } from '#libs/intake/testing/adt.js';

const hl7 = (message: string): Buffer => Buffer.from(message, 'utf8');

/** What fuzzing found, made small by hand; each was a fault once. */
const found: readonly (readonly [what: string, parser: ParserName, bytes: Buffer])[] = [
  [
    'a type of message that is no type was said back',
    'hl7',
    hl7(adt({ event: 'A01' }).replace('ADT^A01', 'QUIBBLE^A01')),
  ],
  [
    'the name of a header that stands twice was said back',
    'cloudevents',
    Buffer.from('content-type: application/json\nce-specversion: 1.0\nce-quibble: 1\nce-quibble: 2\n\n{}'),
  ],
  [
    'a class of patient that is no class was said back',
    'hl7',
    hl7(adt({ event: 'A01', patientClass: 'QUIBBLE', place: 'LARCH^1^A^RAL' })),
  ],
  [
    'a kind of resource that an object has a property of was answered with that',
    'fhir',
    Buffer.from(
      '{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"constructor"},"request":{"method":"POST","url":"constructor"}}]}',
    ),
  ],
  [
    'a time just after the year 9999 was taken, and broke the contract of the event',
    'cloudevents',
    Buffer.from(
      JSON.stringify({
        ...{ specversion: '1.0', id: '1', source: 'RAL', subject: 'V1', type: 'homeward.ward.returned.v1' },
        data: { at: '9999-12-31T23:59:59-01:00' },
      }),
    ),
  ],
];

describe('What fuzzing found', () => {
  const judge = new Judge();
  test.each(found)('%s (%s), and is so no more', (_, parser, bytes) => {
    expect(faultIn(parsers[parser], judge, bytes).fault).toBeUndefined();
  });
});
