import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as breathe } from 'node:timers/promises';
import pg from 'pg';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { projectRoot } from '../../platform/root.js';
import { comparePositions, type StoredEvent } from '../port.js';
import { createPostgresEventStore, type PostgresEventStore } from './postgres-event-store.js';

const total = 20_000;
const writers = 24;
const processes = 2;
/** `RACE_ROUNDS=10` for longer. */
const rounds = Number(process.env['RACE_ROUNDS'] ?? 1);
const node = join(projectRoot, 'node_modules', '.bin', 'node');
const program = join(projectRoot, 'dist', 'libs', 'event-store', 'postgres', 'testing', 'race-writers.process.js');

/** Lets one process write its part; gives the answered positions by event id. */
const writing = async (url: string, first: number): Promise<ReadonlyMap<string, string>> => {
  const given = [url, first, processes, writers, total].map(String);
  const child = spawn(node, [program, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const answered = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [eventId = '', position = ''] = line.split(' ');
    answered.set(eventId, position);
  }
  await ended;
  if (child.exitCode !== 0) throw new Error('A process of writers failed.');
  return answered;
};

/** architecture.md §4: a reader by position must not fall into a gap, whatever the writers do before they append. */
describe('24 writers over two processes and a reader who tails the log', () => {
  let database: TestDatabase;
  let pools: pg.Pool[];
  let stores: PostgresEventStore[];

  beforeEach(async () => {
    database = await startTestDatabase();
    pools = Array.from({ length: 2 }, () => new pg.Pool({ connectionString: database.url, max: 12 }));
    stores = pools.map((pool) => createPostgresEventStore(pool));
    await stores[0]?.head();
    await database.pool.query('CREATE TABLE written_first (id bigserial PRIMARY KEY, writer int NOT NULL)');
  }, 60_000);

  afterEach(async () => {
    for (const pool of pools) await pool.end();
    await database.stop();
  });

  it.each(Array.from({ length: rounds }, (_, round) => round + 1))(
    'lose none of 20,000 events, double none and see them in order (round %i)',
    async () => {
      const stop = new AbortController();
      const [first, second] = stores;
      if (first === undefined || second === undefined) throw new Error('not open');

      const seen: StoredEvent[] = [];
      const tail = (async () => {
        for await (const page of second.subscribe('0', {}, stop.signal)) {
          seen.push(...page.events);
          if (seen.length >= total) stop.abort();
        }
      })();
      // A second reader polls without a pause, to hit the moments in which commits are in flight.
      const polled: StoredEvent[] = [];
      const poll = (async () => {
        for (let after = '0'; polled.length < total && !stop.signal.aborted;) {
          const page = await first.readAll(after, {}, 100);
          polled.push(...page.events);
          after = page.readTo;
          if (page.atEnd) await breathe();
        }
        for (let after = polled.at(-1)?.position ?? '0'; polled.length < total;) {
          const page = await first.readAll(after, {}, 100);
          if (page.events.length === 0) break;
          polled.push(...page.events);
          after = page.readTo;
        }
      })();

      const told = await Promise.all(Array.from({ length: processes }, (_, at) => writing(database.url, at))).catch(
        (error: unknown) => {
          stop.abort();
          throw error;
        },
      );
      const answered = new Map(told.flatMap((each) => [...each]));
      await Promise.all([tail, poll]);

      expect(answered.size).toBe(total);
      for (const read of [seen, polled]) {
        expect(read).toHaveLength(total);
        expect(new Set(read.map((event) => event.eventId)).size).toBe(total);
        expect(read.every((event) => answered.get(event.eventId) === event.position)).toBe(true);
        expect(
          read.every((event, at) => at === 0 || comparePositions(read[at - 1]?.position ?? '', event.position) < 0),
        ).toBe(true);
        expect(read.every((event, at) => at === 0 || (read[at - 1]?.recordedAt ?? '') <= event.recordedAt)).toBe(true);
      }
      expect(seen.at(-1)?.position).toBe(String(total));
    },
    90_000,
  );
});
