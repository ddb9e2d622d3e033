import { setTimeout as pause } from 'node:timers/promises';
import { wardPerson } from '../e2e/ward.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { startTestDatabase, type TestDatabase } from '../support/database.js';
import { HandClock } from '../support/hand-clock.js';
import { roundsOr } from './support/doors.js';
import { queryOf, reckon } from './support/reckoning.js';
import { referral, WardLoad, type Door } from './support/ward-load.js';

const rounds = roundsOr(5);
const hour = 3_600_000;

/** The clock of a database, ahead of the machine's by what `clock.ahead` says: its names are found before PostgreSQL's own. */
const clockInHand = async (database: TestDatabase): Promise<void> => {
  const name = new URL(database.url).pathname.slice(1);
  await database.pool.query(`
    CREATE SCHEMA clock;
    CREATE TABLE clock.ahead (by interval NOT NULL);
    INSERT INTO clock.ahead VALUES ('0');
    CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql
      AS 'SELECT pg_catalog.clock_timestamp() + by FROM clock.ahead';
    CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE
      AS 'SELECT pg_catalog.now() + by FROM clock.ahead';
    ALTER DATABASE ${name} SET search_path = clock, pg_catalog, public;
  `);
};

describe('the clock stepped back under load', () => {
  const clock = new HandClock();
  let database: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    database = await startTestDatabase();
    await clockInHand(database);
    app = await startTestApp({ clock, database });
  }, 60_000);
  afterAll(async () => {
    await app.stop();
    await database.stop();
  }, 60_000);

  /** Of the machine of the service and of that of the database. */
  const setClock = async (ahead: number): Promise<void> => {
    clock.ahead = ahead;
    await queryOf(database.url, `UPDATE clock.ahead SET by = $1::int * interval '1 millisecond'`, [ahead]);
  };
  const lastRecorded = async (): Promise<number> => {
    const [row] = await queryOf<{ at: Date }>(database.url, 'SELECT max(recorded_at) AS at FROM log.events');
    return row?.at.getTime() ?? 0;
  };

  it(
    'the log never runs backwards, and nothing is lost or done twice',
    async () => {
      const [idt, reablement, ward] = await Promise.all([app.api('idt'), app.api('reablement'), app.api('ward')]);
      const door: Door = { mllpPort: app.mllpPort, idt, reablement, ward };
      const load = new WardLoad(() => door);
      const running = load.run();
      running.catch(() => undefined);
      await load.grownBy(2);
      for (let round = 0; round < rounds; round += 1) {
        await setClock(0);
        await Promise.race([running, pause(Math.random() * 300)]);
        await load.grownBy(1);
        await setClock(-(1 + (round % 5)) * hour);
        await load.grownBy(1);
      }
      load.end();
      await running;
      load.tell(`${String(rounds)} steps back of the clock`);
      await reckon(load.courses, idt, database.url);
      const [backwards] = await queryOf<{ n: number }>(
        database.url,
        `SELECT count(*) FILTER (WHERE recorded_at < before)::int AS n FROM (
           SELECT recorded_at, lag(recorded_at) OVER (ORDER BY position) AS before FROM log.events) e`,
      );
      expect(backwards).toEqual({ n: 0 });
      const differing = (await app.feed.verify()).filter(({ differences }) => differences > 0);
      expect(differing).toEqual([]);
    },
    120_000 + rounds * 30_000,
  );

  it('it goes on from the latest time there was, until the clock has come past it', async () => {
    await setClock(-2 * hour);
    const latest = await lastRecorded();
    const [now] = await queryOf<{ at: Date }>(database.url, 'SELECT clock_timestamp() AS at');
    expect(now?.at.getTime()).toBeLessThan(latest - hour);
    await referredNow(4101);
    expect(await lastRecorded()).toBe(latest);
    await setClock(hour);
    await referredNow(4102);
    expect(await lastRecorded()).toBeGreaterThan(latest + hour / 2);
  });

  const referredNow = async (number: number): Promise<void> => {
    const idt = await app.api('idt');
    const made = await idt.post('/cases', referral(wardPerson(number)));
    expect([made.status, made.json['code']]).toEqual([201, undefined]);
    await app.settled(made.text('position'));
  };
});
