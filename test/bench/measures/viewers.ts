import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../bench.js';
import { BoardViewer, type Shown } from '../ground/board-viewer.js';
import { fillBoard } from '../ground/council.js';
import { HttpLanes, succeeded } from '../ground/http-lanes.js';
import { startService } from '../ground/service.js';
import { lessIsBetter, noneIsBest, type Measured } from '../measured.js';
import { figure, percentile, spread } from '../statistics.js';

const onBoard = 60;
const together = 50;
const changesWhileAway = 120;
const changesMeanwhile = 100;
const changeEveryMs = 40;
const patienceMs = 30_000;
const dayMs = 86_400_000;

/** What one viewer knows of each case: the expected date that its row said last. */
class Viewer {
  readonly dates = new Map<string, string>();
  readonly stream: BoardViewer;

  constructor(url: string, token: string) {
    this.stream = new BoardViewer(url, token, (shown) => this.#see(shown));
  }

  /** Dates only ever rise. */
  hasSeen(truth: ReadonlyMap<string, string>): boolean {
    return [...truth].every(([caseId, date]) => (this.dates.get(caseId) ?? '') >= date);
  }

  #see({ event, data }: Shown): void {
    if (event === undefined) this.dates.set(String(data['caseId']), String(data['expectedDischargeDate']));
  }
}

const untilTrue = async (met: () => boolean): Promise<boolean> => {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await pause(50)) if (met()) return true;
  return met();
};

const inGroups = async (viewers: readonly Viewer[]): Promise<void> => {
  for (let from = 0; from < viewers.length; from += together)
    await Promise.all(viewers.slice(from, from + together).map(({ stream }) => stream.open()));
};

export const viewers: Bench = {
  name: 'viewers',
  says: 'live viewers of the board lose their line, the board changes, all come back at once while it goes on changing: nobody may miss a change',
  knobs: '--size viewers (500)',
  async run(run): Promise<readonly Measured[]> {
    const count = run.size(500);
    const service = await startService(run.ground, await run.ground.freshDatabase('viewers'));
    const people = await fillBoard(service, onBoard, (done) =>
      run.progress('viewers: referring people', done, onBoard),
    );
    const { token = '' } = await service.api('idt');
    const lanes = new HttpLanes(service.url, 1, token);
    const truth = new Map<string, string>();
    let turn = 0;
    const change = async (): Promise<void> => {
      turn += 1;
      const caseId = people[turn % people.length]?.caseId ?? '';
      const date = new Date(Date.now() + (1 + turn) * dayMs).toISOString().slice(0, 10);
      const body = { date, reason: 'The therapist reviewed it.' };
      succeeded(await lanes.post(0, `/api/v1/cases/${caseId}/expected-discharge-date`, body));
      truth.set(caseId, date);
    };
    const all = Array.from({ length: count }, () => new Viewer(service.url, token));
    run.progress('viewers: opening', 0, count);
    await inGroups(all);
    for (let n = 0; n < people.length; n += 1) await change();
    const before = await untilTrue(() => all.every((viewer) => viewer.hasSeen(truth)));
    if (!before) throw new Error('Not every viewer saw the changes that came while all were watching.');
    run.progress('viewers: gone, and the board changes');
    for (const { stream } of all) stream.drop();
    for (let n = 0; n < changesWhileAway; n += 1) await change();
    const whileAway = new Map(truth);
    const changing = (async () => {
      for (let n = 0; n < changesMeanwhile; n += 1) {
        await change();
        await pause(changeEveryMs);
      }
    })();
    run.progress('viewers: all come back');
    const begun = performance.now();
    const backAfter: number[] = [];
    await Promise.all(
      all.map(async (viewer) => {
        await viewer.stream.open();
        await untilTrue(() => viewer.hasSeen(whileAway));
        backAfter.push(performance.now() - begun);
      }),
    );
    await changing;
    await untilTrue(() => all.every((viewer) => viewer.hasSeen(truth)));
    const missed = all.filter((viewer) => !viewer.hasSeen(truth)).length;
    for (const { stream } of all) stream.drop();
    await lanes.close();
    await service.stop();
    return [
      noneIsBest({
        measure: 'viewers.missed',
        ours: missed,
        unit: 'viewers that missed a change',
        note: `of ${figure(count)}; ${String(changesWhileAway)} changes while they were away, ${String(changesMeanwhile)} while they came back`,
      }),
      lessIsBetter({
        measure: 'viewers.back',
        ours: percentile(backAfter, 1) / 1000,
        peer: 'goal',
        theirs: 5,
        unit: 's (last one back)',
        note: `all began to reconnect at once; ${spread(backAfter)}`,
      }),
    ];
  },
};
