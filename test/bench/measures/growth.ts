import { createPostgresEventStore } from '#libs/event-store/postgres/postgres-event-store.js';
import type { EventMetadata, EventStore } from '#libs/event-store/port.js';
import { newId } from '#libs/platform/ids.js';
import type { Bench, Run } from '../bench.js';
import { HttpLanes, succeeded } from '../ground/http-lanes.js';
import { startService } from '../ground/service.js';
import { built, buildAll, planHistory, twoYears, writeHistory } from '../history/log.js';
import type { Plan } from '../history/plan.js';
import { inFlight } from '../load.js';
import { lessIsBetter, type Measured } from '../measured.js';
import { figure, median } from '../statistics.js';
import { timesOf } from './board.js';

/** Of the largest log; the first and last are those the goal names. */
const parts = [1 / 30, 1 / 3, 1] as const;
const rounds = 3;
const eventsARound = 3000;
const readings = 40;
const width = 64;
const appendSeconds = 2;

const metadata: EventMetadata = {
  correlationId: newId(),
  actor: { id: 'bench', role: 'idt', organisation: 'council' },
  source: 'api',
};

/** A log of one size, and what was measured on it: of each kind one value a round. */
interface Grown {
  readonly events: number;
  readonly url: string;
  readonly plan: Plan;
  /** Microseconds an event. */
  readonly append: number[];
  readonly project: number[];
  /** Milliseconds a reading. */
  readonly board: number[];
  /** On the board, of each round. */
  readonly rows: number[];
}

/** The same traffic for a shorter or longer time: a smaller log is a younger one. */
const grow = async (run: Run, events: number, largest: number): Promise<Grown> => {
  const days = Math.max(1, Math.round((twoYears * events) / largest));
  const plan = await planHistory(run, { events, days }, rounds * eventsARound);
  const history = await writeHistory(run, { events, days }, plan);
  const { service } = await buildAll(run, history, events);
  await service.stop();
  return { events, url: history.url, plan, append: [], project: [], board: [], rows: [] };
};

/** The next events of the plan, through the store, in the order of the plan; ends when all are in. */
const appendNext = async (store: EventStore, { events, plan }: Grown, round: number): Promise<void> => {
  const from = Math.min(events, plan.length - rounds * eventsARound) + round * eventsARound;
  const appends = Array.from({ length: eventsARound }, (_, at) => {
    const { streamId, personId, data, ...row } = plan.row(from + at);
    const happened: object = JSON.parse(data);
    const { eventId, type, schemaVersion, occurredAt } = row;
    const whose = personId === undefined ? {} : { personId };
    return store.append(
      streamId,
      'any',
      [{ eventId, type, schemaVersion, occurredAt, data: happened, ...whose }],
      metadata,
    );
  });
  await Promise.all(appends);
};

/** New events, until every projection holds them; and the board then. */
const projectRound = async (run: Run, grown: Grown, round: number): Promise<void> => {
  const service = await startService(run.ground, grown.url);
  const pool = run.ground.pool(grown.url, 4);
  const store = createPostgresEventStore(pool);
  await built(pool, Number(await store.head()), () => undefined);
  const { token } = await service.api('idt');
  const lanes = new HttpLanes(service.url, 1, token);
  const begun = performance.now();
  await appendNext(store, grown, round);
  await built(pool, Number(await store.head()), () => undefined);
  grown.project.push(((performance.now() - begun) * 1000) / eventsARound);
  let rows = 0;
  const read = async (): Promise<void> => {
    const board: { rows: readonly unknown[] } = JSON.parse(succeeded(await lanes.get(0, '/api/v1/board')));
    rows = board.rows.length;
  };
  await timesOf(10, read);
  grown.board.push(median(await timesOf(readings, read)));
  grown.rows.push(rows);
  await lanes.close();
  await service.stop();
  await pool.end();
};

const appendRound = async (run: Run, grown: Grown): Promise<void> => {
  const pool = run.ground.pool(grown.url);
  const store = createPostgresEventStore(pool);
  await run.ground.settleDisk();
  const { done, seconds } = await inFlight(width, appendSeconds, async () => {
    const event = { eventId: newId(), type: 'CaseAccepted', schemaVersion: 1, occurredAt: new Date().toISOString() };
    await store.append(`case-${newId()}`, 'no-stream', [{ ...event, data: { note: 'x'.repeat(300) } }], metadata);
  });
  grown.append.push((seconds * 1_000_000) / done);
  await pool.end();
};

const flat = (what: 'append' | 'project' | 'board', unit: string, all: readonly Grown[], more = ''): Measured => {
  const costs = all.map((grown) => median(grown[what]));
  return lessIsBetter({
    measure: `growth.${what}`,
    ours: costs.at(-1) ?? Number.NaN,
    peer: `ourselves at ${figure(all[0]?.events ?? 0)} events`,
    theirs: costs[0] ?? Number.NaN,
    unit,
    note: `${all.map(({ events }, at) => `${figure(costs[at] ?? Number.NaN)} at ${figure(events)}`).join(', ')}${more}; the goal is a ratio of 0.8 to 1.2`,
  });
};

export const growth: Bench = {
  name: 'growth',
  says: 'cost of an append, of projecting an event live, and of reading the board, on a log of a thirtieth, a third and all of the size',
  knobs: '--size events in the largest log (300000; the goal says 3000000)',
  async run(run): Promise<readonly Measured[]> {
    const largest = run.size(300_000);
    const all: Grown[] = [];
    for (const part of parts) all.push(await grow(run, Math.round(largest * part), largest));
    for (let round = 0; round < rounds; round += 1)
      for (const grown of all) {
        run.progress('growth: projecting', round * all.length + all.indexOf(grown) + 1, rounds * all.length);
        await projectRound(run, grown, round);
      }
    for (let round = 0; round < rounds; round += 1)
      for (const grown of all) {
        run.progress('growth: appending', round * all.length + all.indexOf(grown) + 1, rounds * all.length);
        await appendRound(run, grown);
      }
    const rows = `; rows ${all.map((grown) => figure(median(grown.rows))).join(', ')}`;
    return [
      flat('append', 'µs an event', all),
      flat('project', 'µs an event', all),
      flat('board', 'ms a reading', all, rows),
    ];
  },
};
