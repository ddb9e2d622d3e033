import { Gate } from './gate.js';
import { LogTail } from './local/log-tail.js';
import { silent } from './feed-log.js';
import type { Projection } from './port.js';
import { ProjectionRunner } from './projection-runner.js';
import { SharedReading } from './shared-reading.js';
import { FeedSetting } from './testing/feed-setting.js';
import { wardCounts } from './testing/ward-counts.js';

describe('a checkpoint', () => {
  let setting: FeedSetting;
  const stop = new AbortController();
  const running: Promise<void>[] = [];
  beforeAll(async () => {
    setting = await FeedSetting.open();
  });
  afterAll(async () => {
    stop.abort();
    await Promise.all(running);
    await setting.close();
  });

  const runnerOf = (projection: Projection): ProjectionRunner => {
    const { pool } = setting.database;
    const gates = { foldGate: new Gate(4), buildGate: new Gate(4), reactGate: new Gate(4) };
    const reading = new SharedReading(setting.store);
    const parts = { pool, store: setting.store, reading, ...gates, log: silent, onMoved: () => undefined };
    return new ProjectionRunner(projection, parts, () => undefined);
  };

  /** A runner without a lease: as after a lease was lost and its holder does not know yet. */
  const run = async (projection: Projection): Promise<void> => {
    const tail = new LogTail(setting.store, () => undefined);
    await tail.start();
    running.push(
      runnerOf(projection)
        .run(stop.signal, tail)
        .then(() => tail.stop()),
    );
  };

  it('lets two runners of one consumer, both in the middle of the same page, have one effect per event', async () => {
    const wards = wardCounts();
    await setting.process(wards).status();
    for (let n = 0; n < 40; n += 1) await setting.happened(`stay-${n}`, 'Came', { ward: `W${n % 3}` });
    const position = async (): Promise<string | undefined> =>
      (await setting.rows<{ position: string }>('SELECT position FROM feed.checkpoints'))[0]?.position;

    const held = Promise.withResolvers<undefined>();
    let first = 0;
    let second = 0;
    await run({
      ...wards,
      fold: async (events, tx) => {
        first += events.length;
        await wards.fold(events, tx);
        await held.promise;
      },
    });
    await setting.until(async () => first > 0);
    await run({
      ...wards,
      fold: async (events, tx) => {
        second += events.length;
        await wards.fold(events, tx);
      },
    });
    // The second has read the same page and stands at the row of the checkpoint, which the first holds.
    await setting.until(
      async () =>
        (
          await setting.rows(
            `SELECT 1 AS waits FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
        ).length > 0,
    );
    expect(second).toBe(0);
    held.resolve(undefined);
    await setting.until(async () => (await position()) === '40');
    for (let n = 40; n < 60; n += 1) await setting.happened(`stay-${n}`, 'Came', { ward: `W${n % 3}` });
    await setting.until(async () => (await position()) === '60');
    expect((await wards.select(setting.database.pool)).reduce((sum, row) => sum + row.came, 0)).toBe(60);
    expect(first + second).toBeGreaterThanOrEqual(60);
  });

  it('is in one hand also in the runner that loses its consumer in the middle of a page and is given it back at once', async () => {
    const waiting = setting.held(wardCounts({ name: 'trial.returned' }));
    await setting.process(waiting.projection).status();
    const runner = runnerOf(waiting.projection);
    const tail = new LogTail(setting.store, () => undefined);
    await tail.start();
    const [lost, again] = [new AbortController(), new AbortController()];
    const first = runner.run(lost.signal, tail);
    await setting.happened('stay-1', 'Came', { ward: 'A1' });
    await waiting.begun;
    lost.abort();
    const second = runner.run(again.signal, tail);
    waiting.letGo();
    await first;
    const unwanted = await setting.happened('stay-1', 'Unwanted');
    await setting.until(() => Promise.resolve(runner.position === unwanted));
    // Who does not hold its consumer writes down no moves, and takes those of others for its own.
    expect(runner.held).toBe(true);
    expect(runner.idleMove()).toMatchObject({ to: unwanted });
    again.abort();
    await second;
    await tail.stop();
  });

  it('lets two runners that build a new version beside the old one take over once', async () => {
    const wards = wardCounts({ name: 'trial.beds' });
    const newer = wardCounts({ name: 'trial.beds', version: 2, replaces: { projection: wards } });
    const first = await setting.started(wards);
    await setting.until(async () => (await first.status())[0]?.state === 'running');
    await first.stop();
    await setting.process(newer).status();
    for (let n = 0; n < 3; n += 1) await run(newer);
    let busy = true;
    const writing = (async () => {
      for (let n = 0; busy; n += 1) await setting.happened(`stay-${n}`, 'Came', { ward: `W${n % 3}` });
      return setting.happened('stay-x', 'Came', { ward: 'W0' });
    })();
    const made = "SELECT version, position, state FROM feed.checkpoints WHERE consumer = 'trial.beds'";
    await setting.until(async () => {
      const [own, ...others] = await setting.rows<{ version: number; state: string }>(made);
      return own?.version === 2 && own.state === 'running' && others.length === 0;
    });
    busy = false;
    const head = await writing;
    await setting.until(async () => (await setting.rows<{ position: string }>(made))[0]?.position === head);
    const { events } = await setting.store.readAll('0', { types: ['Came'] }, 100_000);
    const rows = await newer.select(setting.database.pool);
    expect(rows.reduce((sum, row) => sum + row.came, 0)).toBe(events.length);
  });
});
