import { acknowledge, type Acknowledgement } from './acknowledge.js';
import { acknowledgementsAskedFor } from './asked-for.js';
import { readHeader, type Hl7Header } from './header.js';
import { readHl7 } from './reader.js';
import { isFrom } from './version.js';

const headerOf = (text: string): Hl7Header => {
  const read = readHl7(text);
  if (!read.ok) throw new Error(read.reason);
  return readHeader(read.message);
};
const header = (version: string, modes = ''): Hl7Header =>
  headerOf(`MSH|^~\\&|PAS|RAL|X|Y|20261103101500||ADT^A03|M1|P|${version}${modes}`);
const answer = (more: Partial<Acknowledgement>): readonly string[] =>
  acknowledge({ code: 'AA', header: header('2.4'), at: '2026-11-03T10:15:00.000Z', id: 'ack-1', ...more }).split('\r');

describe('An acknowledgement', () => {
  test('turns sender and receiver round and echoes control id, version and processing id', () => {
    expect(answer({})).toEqual(['MSH|^~\\&|X|Y|PAS|RAL|20261103101500+0000||ACK^A03^ACK|ack-1|P|2.4', 'MSA|AA|M1', '']);
  });

  test.each([
    ['2.2', 'ACK^A03'],
    ['2.3', 'ACK^A03'],
    ['2.3.1', 'ACK^A03^ACK'],
    ['2.8.2', 'ACK^A03^ACK'],
  ])('of version %s has %s in MSH-9', (version, kind) => {
    expect(answer({ header: header(version) })[0]?.split('|')).toEqual(expect.arrayContaining([kind, version]));
  });

  test('cannot be broken by what it says, and goes without a header that could not be read', () => {
    const header = headerOf('MSH|^~\\&|P\\T\\S|RAL|X|Y|||ADT^A03|A^1&2|P|2.4');
    const told = answer({ code: 'AE', header, reason: 'not | this ^ way\rMSH' });
    expect(told).toHaveLength(4);
    expect(told[0]).toContain('|P\\T\\S|RAL|');
    expect(told[1]).toBe('MSA|AE|A^1&2|not \\F\\ this \\S\\ way MSH');
    expect(answer({ code: 'AR', header: undefined, reason: 'No.' })).toEqual([
      'MSH|^~\\&|HOMEWARD||||20261103101500+0000||ACK|ack-1|P|2.4',
      'MSA|AR||No.',
      '',
    ]);
  });

  test('is written with the delimiters of its sender', () => {
    const hashes = headerOf('MSH#*~$!#PAS#RAL#X#Y###ADT*A01#a|b#P#2.5');
    const [msh, msa, err] = answer({ code: 'AE', header: hashes, reason: 'Not #1.', field: 'PV1-44' });
    expect(msh).toBe('MSH#*~$!#X#Y#PAS#RAL#20261103101500+0000##ACK*A01*ACK#ack-1#P#2.5');
    expect(msa).toBe('MSA#AE#a|b#Not $F$1.');
    expect(err).toBe('ERR##PV1*1*44#102*Data type error*HL70357#E####Not $F$1.');
    const noEscape = headerOf('MSH|^~|PAS|RAL|X|Y|||ADT^A01|1|P|2.4');
    expect(answer({ code: 'AE', header: noEscape, reason: 'a|b', field: 'PV1-44' })).toEqual([
      'MSH|^~|X|Y|PAS|RAL|20261103101500+0000||ACK^A01^ACK|ack-1|P|2.4',
      'MSA|AE|1|a b',
      'ERR|PV1^1^44^102',
      '',
    ]);
  });

  test('that is not plain ASCII says in MSH-18 that it is UTF-8', () => {
    const accented = headerOf('MSH|^~\\&|CAFÉ|RAL|X|Y|||ADT^A01|1|P|2.4');
    expect(answer({ header: accented })[0]?.split('|')[17]).toBe('UNICODE UTF-8');
  });

  test.each([
    [
      '2.5',
      'PV1-44',
      'PV1-44 is not a date or time.',
      'ERR||PV1^1^44|102^Data type error^HL70357|E||||PV1-44 is not a date or time.',
    ],
    ['2.4', 'PV1-44', 'PV1-44 is not a date or time.', 'ERR|PV1^1^44^102&Data type error&HL70357'],
    ['2.5', 'PV1-2', 'PV1-2 is empty.', 'ERR||PV1^1^2|101^Required field missing^HL70357|E||||PV1-2 is empty.'],
    ['2.5', 'MSH-9', 'Not taken.', 'ERR||MSH^1^9|201^Unsupported event code^HL70357|E||||Not taken.'],
    ['2.5', 'MSH-11', 'Not taken.', 'ERR||MSH^1^11|202^Unsupported processing id^HL70357|E||||Not taken.'],
    ['2.5', 'MRG', 'A ring.', 'ERR||MRG^1|102^Data type error^HL70357|E||||A ring.'],
    ['2.5', undefined, 'A fault.', 'ERR|||207^Application internal error^HL70357|E||||A fault.'],
    ['2.3', undefined, 'A fault.', 'ERR|^^^207&Application internal error&HL70357'],
  ])('of version %s says where the fault is (%s)', (version, field, reason, err) => {
    expect(answer({ code: 'AE', header: header(version), field, reason })[2]).toBe(err);
  });

  test('of success has no error segment, whatever is odd about the message', () => {
    expect(answer({ reason: 'The control id was used before.' })).toHaveLength(3);
    expect(answer({ code: 'CA', reason: 'The control id was used before.' })).toHaveLength(3);
  });
});

describe('Which acknowledgements are sent', () => {
  test.each([
    ['', '', 'AA AE AR'],
    // One of the two alone: the application's, when it says.
    ['AL', '', 'AA AE AR'],
    ['ER', '', '- AE AR'],
    ['NE', '', 'AA AE AR'],
    ['', 'AL', 'AA AE AR'],
    ['', 'SU', 'AA - -'],
    // Both: the enhanced mode.
    ['AL', 'NE', 'CA CE CR'],
    ['NE', 'AL', 'AA AE AR'],
    ['AL', 'AL', 'CA+AA CE+AE CR+AR'],
    ['AL', 'ER', 'CA CE+AE CR+AR'],
    ['ER', 'SU', 'AA CE CR'],
    ['SU', 'ER', 'CA AE AR'],
    ['er', 'ne', '- CE CR'],
    ['NE', 'NE', '- - -'],
    ['?', 'NE', 'CA CE CR'],
  ])('with MSH-15 %p and MSH-16 %p: %s', (accept, application, expected) => {
    const asked = header('2.5', `|||${accept}|${application}`);
    const sent = (['AA', 'AE', 'AR'] as const).map((code) => acknowledgementsAskedFor(code, asked).join('+') || '-');
    expect(sent.join(' ')).toBe(expected);
  });

  test('of a message whose header cannot be read: the one of the original mode', () => {
    expect(acknowledgementsAskedFor('AR', undefined)).toEqual(['AR']);
  });
});

test('versions are told apart by their numbers', () => {
  expect(['2.1', '2.3', '2.3.1', '2.4', '2.10', 'x', '', '2'].map((version) => isFrom(version, '2.3.1'))).toEqual([
    false,
    false,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
