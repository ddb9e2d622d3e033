import { adt } from '../testing/adt.js';
import { showHl7, showJson, type ShownMessage } from './shown-message.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const faults = ({ lines }: ShownMessage) =>
  lines.flatMap((parts, at) => parts.flatMap(({ text, fault }) => (fault === undefined ? [] : [[at, fault, text]])));
const textOf = ({ lines }: ShownMessage): string =>
  lines.map((parts) => parts.map(({ text }) => text).join('')).join('\r');

describe('A quarantined message is shown with what is wrong marked', () => {
  const message = adt({ event: 'A03', recorded: '20261399', pv1: { 36: 'XX' } });

  test.each([
    ['EVN-2', [[1, 'EVN-2', '20261399']]],
    ['PV1-36', [[3, 'PV1-36', 'XX']]],
    ['MSH-7', [[0, 'MSH-7', '20261399']]],
    ['MSH-9', [[0, 'MSH-9', 'ADT^A03']]],
    ['PID-3', [[2, 'PID-3', '9990000018^^^NHS^NH~B123456^^^RAL^MR']]],
  ])('the field %s', (field, expected) => {
    const shown = showHl7(bytes(message), field);
    expect(faults(shown)).toEqual(expected);
    expect(shown.marked).toBe(field);
    expect(textOf(shown)).toBe(message);
  });

  test('a field after the end of its segment, a whole segment, and one that is not there', () => {
    const short = 'MSH|^~\\&|PAS|RAL|X|Y|20261103101500||ADT^A03|M1|P|2.4\rPV1|1|I\rMRG|A^^^RAL';
    expect(faults(showHl7(bytes(short), 'PV1-19'))).toEqual([[1, 'PV1-19', '']]);
    expect(textOf(showHl7(bytes(short), 'PV1-19'))).toContain(`PV1|1|I${'|'.repeat(17)}`);
    expect(faults(showHl7(bytes(short), 'MRG'))).toEqual([[2, 'MRG', 'MRG|A^^^RAL']]);
    expect(showHl7(bytes(short), 'PV2-9').marked).toBeUndefined();
    expect(showHl7(bytes(short), 'message').marked).toBeUndefined();
  });

  test('other delimiters, other line ends, letters of another set, and far too many lines', () => {
    const odd = bytes('MSH#^~\\&#PAS#RAL\r\nEVN##nonsense\n');
    expect(faults(showHl7(odd, 'EVN-2'))).toEqual([[1, 'EVN-2', 'nonsense']]);
    const latin = Buffer.from('MSH|^~\\&|PAS|RAL\rPID|1||\xe9', 'latin1');
    expect(faults(showHl7(latin, 'PID-3'))).toEqual([[1, 'PID-3', 'é']]);
    const many = showHl7(bytes(`MSH|^~\\&|A|B\r${'OBX|1\r'.repeat(2000)}`), 'MSH-3');
    expect([many.lines.length, many.left]).toEqual([500, 1501]);
  });

  test('the element of a document, else the nearest around it', () => {
    const event = { id: '1', data: { person: { birthDate: '2030-01-01' }, ward: 'OAK' } };
    expect(faults(showJson(event, 'data.person.birthDate'))).toEqual([
      [4, 'data.person.birthDate', '"birthDate": "2030-01-01"'],
    ]);
    expect(faults(showJson(event, 'data.person.sex'))).toEqual([[3, 'data.person.sex', '"person": {']]);
    expect(showJson(event, 'subject').marked).toBeUndefined();
    const bundle = {
      resourceType: 'Bundle',
      entry: [{ resource: { resourceType: 'Encounter', period: { start: 'x' } } }],
    };
    expect(faults(showJson(bundle, 'Encounter.period.start'))).toMatchObject([
      [7, 'Encounter.period.start', '"start": "x"'],
    ]);
    expect(faults(showJson(bundle, 'Encounter.location[0].period'))).toMatchObject([
      [4, 'Encounter.location[0].period', '"resource": {'],
    ]);
    expect(textOf(showJson(event, 'data')).replaceAll('\r', '\n')).toBe(JSON.stringify(event, null, 2));
  });
});
