import { startTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { listStatement } from './row-list.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

const read = listStatement(
  'id text, n integer, at timestamptz, days date[], names text[], said json, known boolean',
  (rows) => `SELECT id, n, at, days::text[] AS days, names, said, known FROM ${rows} AS r`,
);
const back = async (...rows: object[]) => (await database.pool.query(read.with(rows))).rows as unknown[];

const empty = { id: null, n: null, at: null, days: null, names: null, said: null, known: null };

describe('a list of rows', () => {
  it('comes back as it was given, in its order', async () => {
    const first = {
      ...{ id: 'a "b" \\ {c},', n: -7, at: new Date('2026-03-05T10:00:00.123Z'), days: ['2026-03-05', '2026-03-06'] },
      ...{ names: ['', 'NULL', 'a "b" \\,{}', null], said: { of: ['é', '\u001e', null] }, known: false },
    };
    const at = first.at.toISOString();
    expect(await back({ ...first, at }, { id: 'b', n: 0 }, {})).toEqual([first, { ...empty, id: 'b', n: 0 }, empty]);
  });

  it('tells an empty text from none, also alone', async () => {
    expect(await back({ id: '', names: [], known: true })).toEqual([{ ...empty, id: '', names: [], known: true }]);
    expect(await back({ id: '' }, { id: null })).toEqual([{ ...empty, id: '' }, empty]);
    expect(await back({})).toEqual([empty]);
  });

  it('puts the replacement character for what it cannot carry', async () => {
    expect(await back({ id: 'a\u0000b\u001ec\u001dd', said: ['\u0000'] }, { id: 'b' })).toEqual([
      { ...empty, id: 'a\ufffdb\ufffdc\ufffdd', said: ['\ufffd'] },
      { ...empty, id: 'b' },
    ]);
  });
});
