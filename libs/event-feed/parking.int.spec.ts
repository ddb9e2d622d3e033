import { FeedSetting } from './testing/feed-setting.js';
import { wardCounts } from './testing/ward-counts.js';

describe('an event a projection cannot fold', () => {
  let setting: FeedSetting;
  let broken: boolean;
  const wards = wardCounts({ broken: () => broken });
  beforeEach(async () => {
    setting = await FeedSetting.open();
    broken = true;
  });
  afterEach(() => setting.close());

  const poisoned = async () => {
    const feed = await setting.started(wards);
    await feed.settled(await setting.happened('stay-0', 'Came', { ward: 'A1' }, 'p-0'));
    // While it is being built an event that does not fold stops it: wait until it is up to date for the first time.
    await setting.until(async () => (await feed.status())[0]?.state === 'running');
    const positions = await Promise.all([
      setting.happened('stay-1', 'Came', { ward: 'A1' }, 'p-1'),
      setting.happened('stay-2', 'Came', { ward: 'A1', fails: true }, 'p-2'),
      setting.happened('stay-2', 'Came', { ward: 'A1' }, 'p-2'),
      setting.happened('stay-3', 'Came', { ward: 'A1' }, 'p-3'),
    ]);
    expect(await feed.settled(await setting.store.head())).toBe(true);
    return { feed, positions };
  };

  it('is parked with what follows of the same person, and everyone else goes on', async () => {
    const { feed, positions } = await poisoned();
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 3 });
    expect(await feed.parked('trial.wards')).toMatchObject([
      { subject: 'p-2', position: positions[1], reason: 'Error: this … does not fold' },
      { subject: 'p-2', position: positions[2], reason: 'An earlier event of the same subject is parked.' },
    ]);
    expect((await feed.status())[0]).toMatchObject({ parked: 2, lag: 0, state: 'running' });
  });

  it('stays parked over a restart, and later events of the person keep waiting', async () => {
    const { feed } = await poisoned();
    await feed.stop();
    const next = await setting.started(wards);
    expect(await next.settled(await setting.happened('stay-2', 'Came', { ward: 'A1' }, 'p-2'))).toBe(true);
    expect(await next.parked()).toHaveLength(3);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 3 });
  });

  it('is let through with the rest, in order, once it can be folded', async () => {
    const { feed } = await poisoned();
    expect(await feed.retryParked('trial.wards', 'p-2')).toEqual({ released: 0 });
    expect(await feed.parked()).toHaveLength(2);
    broken = false;
    expect(await feed.retryParked('trial.wards', 'p-2')).toEqual({ released: 2 });
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 5 });
    expect(await feed.parked()).toEqual([]);
    expect(await feed.settled(await setting.happened('stay-2', 'Came', { ward: 'A1' }, 'p-2'))).toBe(true);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 6 });
  });

  it('let through is told to those who listen', async () => {
    const { feed } = await poisoned();
    const told: string[] = [];
    feed.onCommitted('trial.wards', (readTo) => told.push(readTo));
    broken = false;
    expect(await feed.retryParked('trial.wards', 'p-2')).toEqual({ released: 2 });
    expect(told).toEqual([await setting.store.head()]);
  });

  it('released while more of the person comes in: nothing is lost, nothing folded twice, nothing left waiting', async () => {
    const { feed } = await poisoned();
    broken = false;
    const more = Array.from({ length: 60 }, () => setting.happened('stay-2', 'Came', { ward: 'A1' }, 'p-2'));
    await Promise.all([feed.retryParked('trial.wards', 'p-2'), ...more]);
    expect(await feed.settled(await setting.store.head())).toBe(true);
    await feed.retryParked('trial.wards', 'p-2');
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 65 });
    expect(await feed.parked()).toEqual([]);
  });

  it('is left out by verify as it is left out of the live tables', async () => {
    const { feed } = await poisoned();
    expect(await feed.verify()).toEqual([
      { projection: 'trial.wards', table: 'trial.wards_v1', rows: 1, differences: 0 },
    ]);
  });

  it('stops a rebuild, with its reason, and leaves the live rows as they are', async () => {
    const { feed } = await poisoned();
    await expect(feed.rebuild('trial.wards')).rejects.toThrow('does not fold');
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 3 });
    expect(await setting.rows(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'feed_shadow%'`)).toEqual([]);
  });

  it('comes in with a rebuild that can fold it', async () => {
    const { feed } = await poisoned();
    broken = false;
    await feed.rebuild('trial.wards');
    expect(await feed.parked()).toEqual([]);
    expect(await feed.settled(await setting.happened('stay-2', 'Came', { ward: 'A1' }, 'p-2'))).toBe(true);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 6 });
  });

  it('stops a projection that is being built, with its reason, and holds nobody up', async () => {
    const position = await setting.happened('stay-2', 'Came', { ward: 'A1', fails: true });
    const feed = await setting.started(wards);
    expect(await feed.settled(position)).toBe(true);
    expect((await feed.status())[0]).toMatchObject({ state: 'failed' });
    expect(await setting.rows('SELECT reason FROM feed.checkpoints')).toEqual([
      { reason: `Came at ${position}: Error: this … does not fold` },
    ]);
    broken = false;
    await feed.rebuild('trial.wards');
    expect(await feed.settled(await setting.happened('stay-1', 'Came', { ward: 'A1' }))).toBe(true);
    expect(await wards.find(setting.database.pool, 'A1')).toMatchObject({ came: 2 });
  });
});

describe('a table that somebody holds for longer than a statement may take', () => {
  let setting: FeedSetting;
  beforeEach(async () => {
    setting = await FeedSetting.open();
  });
  afterEach(() => setting.close());

  it('is waited for: no event is to blame for it', async () => {
    const wards = wardCounts();
    const before = await setting.started(wards);
    await before.settled(await setting.happened('stay-1', 'Came', { ward: 'A1' }, 'p-1'));
    await setting.until(async () => (await before.status())[0]?.state === 'running');
    await before.stop();

    const { pool, url } = setting.database;
    await pool.query(`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET statement_timeout = '200ms'`);
    const feed = await setting.started(wards);
    const held = await pool.connect();
    await held.query('BEGIN; LOCK TABLE trial.wards_v1 IN ACCESS EXCLUSIVE MODE');
    const position = await setting.happened('stay-2', 'Came', { ward: 'A1' }, 'p-2');
    await setting.until(async () => setting.complaintsOf('trial.wards').length > 0);
    await held.query('COMMIT');
    held.release();
    expect(await feed.settled(position, { timeoutMs: 10_000 })).toBe(true);
    expect(await feed.parked()).toEqual([]);
    expect(await wards.find(pool, 'A1')).toMatchObject({ came: 2 });
  });
});
