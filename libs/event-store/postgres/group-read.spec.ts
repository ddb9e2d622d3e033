import { setImmediate as turn } from 'node:timers/promises';
import type { EventRow } from './event-rows.js';
import { GroupRead } from './group-read.js';

interface Statement {
  readonly streamIds: readonly string[];
  answer(rows: readonly EventRow[]): void;
  fail(error: Error): void;
}

/** Statements that are answered by hand. */
const byHand = () => {
  const statements: Statement[] = [];
  const reads = new GroupRead(
    (streamIds) =>
      new Promise((answer, fail) => {
        statements.push({ streamIds, answer, fail });
      }),
  );
  return { statements, reads };
};

describe('Streams that are read together', () => {
  test('go in one statement when asked for at the same moment, and each gets its own rows', async () => {
    const { statements, reads } = byHand();
    const asked = [reads.rowsOf('case-a', 0), reads.rowsOf('case-b', 0), reads.rowsOf('case-a', 1)];
    await turn();
    expect(statements.map(({ streamIds }) => streamIds)).toEqual([['case-a', 'case-b', 'case-a']]);
    statements[0]?.answer([
      ['0', 'first'],
      ['0', 'second'],
      ['2', 'second'],
    ]);
    expect(await Promise.all(asked)).toEqual([[['first'], ['second']], [], [['second']]]);
  });

  test('are asked for anew by whoever comes while a statement is on its way: what it would see may be too old', async () => {
    const { statements, reads } = byHand();
    const first = reads.rowsOf('case-a', 0);
    await turn();
    const later = reads.rowsOf('case-a', 0);
    await turn();
    statements[0]?.answer([]);
    statements[1]?.answer([['0', 'appended meanwhile']]);
    expect(await Promise.all([first, later])).toEqual([[], [['appended meanwhile']]]);
  });

  test('wait for one of two statements and then go together', async () => {
    const { statements, reads } = byHand();
    for (const stream of ['case-a', 'case-b']) {
      void reads.rowsOf(stream, 0);
      await turn();
    }
    const waiting = [reads.rowsOf('case-c', 0), reads.rowsOf('case-d', 0)];
    await turn();
    expect(statements).toHaveLength(2);
    statements[0]?.answer([]);
    await turn();
    expect(statements[2]?.streamIds).toEqual(['case-c', 'case-d']);
    statements[2]?.answer([['1', 'of d']]);
    expect(await Promise.all(waiting)).toEqual([[], [['of d']]]);
  });

  test('fail together, and the next are read again', async () => {
    const { statements, reads } = byHand();
    const asked = Promise.allSettled([reads.rowsOf('case-a', 0), reads.rowsOf('case-b', 0)]);
    await turn();
    statements[0]?.fail(new Error('away'));
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = reads.rowsOf('case-a', 0);
    await turn();
    statements[1]?.answer([['0', 'back']]);
    expect(await next).toEqual([['back']]);
  });
});
