import { FeedSetting } from './testing/feed-setting.js';
import { wardCounts } from './testing/ward-counts.js';

describe('a projection', () => {
  let setting: FeedSetting;
  beforeEach(async () => {
    setting = await FeedSetting.open();
  });
  afterEach(() => setting.close());

  it('shows what happened as soon as the feed has settled there', async () => {
    const wards = wardCounts();
    const feed = await setting.started(wards);
    await setting.happened('stay-1', 'Came', { ward: 'A1' });
    const position = await setting.happened('stay-2', 'Came', { ward: 'A1' });
    expect(await feed.settled(position)).toBe(true);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ ward: 'A1', came: 2, left: 0 });
    expect(await setting.rows('SELECT came, tags[1] AS tag FROM trial.wards_v1')).toEqual([
      { came: 2, tag: 'ward "A1"' },
    ]);
  });

  it('is up to date with an empty log', async () => {
    const feed = await setting.started(wardCounts());
    await setting.until(async () => (await feed.status())[0]?.state === 'running');
    expect((await feed.status())[0]).toMatchObject({ position: '0', lag: 0 });
  });

  it('takes a row away that has come to nothing', async () => {
    const wards = wardCounts();
    const feed = await setting.started(wards);
    await setting.happened('stay-1', 'Came', { ward: 'A1' });
    expect(await feed.settled(await setting.happened('stay-1', 'Left', { ward: 'A1' }))).toBe(true);
    expect(await wards.select(setting.database.pool)).toEqual([]);
  });

  it('folds what happened before it started', async () => {
    const wards = wardCounts();
    for (let n = 0; n < 30; n += 1) await setting.happened(`stay-${n}`, n % 3 ? 'Came' : 'Noise', { ward: 'A1' });
    const position = await setting.store.head();
    const feed = await setting.started(wards);
    expect(await feed.settled(position)).toBe(true);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 20 });
    await setting.until(async () => (await feed.status())[0]?.state === 'running');
    expect((await feed.status())[0]).toMatchObject({ name: 'trial.wards', position, lag: 0, parked: 0 });
    // Analyzed before it is read: PostgreSQL says -1 of a table it knows nothing of.
    expect(await setting.rows(`SELECT reltuples FROM pg_class WHERE oid = 'trial.wards_v1'::regclass`)).toEqual([
      { reltuples: 1 },
    ]);
  });

  it('goes past events it does not want, and remembers how far', async () => {
    const wards = wardCounts();
    const feed = await setting.started(wards);
    const position = await setting.happened('stay-1', 'Noise');
    expect(await feed.settled(position)).toBe(true);
    await feed.stop();
    expect(await setting.rows('SELECT position FROM feed.checkpoints')).toEqual([{ position }]);
  });

  it('tells listeners of each page it committed, and no longer once they have gone', async () => {
    const wards = wardCounts();
    const feed = await setting.started(wards);
    const told: string[] = [];
    const deaf = feed.onCommitted('trial.wards', (readTo) => told.push(readTo));
    const position = await setting.happened('stay-1', 'Came', { ward: 'A1' });
    await feed.settled(position);
    deaf();
    await feed.settled(await setting.happened('stay-1', 'Came', { ward: 'A1' }));
    expect(told).toEqual([position]);
  });

  it('run by two processes has one effect per event', async () => {
    const wards = wardCounts();
    const [one, other] = [await setting.started(wardCounts()), await setting.started(wardCounts())];
    const all = Array.from({ length: 200 }, (_, n) => setting.happened(`stay-${n}`, 'Came', { ward: `W${n % 7}` }));
    await Promise.all(all);
    const head = await setting.store.head();
    expect(await Promise.all([one.settled(head), other.settled(head)])).toEqual([true, true]);
    const rows = await wards.select(setting.database.pool);
    expect(rows.reduce((sum, row) => sum + row.came, 0)).toBe(200);
  });

  it('stopped in the middle is carried on by the next process from exactly there', async () => {
    const wards = wardCounts();
    const feed = setting.process({
      ...wards,
      fold: async (events, tx) => {
        await wards.fold(events, tx);
        // The page is folded and not yet committed: now the process loses its connections and ends.
        if (Number(events.at(-1)?.position) <= 50) return;
        await setting.database.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'idle in transaction'`,
        );
        stopped = feed.stop();
      },
    });
    let stopped: Promise<void> | undefined;
    await feed.start();
    for (let n = 0; n < 50; n += 1) await setting.happened(`stay-${n}`, 'Came', { ward: `W${n % 9}` });
    expect(await feed.settled('50')).toBe(true);
    for (let n = 50; n < 80; n += 1) await setting.happened(`stay-${n}`, 'Came', { ward: `W${n % 9}` });
    await setting.until(async () => stopped !== undefined);
    await stopped;
    expect(await setting.rows('SELECT position FROM feed.checkpoints')).toEqual([{ position: '50' }]);
    const second = await setting.started(wards);
    expect(await second.settled('80')).toBe(true);
    expect((await wards.select(setting.database.pool)).reduce((sum, row) => sum + row.came, 0)).toBe(80);
  });

  it('goes on after all its connections were cut', async () => {
    const wards = wardCounts();
    const feed = await setting.started(wards);
    await feed.settled(await setting.happened('stay-1', 'Came', { ward: 'A1' }));
    await setting.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const position = await setting.happened('stay-2', 'Came', { ward: 'A1' });
    expect(await feed.settled(position)).toBe(true);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 2 });
  });

  it('is taken over by another process when the one that ran it ends', async () => {
    const wards = wardCounts();
    const first = await setting.started(wardCounts());
    await first.settled(await setting.happened('stay-1', 'Came', { ward: 'A1' }));
    const second = await setting.started(wards);
    await first.stop();
    expect(await second.settled(await setting.happened('stay-2', 'Came', { ward: 'A1' }))).toBe(true);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 2 });
  });

  it('says after its time that it has not come that far', async () => {
    const feed = await setting.started(wardCounts());
    expect(await feed.settled('999999', { timeoutMs: 30 })).toBe(false);
  });
});
