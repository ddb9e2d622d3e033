import { FeedSetting } from './testing/feed-setting.js';
import { wardCounts } from './testing/ward-counts.js';

describe('a read model and the log', () => {
  let setting: FeedSetting;
  const wards = wardCounts();
  beforeEach(async () => {
    setting = await FeedSetting.open();
  });
  afterEach(() => setting.close());

  const busy = async (events: number): Promise<void> => {
    await Promise.all(
      Array.from({ length: events }, (_, n) =>
        setting.happened(`stay-${n}`, n % 4 === 3 ? 'Left' : 'Came', { ward: `W${n % 11}` }, `p-${n % 40}`),
      ),
    );
  };
  const rows = () => setting.rows('SELECT * FROM trial.wards_v1 ORDER BY key');

  it('are found to agree', async () => {
    const feed = await setting.started(wards);
    await busy(300);
    await feed.settled(await setting.store.head());
    const told: number[] = [];
    expect(await feed.verify((_, done) => told.push(done))).toEqual([
      { projection: 'trial.wards', table: 'trial.wards_v1', rows: 11, differences: 0 },
    ]);
    expect(told.at(-1)).toBe(300);
  });

  it('are found to differ by a row that was tampered with, is missing, or is too many', async () => {
    const feed = await setting.started(wards);
    await busy(100);
    await feed.settled(await setting.store.head());
    const differences = async () => (await feed.verify()).map((result) => result.differences);
    await setting.database.pool.query(`UPDATE trial.wards_v1 SET row = row || '{"came": 999}' WHERE key = 'W1'`);
    expect(await differences()).toEqual([2]);
    await setting.database.pool.query(`DELETE FROM trial.wards_v1 WHERE key = 'W1'`);
    expect(await differences()).toEqual([1]);
    await setting.database.pool.query(`INSERT INTO trial.wards_v1 (key, position, row) VALUES ('W99', 1, '{}')`);
    expect(await differences()).toEqual([2]);
    await feed.rebuild('trial.wards');
    expect(await differences()).toEqual([0]);
  });

  it('are compared, and rebuilt, while more happens', async () => {
    const feed = await setting.started(wards);
    await busy(200);
    let going = true;
    const life = (async () => {
      while (going) await busy(20);
    })();
    for (let n = 0; n < 3; n += 1) {
      expect((await feed.verify()).map((result) => result.differences)).toEqual([0]);
      await feed.rebuild('trial.wards');
    }
    going = false;
    await life;
    expect(await feed.settled(await setting.store.head())).toBe(true);
    expect((await feed.verify()).map((result) => result.differences)).toEqual([0]);
    const all = await wards.select(setting.database.pool);
    const { events } = await setting.store.readAll('0', { types: ['Came'] }, 100_000);
    // Rows that came to nothing were taken away with what they had counted; the rest is in the rows.
    expect(all.length).toBeGreaterThan(0);
    expect(events.length).toBeGreaterThan(150);
  });

  it('give the same rows, to the byte, rebuilt as lived through', async () => {
    const feed = await setting.started(wards);
    for (let n = 0; n < 5; n += 1) {
      await busy(40);
      await feed.settled(await setting.store.head());
    }
    const lived = await rows();
    const told: [number, number][] = [];
    await feed.rebuild('trial.wards', (done, total) => told.push([done, total]));
    expect(await rows()).toEqual(lived);
    expect(told.at(-1)).toEqual([200, 200]);
  });

  it('are rebuilt and compared by a process that does not run the feed', async () => {
    const feed = await setting.started(wards);
    await busy(50);
    await feed.settled(await setting.store.head());
    await setting.database.pool.query(`UPDATE trial.wards_v1 SET row = '{}'`);
    const aside = setting.process(wardCounts());
    await aside.rebuild('trial.wards');
    expect((await aside.verify()).map((result) => result.differences)).toEqual([0]);
    const before = await wards.find(setting.database.pool, 'W0');
    expect(await feed.settled(await setting.happened('stay-9', 'Came', { ward: 'W0' }))).toBe(true);
    expect(await wards.find(setting.database.pool, 'W0')).toMatchObject({ came: (before?.came ?? 0) + 1 });
  });

  it('of a new version are built from the beginning and take over from the old one, which goes', async () => {
    const first = await setting.started(wards);
    await busy(60);
    await first.settled(await setting.store.head());
    await first.stop();
    const newer = wardCounts({ version: 2 });
    const second = await setting.started(newer);
    expect(await second.settled(await setting.happened('stay-x', 'Came', { ward: 'NEW' }))).toBe(true);
    expect(await newer.find(setting.database.pool, 'NEW')).toMatchObject({ came: 1 });
    expect(await newer.select(setting.database.pool)).toHaveLength(12);
    // It takes over once it has found nothing more to read.
    await setting.until(async () => (await second.status())[0]?.state === 'running');
    expect((await second.status())[0]).toMatchObject({ version: 2, state: 'running' });
    expect(await setting.rows(`SELECT to_regclass('trial.wards_v1') AS old`)).toEqual([{ old: null }]);
    expect(await setting.rows('SELECT version FROM feed.checkpoints')).toEqual([{ version: 2 }]);
  });
});
