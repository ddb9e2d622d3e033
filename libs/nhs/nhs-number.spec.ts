import fc from 'fast-check';
import { formatNhsNumber, isTestNumber, makeTestNumber, parseNhsNumber } from './nhs-number.js';

const valid = (text: string) => {
  const parsed = parseNhsNumber(text);
  return parsed.ok ? parsed.value : parsed.reason;
};

describe('an NHS number', () => {
  it.each([
    '9990000018 9990000026 9990000034 9990000042 9990000050 9990000069 9990000077 9990000085 9990000093',
    '9990000107 9990000115 9990000123 6541003238',
  ])('with the right check digit is taken: %s', (numbers) => {
    for (const number of numbers.split(' ')) expect(valid(number)).toBe(number);
  });

  it.each(['999000000', '999000014', '999000028', '999000031', '999000045'])(
    'with the prefix %s does not exist, whatever the last digit',
    (prefix) => {
      for (let digit = 0; digit <= 9; digit += 1) expect(valid(`${prefix}${digit}`)).toBe('check-digit');
    },
  );

  it('is stored as ten digits however it is written, and shown 3-3-4', () => {
    expect(valid('654 100 3238')).toBe('6541003238');
    expect(valid('654-100-3238')).toBe('6541003238');
    expect(valid(' 6541003238 ')).toBe('6541003238');
    expect(formatNhsNumber('9990000018')).toBe('999 000 0018');
  });

  it.each(['', '123', '65410032380', '654 1003238', '654-100 3238', 'ABCDEFGHIJ', '654 100 323X'])(
    'that is not written as one is refused: "%s"',
    (text) => {
      expect(valid(text)).toBe('format');
    },
  );

  it('with a wrong check digit is refused', () => {
    expect(valid('1234567890')).toBe('check-digit');
    expect(valid('0000000000')).toBe('never-issued');
  });

  it('changes its check digit when any one digit changes', () => {
    fc.assert(
      fc.property(fc.nat(899_999), fc.nat(9), fc.integer({ min: 1, max: 9 }), (seq, place, by) => {
        const number = makeTestNumber(seq);
        const other = `${number.slice(0, place)}${(Number(number[place]) + by) % 10}${number.slice(place + 1)}`;
        expect(valid(other)).not.toBe(other);
      }),
    );
  });
});

describe('a test number', () => {
  it('comes from the 999 range in order, valid and never twice', () => {
    const firstTwelve = Array.from({ length: 12 }, (_, seq) => makeTestNumber(seq));
    expect(firstTwelve).toEqual([
      '9990000018',
      '9990000026',
      '9990000034',
      '9990000042',
      '9990000050',
      '9990000069',
      '9990000077',
      '9990000085',
      '9990000093',
      '9990000107',
      '9990000115',
      '9990000123',
    ]);
    const many = new Set(Array.from({ length: 20_000 }, (_, seq) => makeTestNumber(seq)));
    expect(many.size).toBe(20_000);
    for (const number of many) expect(valid(number)).toBe(number);
    expect(valid(makeTestNumber(899_999))).toBe(makeTestNumber(899_999));
    expect(() => makeTestNumber(900_000)).toThrow(RangeError);
  });

  it('is known by its first digit', () => {
    expect(isTestNumber('9990000018')).toBe(true);
    expect(isTestNumber('6541003238')).toBe(false);
  });
});
