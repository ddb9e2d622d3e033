import { type Bench, type Run } from '../bench.js';
import { fillBoard } from '../ground/council.js';
import { HttpLanes, succeeded } from '../ground/http-lanes.js';
import { startService, type Service } from '../ground/service.js';
import { signInToPages } from '../ground/pages.js';
import { lessIsBetter, type Measured } from '../measured.js';
import { percentile, spread } from '../statistics.js';

const goals = [
  { rows: 150, p95: 50 },
  { rows: 600, p95: 150 },
] as const;

/** One reader after the other, without a pause: the time of each answer, until its last byte. */
export const timesOf = async (count: number, ask: (turn: number) => Promise<unknown>): Promise<readonly number[]> => {
  const milliseconds: number[] = [];
  for (let turn = 0; turn < count; turn += 1) {
    const begun = performance.now();
    await ask(turn);
    milliseconds.push(performance.now() - begun);
  }
  return milliseconds;
};

const rowsIn = (text: string): number => {
  const board: { readonly rows: readonly unknown[] } = JSON.parse(text);
  return board.rows.length;
};

const measured = (what: string, rows: number, milliseconds: readonly number[], goal: number): Measured =>
  lessIsBetter({
    measure: `board.${what}-${String(rows)}-rows`,
    ours: percentile(milliseconds, 0.95),
    peer: 'goal',
    theirs: goal,
    unit: 'ms (p95)',
    note: spread(milliseconds),
  });

const readBoard = async (run: Run, service: Service, rows: number, goal: number): Promise<readonly Measured[]> => {
  const readings = run.size(300);
  const { token } = await service.api('idt');
  const lanes = new HttpLanes(service.url, 1, token);
  const cookie = await signInToPages(service.url, 'idt');
  const pages = new HttpLanes(service.url, 1, undefined, { cookie });
  const shown = rowsIn(succeeded(await lanes.get(0, '/api/v1/board')));
  if (shown !== rows) throw new Error(`The board shows ${String(shown)} rows and not ${String(rows)}.`);
  run.progress(`board: ${String(rows)} rows, reading`);
  const board = async (): Promise<unknown> => succeeded(await lanes.get(0, '/api/v1/board'));
  const page = async (): Promise<unknown> => succeeded(await pages.get(0, '/huddle'));
  await timesOf(30, board);
  const answers = await timesOf(readings, board);
  await timesOf(10, page);
  const pageTimes = await timesOf(Math.ceil(readings / 3), page);
  await Promise.all([lanes.close(), pages.close()]);
  return [measured('api', rows, answers, goal), measured('page', rows, pageTimes, goal)];
};

export const board: Bench = {
  name: 'board',
  says: 'GET /board, and the page /huddle, with 150 and 600 rows: until the last byte, one reader after the other',
  knobs: '--size readings (300)',
  async run(run): Promise<readonly Measured[]> {
    const service = await startService(run.ground, await run.ground.freshDatabase('board'));
    const all: Measured[] = [];
    let there = 0;
    for (const { rows, p95 } of goals) {
      const missing = rows - there;
      await fillBoard(service, missing, (done) => run.progress('board: referring people', done, missing), there + 1);
      there = rows;
      all.push(...(await readBoard(run, service, rows, p95)));
    }
    await service.stop();
    return all;
  },
};
