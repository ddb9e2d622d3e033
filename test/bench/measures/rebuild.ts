import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { casesProjection } from '#libs/discharge/board/cases.projection.js';
import type { Bench, Run } from '../bench.js';
import { HttpLanes, succeeded } from '../ground/http-lanes.js';
import { rebuildBeside } from '../ground/rebuilding.js';
import type { Service } from '../ground/service.js';
import { buildAll, keepBuilt, twoYears, writeHistory } from '../history/log.js';
import { lessIsBetter, moreIsBetter, type Measured } from '../measured.js';
import { rebuildEmmettDocuments } from '../peers/emmett-documents.js';
import { figure, percentile, spread } from '../statistics.js';

/** As many events as emmett can finish in a minute or so. */
const mostForEmmett = 10_000;
const readEveryMs = 100;

/** Reads the board again and again until told to stop; gives the times of the answers. */
const keepReading = (service: Service, token: string | undefined) => {
  const lanes = new HttpLanes(service.url, 1, token);
  const milliseconds: number[] = [];
  let going = true;
  const reading = (async () => {
    while (going) {
      const begun = performance.now();
      succeeded(await lanes.get(0, '/api/v1/board'));
      milliseconds.push(performance.now() - begun);
      await pause(readEveryMs);
    }
    await lanes.close();
  })();
  // Told by whoever waits for the end.
  reading.catch(() => undefined);
  return async (): Promise<readonly number[]> => {
    going = false;
    await reading;
    return milliseconds;
  };
};

const projectionsOf = async (pool: pg.Pool): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ consumer: string }>(
    `SELECT consumer FROM feed.checkpoints WHERE kind = 'projection' ORDER BY consumer`,
  );
  return rows.map(({ consumer }) => consumer);
};

/** How many events of the log a projection folds. */
const wantedBy = async (pool: pg.Pool, { wants }: typeof casesProjection): Promise<number> => {
  const { rows } = await pool.query<{ wanted: string }>(
    `SELECT count(*) AS wanted FROM log.events
      WHERE ($1::text[] IS NULL OR type = ANY ($1)) AND ($2::text[] IS NULL OR stream_id ^@ ANY ($2))`,
    [wants.types ?? null, wants.streamPrefixes ?? null],
  );
  return Number(rows[0]?.wanted);
};

const oneByOne = async (run: Run, url: string, service: Service, events: number): Promise<readonly Measured[]> => {
  const pool = run.ground.pool(url, 1);
  const names = await projectionsOf(pool);
  const wanted = await wantedBy(pool, casesProjection);
  await pool.end();
  const { token } = await service.api('idt');
  const stopReading = keepReading(service, token);
  let done = 0;
  const seconds = await rebuildBeside(run.ground, url, names, (name) => {
    done += 1;
    run.progress(`rebuild: ${name} is built`, done, names.length);
  });
  const answers = await stopReading();
  const emmett = await rebuildEmmettDocuments(run, url, casesProjection.wants, mostForEmmett);
  const rateOf = (name: string): number => events / (seconds.get(name) ?? Number.NaN);
  const slowest = [...names].sort((a, b) => rateOf(a) - rateOf(b))[0] ?? '';
  const each = names.map((name) => `${name} ${figure(rateOf(name))}`).join(', ');
  const goal = { peer: 'goal', theirs: 30_000, unit: 'events/s' } as const;
  const board = casesProjection.name;
  return [
    moreIsBetter({
      measure: 'rebuild.one-board',
      ours: rateOf(board),
      ...goal,
      note: `${board}, of a log of ${figure(events)}`,
    }),
    moreIsBetter({ measure: 'rebuild.one-slowest', ours: rateOf(slowest), ...goal, note: each }),
    moreIsBetter({
      measure: 'rebuild.against-emmett',
      ours: wanted / (seconds.get(board) ?? Number.NaN),
      peer: 'emmett-postgresql 0.42.0 documents',
      theirs: emmett.rate,
      unit: 'events folded/s',
      note: `ours ${figure(wanted)} events, theirs ${figure(emmett.events)}; the goal is a ratio of 25`,
    }),
    lessIsBetter({
      measure: 'rebuild.board-meanwhile',
      ours: percentile(answers, 0.95),
      peer: 'goal',
      theirs: 50,
      unit: 'ms (p95)',
      note: `${figure(answers.length)} readings of GET /board beside it; ${spread(answers)}`,
    }),
  ];
};

export const rebuild: Bench = {
  name: 'rebuild',
  says: 'every projection from nothing, all at once; each alone beside the running service; documents of one against emmett-postgresql',
  knobs: '--size events in the log (300000; the goal says 3000000)',
  async run(run): Promise<readonly Measured[]> {
    const events = run.size(300_000);
    const history = await writeHistory(run, { events, days: twoYears });
    const { service, seconds, projections } = await buildAll(run, history, events);
    const alone = await oneByOne(run, history.url, service, events);
    await service.stop();
    await keepBuilt(run, history);
    return [
      moreIsBetter({
        measure: 'rebuild.set',
        ours: events / seconds,
        peer: 'goal',
        theirs: 12_000,
        unit: 'events/s',
        note: `${String(projections)} projections at once in ${figure(seconds)} s, of a log of ${figure(events)}`,
      }),
      ...alone,
    ];
  },
};
