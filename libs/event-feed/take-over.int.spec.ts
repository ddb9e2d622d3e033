import type { Projection } from './port.js';
import type { RunningFeed } from './running-feed.js';
import { arrivals } from './testing/arrivals.js';
import { FeedSetting } from './testing/feed-setting.js';
import { wardCounts } from './testing/ward-counts.js';

describe('a new version of a read model takes over', () => {
  let setting: FeedSetting;
  const old = wardCounts();
  const newer = wardCounts({ version: 2, replaces: { projection: old } });
  beforeEach(async () => {
    setting = await FeedSetting.open();
  });
  afterEach(() => setting.close());

  const came = (events: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: events }, (_, n) => setting.happened(`stay-${n}`, 'Came', { ward: `W${n % 11}` })),
    );
  const lived = async (events: number): Promise<RunningFeed> => {
    await came(events);
    const feed = await setting.started(old);
    await setting.until(async () => (await setting.projections(feed))[0]?.state === 'running');
    return feed;
  };
  const answers = (feed: RunningFeed, version: number): Promise<void> =>
    setting.until(async () => {
      const [first, ...others] = await setting.projections(feed);
      return first?.version === version && first.state === 'running' && others.length === 0;
    });
  const counted = async (): Promise<number> =>
    (await newer.select(setting.database.pool)).reduce((sum, row) => sum + row.came, 0);

  it('at one stroke: who reads under load, again and again, sees all of the old rows or all of the new', async () => {
    let versions: Projection = arrivals(1);
    let feed = await setting.started(versions);
    await came(500);
    await answers(feed, 1);
    let over = false;
    let newest = 1;
    const writing = (async () => {
      while (!over) {
        await Promise.all(
          Array.from({ length: 5 }, (_, n) => setting.happened(`stay-${n}`, 'Came', { ward: `W${n}` })),
        );
      }
    })();
    const seen = new Set<number>();
    const look = async (patient: boolean): Promise<void> => {
      let least = 0;
      while (!over) {
        const [asked, version] = [feed, String(newest)];
        const settled = patient ? await setting.store.head() : '0';
        const read = (await asked.settled(settled))
          ? await setting.rows<{ people: number; total: number; made_by: number[] }>(
              `SELECT (SELECT count(*)::int FROM trial.came_v${version}) AS people,
                      (SELECT sum(people)::int FROM trial.totals_v${version}) AS total,
                      (SELECT array_agg(DISTINCT made_by) FROM (
                         SELECT made_by FROM trial.came_v${version} UNION SELECT made_by FROM trial.totals_v${version}) m) AS made_by`,
            )
          : [];
        const [row] = read;
        if (asked !== feed) continue;
        if (row === undefined) throw new Error('It did not settle.');
        expect(row.made_by).toHaveLength(1);
        expect(row.total).toBe(row.people);
        // All events came to a ward: what was settled is to be seen, and what was once seen stays.
        expect(row.people).toBeGreaterThanOrEqual(Math.max(least, Number(settled)));
        least = row.people;
        for (const by of row.made_by) seen.add(by);
      }
    };
    const readers: Promise<void>[] = [];
    try {
      for (let version = 2; version <= 5; version += 1) {
        const before = feed;
        const building = setting.held(arrivals(version, versions));
        versions = building.projection;
        [feed, newest] = [await setting.started(versions), version];
        if (readers.length === 0) readers.push(look(true), look(true), look(false), look(false));
        await before.stop();
        await building.begun;
        await setting.until(async () => seen.has(version - 1));
        building.letGo();
        await answers(feed, version);
        await setting.until(async () => seen.has(version));
      }
    } finally {
      over = true;
    }
    await Promise.all([writing, ...readers]);
    expect([...seen]).toEqual([1, 2, 3, 4, 5]);
    expect((await feed.verify()).map(({ differences }) => differences)).toEqual([0, 0]);
    // Also an index that has the same name in every version.
    expect(await setting.rows(`SELECT tablename FROM pg_indexes WHERE indexname = 'came_ward'`)).toEqual([
      { tablename: 'came_v5' },
    ]);
  }, 60_000);

  it('with what PostgreSQL must know to plan its readers, as does what is rebuilt', async () => {
    const rows = (): Promise<unknown[]> =>
      setting.rows(`SELECT reltuples FROM pg_class WHERE oid = 'trial.wards_v2'::regclass`);
    await (await lived(300)).stop();
    const feed = await setting.started(newer);
    await answers(feed, 2);
    expect(await rows()).toEqual([{ reltuples: 11 }]);
    await came(4);
    await feed.rebuild('trial.wards');
    expect(await rows()).toEqual([{ reltuples: 11 }]);
  });

  it('and equals what the log says', async () => {
    const first = await lived(300);
    await first.stop();
    const feed = await setting.started(newer);
    await answers(feed, 2);
    expect(await feed.verify()).toEqual([
      { projection: 'trial.wards', table: 'trial.wards_v2', rows: 11, differences: 0 },
    ]);
    const before = await newer.select(setting.database.pool, 'ORDER BY t.key');
    await feed.rebuild('trial.wards');
    expect(await newer.select(setting.database.pool, 'ORDER BY t.key')).toEqual(before);
    expect(await setting.rows(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'feed\\_%'`)).toEqual([]);
    expect(
      await setting.rows(`SELECT indexname FROM pg_indexes WHERE schemaname = 'trial' ORDER BY indexname`),
    ).toEqual([{ indexname: 'wards_v2_came' }, { indexname: 'wards_v2_pkey' }]);
  });

  it('and was built on from where a killed process had come', async () => {
    const first = await lived(2_300);
    await first.stop();
    const building = setting.held(newer, 1);
    const killed = await setting.started(building.projection);
    await building.begun;
    // Two thousand events are folded, the rest is not committed: now the process loses its connections and ends.
    await setting.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`,
    );
    const ended = killed.stop();
    building.letGo();
    await ended;
    expect(await setting.rows('SELECT version, position, state FROM feed.checkpoints ORDER BY version')).toMatchObject([
      { version: 1, state: 'running' },
      { version: 2, position: '2000', state: 'building' },
    ]);
    expect(await counted()).toBe(2_300);

    let folded = 0;
    const feed = await setting.started({
      ...newer,
      fold: (events, tx) => {
        folded += events.length;
        return newer.fold(events, tx);
      },
    });
    await answers(feed, 2);
    expect(folded).toBe(300);
    expect(await counted()).toBe(2_300);
    expect((await feed.verify()).map(({ differences }) => differences)).toEqual([0]);
  });

  it('once, with two processes that both would, and both know', async () => {
    const first = await lived(200);
    await first.stop();
    const [one, other] = [setting.held(newer), setting.held(newer)];
    const feeds = [await setting.started(one.projection), await setting.started(other.projection)] as const;
    await Promise.race([one.begun, other.begun]);
    const told = [0, 0];
    for (const [at, feed] of feeds.entries()) {
      feed.onCommitted('trial.wards', () => (told[at] = (told[at] ?? 0) + 1));
    }
    await came(50);
    const head = await setting.store.head();
    expect(await Promise.all(feeds.map((feed) => feed.settled(head)))).toEqual([true, true]);
    expect(await counted()).toBe(250);
    const before = [...told];
    one.letGo();
    other.letGo();
    await Promise.all(feeds.map((feed) => answers(feed, 2)));
    await setting.until(async () => told.every((times, at) => times > (before[at] ?? 0)));
    await came(50);
    const later = await setting.store.head();
    expect(await Promise.all(feeds.map((feed) => feed.settled(later)))).toEqual([true, true]);
    expect(await counted()).toBe(300);
    expect(setting.complaintsOf('trial.wards')).toEqual([]);
  });

  it('from a process of the old release, which works until then and stops quietly', async () => {
    const oldRelease = await lived(100);
    const building = setting.held(newer);
    const feed = await setting.started(building.projection);
    await building.begun;
    const position = await setting.happened('stay-x', 'Came', { ward: 'NEW' });
    expect(await Promise.all([oldRelease.settled(position), feed.settled(position)])).toEqual([true, true]);
    expect(await old.find(setting.database.pool, 'NEW')).toMatchObject({ came: 1 });
    expect(await newer.find(setting.database.pool, 'NEW')).toMatchObject({ came: 1 });
    building.letGo();
    await answers(feed, 2);
    expect(await feed.settled(await setting.happened('stay-y', 'Came', { ward: 'NEW' }))).toBe(true);
    expect(await newer.find(setting.database.pool, 'NEW')).toMatchObject({ came: 2 });
    await setting.until(async () => (await setting.projections(oldRelease))[0]?.state === 'stopped');
    expect(setting.complaintsOf('trial.wards')).toEqual([]);
  });

  it('as soon as the last long reader of the old rows has gone, and lets others read meanwhile', async () => {
    const first = await lived(100);
    await first.stop();
    const building = setting.held(newer);
    const feed = await setting.started(building.projection);
    await building.begun;
    const reader = await setting.database.pool.connect();
    await reader.query('BEGIN');
    const read = 'SELECT count(*)::int AS n FROM trial.wards_v2';
    expect((await reader.query(read)).rows).toEqual([{ n: 11 }]);
    building.letGo();
    await setting.until(
      async () =>
        (
          await setting.rows(
            `SELECT 1 AS waits FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          )
        ).length > 0,
    );
    expect(await setting.rows(read)).toEqual([{ n: 11 }]);
    expect((await setting.projections(feed)).map(({ version, state }) => [version, state])).toEqual([
      [1, 'running'],
      [2, 'building'],
    ]);
    expect((await reader.query(read)).rows).toEqual([{ n: 11 }]);
    await reader.query('COMMIT');
    reader.release();
    await answers(feed, 2);
    expect(await counted()).toBe(100);
  });

  it('while the old one is verified: then the new one is', async () => {
    const first = await lived(50);
    await first.stop();
    const verifying = setting.held(old);
    const building = setting.held(wardCounts({ version: 2, replaces: { projection: verifying.projection } }));
    const feed = await setting.started(building.projection);
    await building.begun;
    const verified = feed.verify();
    await verifying.begun;
    building.letGo();
    await answers(feed, 2);
    verifying.letGo();
    expect(await verified).toEqual([{ projection: 'trial.wards', table: 'trial.wards_v2', rows: 11, differences: 0 }]);
  });
});
