import type { Projection } from './port.js';
import { FeedSetting } from './testing/feed-setting.js';
import { wardCounts } from './testing/ward-counts.js';

describe('while a new version of a read model is built, the old one', () => {
  let setting: FeedSetting;
  const old = wardCounts();
  const newer = wardCounts({ version: 2, replaces: { projection: old } });
  beforeEach(async () => {
    setting = await FeedSetting.open();
  });
  afterEach(() => setting.close());

  const busy = (events: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: events }, (_, n) =>
        setting.happened(`stay-${n}`, n % 4 === 3 ? 'Left' : 'Came', { ward: `W${n % 11}` }, `p-${n % 40}`),
      ),
    );

  /** The old version was live, and its process has ended. */
  const lived = async (projection: Projection = old): Promise<void> => {
    const feed = await setting.started(projection);
    await busy(60);
    expect(await feed.settled(await setting.store.head())).toBe(true);
    await setting.until(async () => (await setting.projections(feed))[0]?.state === 'running');
    await feed.stop();
  };
  const rows = () => newer.select(setting.database.pool, 'ORDER BY t.key');
  const kindOf = async (name: string): Promise<unknown> =>
    (await setting.rows(`SELECT (SELECT relkind FROM pg_class WHERE oid = to_regclass('${name}')) AS kind`))[0];

  it('answers through the names of the new one, and goes on being folded', async () => {
    await lived();
    const before = await old.select(setting.database.pool, 'ORDER BY t.key');
    const building = setting.held(newer);
    const feed = await setting.started(building.projection);
    await building.begun;
    expect(await rows()).toEqual(before);
    expect(before).toHaveLength(11);

    const told: string[] = [];
    feed.onCommitted('trial.wards', (readTo) => told.push(readTo));
    const position = await setting.happened('stay-x', 'Came', { ward: 'NEW' });
    expect(await feed.settled(position)).toBe(true);
    expect(await newer.find(setting.database.pool, 'NEW')).toMatchObject({ came: 1 });
    expect(told).toEqual([position]);
    expect(await setting.projections(feed)).toMatchObject([
      { name: 'trial.wards', version: 1, state: 'running', position, lag: 0 },
      { name: 'trial.wards', version: 2, state: 'building', beside: true, position: '0', lag: Number(position) },
    ]);

    building.letGo();
    await setting.until(async () => (await setting.projections(feed))[0]?.version === 2);
    expect(await setting.projections(feed)).toMatchObject([{ version: 2, state: 'running', lag: 0 }]);
    expect(await rows()).toHaveLength(12);
    expect(await feed.settled(await setting.happened('stay-y', 'Came', { ward: 'NEW' }))).toBe(true);
    expect(await newer.find(setting.database.pool, 'NEW')).toMatchObject({ came: 2 });
    expect(setting.complaintsOf('trial.wards')).toEqual([]);
  });

  it('is shown in the shape of the new one', async () => {
    const reshaped = wardCounts({
      version: 2,
      replaces: {
        projection: old,
        as: {
          'trial.wards_v2': `SELECT key, came, tags || ARRAY['of the old version'] AS tags, position,
                                    row || '{"last": "unknown"}' AS row FROM trial.wards_v1`,
        },
      },
    });
    await lived();
    const building = setting.held(reshaped);
    const feed = await setting.started(building.projection);
    await building.begun;
    const tagged = `SELECT count(*)::int AS n FROM trial.wards_v2 WHERE 'of the old version' = ANY (tags)`;
    expect(await setting.rows(tagged)).toEqual([{ n: 11 }]);
    expect((await rows()).map(({ last }) => last)).toEqual(Array.from({ length: 11 }, () => 'unknown'));
    building.letGo();
    await setting.until(async () => (await setting.projections(feed))[0]?.version === 2);
    expect(await setting.rows(tagged)).toEqual([{ n: 0 }]);
    expect((await feed.verify()).map(({ rows, differences }) => [rows, differences])).toEqual([[11, 0]]);
  });

  it('is the one that is verified, rebuilt and tried again', async () => {
    let broken = true;
    const poisoned = wardCounts({ broken: () => broken });
    const first = await setting.started(poisoned);
    await setting.until(async () => (await setting.projections(first))[0]?.state === 'running');
    await setting.happened('stay-1', 'Came', { ward: 'A1', fails: true }, 'p-1');
    expect(await first.settled(await setting.happened('stay-2', 'Came', { ward: 'A1' }, 'p-2'))).toBe(true);
    await first.stop();
    const building = setting.held(wardCounts({ version: 2, broken: () => broken, replaces: { projection: poisoned } }));
    const feed = await setting.started(building.projection);
    await building.begun;

    const verified = [{ projection: 'trial.wards', table: 'trial.wards_v1', rows: 1, differences: 0 }];
    expect(await feed.verify()).toEqual(verified);
    expect(await feed.parked()).toMatchObject([{ consumer: 'trial.wards', subject: 'p-1' }]);
    broken = false;
    expect(await feed.retryParked('trial.wards', 'p-1')).toEqual({ released: 1 });
    expect(await newer.find(setting.database.pool, 'A1')).toMatchObject({ came: 2 });
    await setting.database.pool.query(`UPDATE trial.wards_v1 SET row = '{}'`);
    await feed.rebuild('trial.wards');
    // By a process of the old release, too: it knows nothing of the new version.
    await setting.process(poisoned).rebuild('trial.wards');
    expect(await newer.find(setting.database.pool, 'A1')).toMatchObject({ came: 2 });
    expect(await feed.verify()).toEqual(verified);
    expect(await kindOf('trial.wards_v2')).toEqual({ kind: 'v' });

    building.letGo();
    await setting.until(async () => (await setting.projections(feed))[0]?.version === 2);
    expect(await feed.verify()).toEqual([{ ...verified[0], table: 'trial.wards_v2' }]);
  });

  it('goes on answering when the new one cannot be built, until a start of one that can', async () => {
    await lived();
    const failing = await setting.happened('stay-1', 'Came', { ward: 'A1', fails: true });
    const lenient = wardCounts({ broken: () => false });
    const replaces = { projection: lenient };
    const feed = await setting.started(wardCounts({ version: 2, replaces }));
    await setting.until(async () => (await setting.projections(feed))[1]?.state === 'failed');
    expect(await feed.settled(await setting.happened('stay-2', 'Came', { ward: 'A1' }))).toBe(true);
    expect(await newer.find(setting.database.pool, 'A1')).toMatchObject({ came: 2 });
    expect(await setting.projections(feed)).toMatchObject([
      { version: 1, state: 'running', lag: 0 },
      { version: 2, state: 'failed', beside: true, reason: `Came at ${failing}: Error: this … does not fold` },
    ]);
    await feed.stop();

    const mended = await setting.started(wardCounts({ version: 2, replaces, broken: () => false }));
    await setting.until(async () => (await setting.projections(mended))[0]?.version === 2);
    expect(await newer.find(setting.database.pool, 'A1')).toMatchObject({ came: 2 });
    expect((await mended.verify()).map(({ differences }) => differences)).toEqual([0]);
  });

  it('that never was live does not answer: the new one is built under its own names', async () => {
    await busy(20);
    const building = setting.held(newer);
    const feed = await setting.started(building.projection);
    await building.begun;
    expect(await kindOf('trial.wards_v2')).toEqual({ kind: 'r' });
    expect(await setting.projections(feed)).toMatchObject([{ version: 2, state: 'building' }]);
    building.letGo();
    await setting.until(async () => (await setting.projections(feed))[0]?.state === 'running');
  });

  it('makes room for the new one when it is no longer in the code, or for a newer one still', async () => {
    await lived();
    const building = setting.held(newer);
    const feed = await setting.started(building.projection);
    await building.begun;
    building.letGo();
    await feed.stop();
    // Stopped before or after it took over: both are to be found by what comes next.
    const plain = await setting.started(wardCounts({ version: 2 }));
    await setting.until(async () => (await setting.projections(plain))[0]?.state === 'running');
    expect(await kindOf('trial.wards_v2')).toEqual({ kind: 'r' });
    await plain.stop();
    const third = await setting.started(wardCounts({ version: 3, replaces: { projection: newer } }));
    await setting.until(async () => (await setting.projections(third)).every(({ state }) => state === 'running'));
    expect(await setting.rows('SELECT version, shadow FROM feed.checkpoints')).toEqual([{ version: 3, shadow: null }]);
    expect(await setting.rows(`SELECT relname FROM pg_class WHERE relname LIKE 'wards_v_'`)).toEqual([
      { relname: 'wards_v3' },
    ]);
  });

  it('must fit the new one, or nothing starts', async () => {
    const feed = setting.process();
    const replacing = (previous: Projection, tables = ['trial.wards_v2']): Projection => ({
      ...newer,
      tables,
      replaces: { projection: previous },
    });
    expect(() => feed.register(replacing(wardCounts({ name: 'trial.beds' })))).toThrow('cannot replace trial.beds');
    expect(() => feed.register(replacing(wardCounts({ version: 2 })))).toThrow('cannot replace trial.wards version 2');
    expect(() => feed.register(replacing(old, ['trial.wards_v1']))).toThrow('must not keep the table trial.wards_v1');
    expect(() => feed.register(replacing(old, ['trial.wards_v2', 'trial.beds_v2']))).toThrow(
      'no counterpart of trial.beds_v2',
    );
    await lived();
    const wider = {
      ...newer,
      ddl: `${newer.ddl} ALTER TABLE trial.wards_v2 ADD COLUMN IF NOT EXISTS beds int;`,
    };
    await expect(setting.started(wider)).rejects.toThrow('trial.wards_v2 would have no column beds');
    expect(await kindOf('trial.wards_v2')).toEqual({ kind: null });
  });
});
