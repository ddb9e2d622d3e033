import { readBatch } from './split.js';

const read = (...lines: string[]) => readBatch(Buffer.from(lines.join('\r')));
const said = (...lines: string[]): readonly string[] => read(...lines).faults.map(({ message }) => message);

describe('The envelope of a batch', () => {
  test('says nothing when it is whole, whatever of it is there', () => {
    expect(said('MSH|1', 'MSH|2')).toEqual([]);
    expect(said('BHS|^~\\&', 'MSH|1', 'PID|1', 'MSH|2', 'BTS|2')).toEqual([]);
    expect(said('FHS|^~\\&', 'BHS|^~\\&', 'MSH|1', 'BTS|1', 'BHS|^~\\&', 'BTS|0', 'FTS|2')).toEqual([]);
    expect(said('FHS|^~\\&', 'MSH|1', 'FTS|1')).toEqual([]);
    expect(said('BHS#^~\\&', 'MSH|1', 'BTS#1#a remark', '')).toEqual([]);
    expect(said('BHS|^~\\&', 'MSH|1', 'BTS')).toEqual([]);
    expect(said('BHS|^~\\&', 'MSH|1', 'BTS|')).toEqual([]);
  });

  test('tells counts that are not right; the messages are there all the same', () => {
    const batch = read('FHS|^~\\&', 'BHS|^~\\&', 'MSH|1', 'MSH|2', 'BTS|3', 'BHS|^~\\&', 'MSH|3', 'BTS|x|', 'FTS|1');
    expect(batch.messages.map(String)).toEqual(['MSH|1', 'MSH|2', 'MSH|3']);
    expect(batch.faults).toEqual([
      { field: 'BTS-1', message: 'BTS-1 of batch 1 says 3, but 2 messages came.' },
      { field: 'BTS-1', message: 'BTS-1 of batch 2 is not a number; 1 message came.' },
      { field: 'FTS-1', message: 'FTS-1 of the file says 1, but 2 batches came.' },
    ]);
  });

  test('tells what is missing or out of place', () => {
    expect(said('FHS|^~\\&', 'BHS|^~\\&', 'MSH|1', 'BHS|^~\\&', 'MSH|2')).toEqual([
      'BTS is missing: batch 1 may not be whole.',
      'BTS is missing: batch 2 may not be whole.',
      'FTS is missing: the file may not be whole.',
    ]);
    expect(said('BTS|0', 'FTS|0')).toEqual(['BTS stands where no batch is open.', 'FTS stands where no file is open.']);
    expect(said('FHS|^~\\&', 'MSH|1', 'FHS|^~\\&', 'MSH|2', 'FTS|1')).toEqual([
      'FTS is missing: another file begins before the one before it ended.',
    ]);
  });

  test('may be empty', () => {
    expect(read('BHS|^~\\&', 'BTS|0')).toEqual({ messages: [], stray: false, enveloped: true, faults: [] });
  });

  test('a flood of trailers costs no more than a hundred faults', () => {
    expect(said('BTS|1\r'.repeat(100_000))).toHaveLength(100);
  });
});
