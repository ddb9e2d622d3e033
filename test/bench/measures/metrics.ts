import { addDays, londonDate } from '#libs/nhs/civil-date.js';
import type { Bench, Run } from '../bench.js';
import { HttpLanes, succeeded } from '../ground/http-lanes.js';
import { startService } from '../ground/service.js';
import { builtHistory, planHistory, twoYears } from '../history/log.js';
import { lessIsBetter, type Measured } from '../measured.js';
import { figure, median } from '../statistics.js';
import { timesOf } from './board.js';

const askings = 3;
const slowestNamed = 5;
const dayMs = 86_400_000;

interface Answered {
  readonly id: string;
  readonly milliseconds: number;
}

/** Events that make a log of about this many stays. */
const eventsOf = async (run: Run, stays: number): Promise<number> => {
  const sample = await planHistory(run, { events: 100_000, days: twoYears });
  return Math.round((stays / sample.stays) * sample.length);
};

const asked = (kind: string, answered: readonly Answered[], goal: number, stays: number): Measured => {
  const slowest = [...answered].sort((a, b) => b.milliseconds - a.milliseconds);
  const named = slowest.slice(0, slowestNamed).map(({ id, milliseconds }) => `${id} ${figure(milliseconds)} ms`);
  return lessIsBetter({
    measure: `metrics.${kind}`,
    ours: slowest[0]?.milliseconds ?? Number.NaN,
    peer: 'goal',
    theirs: goal,
    unit: 'ms (slowest figure)',
    note: `${String(answered.length)} figures over a year, ${figure(stays)} stays in two; median ${figure(median(answered.map(({ milliseconds }) => milliseconds)))} ms; slowest ${named.join(', ')}`,
  });
};

export const metrics: Bench = {
  name: 'metrics',
  says: 'every figure over a year, plain and as known half a year ago; of each the median of three askings',
  knobs: '--size stays (100000; the goal says 500000)',
  async run(run): Promise<readonly Measured[]> {
    const stays = run.size(100_000);
    const { url } = await builtHistory(run, { events: await eventsOf(run, stays), days: twoYears });
    const service = await startService(run.ground, url);
    const { token } = await service.api('analyst');
    const lanes = new HttpLanes(service.url, 1, token);
    const listed: { items: readonly { id: string }[] } = JSON.parse(succeeded(await lanes.get(0, '/api/v1/metrics')));
    const now = Date.now();
    const today = londonDate(new Date(now).toISOString());
    const year = `from=${addDays(today, -365)}&to=${today}`;
    const knownAt = new Date(now - 182 * dayMs).toISOString();
    const askAll = async (what: string, query: string): Promise<readonly Answered[]> => {
      const answered: Answered[] = [];
      for (const [index, { id }] of listed.items.entries()) {
        run.progress(`metrics: ${what}`, index + 1, listed.items.length);
        const times = await timesOf(askings, async () =>
          succeeded(await lanes.get(0, `/api/v1/metrics/${id}?${query}`)),
        );
        answered.push({ id, milliseconds: median(times) });
      }
      return answered;
    };
    const plain = await askAll('plain', year);
    const known = await askAll('as known half a year ago', `${year}&knownAt=${knownAt}`);
    await lanes.close();
    await service.stop();
    return [asked('plain', plain, 500, stays), asked('known-at', known, 5000, stays)];
  },
};
