import { Chance } from '#apps/homeward/demo/chance.js';
import type { Bench } from '../bench.js';
import { HttpLanes, succeeded } from '../ground/http-lanes.js';
import { startService } from '../ground/service.js';
import { builtHistory, twoYears } from '../history/log.js';
import { lessIsBetter, type Measured } from '../measured.js';
import { figure, median, percentile, spread } from '../statistics.js';
import { timesOf } from './board.js';

const readings = 60;
const seed = 2027;
const minutesADay = 1440;

export const boardAsOf: Bench = {
  name: 'board-as-of',
  says: 'GET /board as it stood at random minutes of two years: as true then (asOf), and as known then (knownAt)',
  knobs: '--size events in the log (300000; the goal says 1000000)',
  async run(run): Promise<readonly Measured[]> {
    const events = run.size(300_000);
    const { url } = await builtHistory(run, { events, days: twoYears });
    const service = await startService(run.ground, url);
    const { token } = await service.api('idt');
    const lanes = new HttpLanes(service.url, 1, token);
    const chance = new Chance(seed);
    const now = Date.now();
    const all: Measured[] = [];
    for (const clock of ['asOf', 'knownAt'] as const) {
      const shown: number[] = [];
      const milliseconds = await timesOf(readings, async (turn) => {
        run.progress(`board-as-of: ${clock}`, turn + 1, readings);
        const at = new Date(now - chance.between(1, twoYears * minutesADay) * 60_000).toISOString();
        const text = succeeded(await lanes.get(0, `/api/v1/board?${clock}=${at}`));
        const { rows }: { rows: readonly unknown[] } = JSON.parse(text);
        shown.push(rows.length);
      });
      all.push(
        lessIsBetter({
          measure: `board-as-of.${clock}`,
          ours: percentile(milliseconds, 0.95),
          peer: 'goal',
          theirs: 2000,
          unit: 'ms (p95)',
          note: `${figure(median(shown))} rows at the median, of a log of ${figure(events)}; ${spread(milliseconds)}`,
        }),
      );
    }
    await lanes.close();
    await service.stop();
    return all;
  },
};
