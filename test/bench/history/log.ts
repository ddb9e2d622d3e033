import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Run } from '../bench.js';
import { startService, type Service } from '../ground/service.js';
import { Plan } from './plan.js';
import { recordStories, type Stories } from './record.js';
import { writeDataKeys, writePlan, writeRows } from './write.js';

export interface HistoryOptions {
  /** In the log. */
  readonly events: number;
  /** Over how many days people came in, up to today. */
  readonly days: number;
}

/** A log of this many events, as two years of a service would have left it, in a database of its own. */
export interface History {
  readonly database: string;
  readonly url: string;
}

export const twoYears = 730;

const recorded = new WeakMap<Run['ground'], Promise<Stories>>();

const storiesOf = (run: Run): Promise<Stories> => {
  const stories = recorded.get(run.ground) ?? recordStories(run);
  recorded.set(run.ground, stories);
  return stories;
};

const nameOf = ({ events, days }: HistoryOptions): string => `history_${String(events)}_${String(days)}`;

/** The events that a plan of these stories makes; `more` of them come after the history and are written by `append`. */
export const planHistory = async (run: Run, { events, days }: HistoryOptions, more = 0): Promise<Plan> =>
  new Plan({ stories: await storiesOf(run), events: events + more, days, until: Date.now() });

/**
 * Writes a log past the store, as fast as the database takes it, with envelopes that hold to their contracts. The policies stand at
 * its end, as they would: what they did is in it. The projections stand before its beginning.
 */
export const writeHistory = async (run: Run, options: HistoryOptions, plan?: Plan): Promise<History> => {
  const { ground } = run;
  const { common } = await storiesOf(run);
  const told = plan ?? (await planHistory(run, options));
  const database = nameOf(options);
  const url = await ground.freshDatabase(database);
  await (await startService(ground, url)).stop();
  // Written to disk by the checkpoint in the end.
  const pool = ground.pool(`${url}?options=${encodeURIComponent('-c synchronous_commit=off')}`, 3);
  await writeDataKeys(pool, told);
  const first = told.row(0).recordedAt;
  const rows = common.map((event) => ({
    ...event,
    personId: undefined,
    occurredAt: first,
    recordedAt: first,
    data: JSON.stringify(event.data),
    metadata: JSON.stringify(event.metadata),
  }));
  await writeRows(pool, 1, rows);
  const to = options.events - rows.length;
  await writePlan(pool, told, { from: 0, to, firstPosition: rows.length + 1 }, (done) =>
    run.progress(`writing a log of ${String(told.stays)} stays`, done, to),
  );
  await pool.query(`UPDATE feed.checkpoints SET position = $1 WHERE kind = 'policy'`, [options.events]);
  await pool.query(`UPDATE feed.checkpoints SET position = 0, state = 'building' WHERE kind = 'projection'`);
  await pool.query('VACUUM ANALYZE log.events');
  await pool.end();
  await ground.settleDisk();
  return { database, url };
};

export interface Building {
  /** Seconds from the start until every projection had folded the whole log for the first time. */
  readonly seconds: number;
  readonly projections: number;
}

/** Waits until every projection has folded the log up to here. @throws Error when one cannot be built */
export const built = async (
  pool: pg.Pool,
  position: number,
  onProgress: (slowest: number) => void,
): Promise<number> => {
  for (;;) {
    const { rows } = await pool.query<{ consumer: string; position: string; state: string; reason: string | null }>(
      `SELECT consumer, position, state, reason FROM feed.checkpoints WHERE kind = 'projection'`,
    );
    const failed = rows.find(({ state }) => state === 'failed');
    if (failed !== undefined) throw new Error(`${failed.consumer} cannot be built: ${failed.reason ?? '?'}`);
    if (rows.every((row) => row.state === 'running' && Number(row.position) >= position)) return rows.length;
    onProgress(Math.min(...rows.map((row) => Number(row.position))));
    await pause(50);
  }
};

/** Lets a service build every projection of a history, all at once, from nothing. */
export const buildAll = async (
  run: Run,
  history: History,
  events: number,
): Promise<Building & { readonly service: Service }> => {
  const service = await startService(run.ground, history.url);
  const begun = performance.now();
  const pool = run.ground.pool(history.url, 1);
  const projections = await built(pool, events, (slowest) =>
    run.progress('building every projection', slowest, events),
  );
  await pool.end();
  return { service, projections, seconds: (performance.now() - begun) / 1000 };
};

/** A history with its projections built: the one of an earlier bench or of the folder that was kept, else a new one. */
export const builtHistory = async (run: Run, options: HistoryOptions): Promise<History> => {
  const database = `${nameOf(options)}_built`;
  if (!(await run.ground.hasDatabase(database))) {
    const history = await writeHistory(run, options);
    await (await buildAll(run, history, options.events)).service.stop();
    await keepBuilt(run, history);
  }
  return { database, url: await run.ground.addressOf(database) };
};

/** From now on this history, whose projections are built, is found by `builtHistory`. */
export const keepBuilt = async (run: Run, { database }: History): Promise<void> => {
  await run.ground.dropDatabase(`${database}_built`);
  await run.ground.renameDatabase(database, `${database}_built`);
};
