import { setImmediate as breathe } from 'node:timers/promises';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { StoreUnavailable, type EventMetadata, type EventToAppend, type StoredEvent } from '../port.js';
import { appendLock } from './log-schema.js';
import { createPostgresEventStore } from './postgres-event-store.js';

const metadata: EventMetadata = {
  correlationId: 'lost',
  actor: { id: 'u', role: 'idt', organisation: 'council' },
  source: 'api',
};
const happened = (): EventToAppend => ({
  eventId: uuidv7(),
  type: 'CaseReferred',
  schemaVersion: 1,
  occurredAt: '2026-11-23T08:30:00.000Z',
  data: {},
});

describe('an append whose connection breaks', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  beforeEach(async () => {
    database = await startTestDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 6 });
    pool.on('error', () => undefined);
  });
  afterEach(async () => {
    await pool.end();
    await database.stop();
  });

  const whole = async (): Promise<readonly StoredEvent[]> =>
    (await createPostgresEventStore(database.pool).readAll('0', {}, 100_000)).events;

  it('after the commit and before the answer is there once, and answered with its place', async () => {
    const store = createPostgresEventStore(pool);
    await store.head();
    let broken = false;
    pool.on('acquire', (client) => {
      if (broken) return;
      const query = client.query.bind(client);
      client.query = new Proxy(client.query, {
        apply: async (_target, _client, given: Parameters<typeof query>) => {
          const answer: unknown = await Reflect.apply(query, client, given);
          if (broken) return answer;
          broken = true;
          throw new Error('Connection terminated unexpectedly');
        },
      });
    });
    const event = happened();
    const result = await store.append('case-1', 'no-stream', [event], metadata);
    expect(broken).toBe(true);
    expect(result).toMatchObject({ ok: true, revision: 0, position: '1' });
    expect((await whole()).map(({ eventId }) => eventId)).toEqual([event.eventId]);
  });

  it('at any moment, again and again, is lost to nobody who was answered and doubled for nobody', async () => {
    const store = createPostgresEventStore(pool);
    await store.head();
    const answered = new Map<string, string>();
    let refused = 0;
    let going = true;
    const lane = async (n: number): Promise<void> => {
      for (let k = 0; k < 60; k += 1) {
        const event = happened();
        try {
          const result = await store.append(`case-${n}`, 'any', [event], metadata);
          if (result.ok) answered.set(event.eventId, result.position);
        } catch (error) {
          expect(error).toBeInstanceOf(StoreUnavailable);
          refused += 1;
        }
      }
    };
    const cutting = (async () => {
      // As fast as the log grows by ten: every group of appends has a fair chance to be hit, and some to get through.
      for (let next = 10; going;) {
        if (answered.size + refused < next) {
          await breathe();
          continue;
        }
        next += 10;
        await database.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%log.append%'`,
        );
      }
    })();
    await Promise.all(Array.from({ length: 8 }, (_, n) => lane(n)));
    going = false;
    await cutting;
    const events = await whole();
    expect(new Set(events.map((event) => event.eventId)).size).toBe(events.length);
    for (const [eventId, position] of answered) {
      expect(events[Number(position) - 1]?.eventId).toBe(eventId);
    }
    expect(answered.size + refused).toBe(480);
    expect(events.length).toBeLessThanOrEqual(480);
  }, 60_000);
});

describe('a log whose database does not answer', () => {
  it('says so in time, and an append that was carried out all the same is there once when it is repeated', async () => {
    const database = await startTestDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 4 });
    pool.on('error', () => undefined);
    const store = createPostgresEventStore(pool, { answerMs: 300 });
    await store.head();
    const inTheWay = await database.pool.connect();
    await inTheWay.query('SELECT pg_advisory_lock($1)', [appendLock]);
    const event = happened();
    await expect(store.append('case-1', 'no-stream', [event], metadata)).rejects.toThrow(StoreUnavailable);
    await inTheWay.query('SELECT pg_advisory_unlock($1)', [appendLock]);
    inTheWay.release();
    const patient = createPostgresEventStore(pool);
    expect(await patient.append('case-1', 'no-stream', [event], metadata)).toMatchObject({ ok: true, revision: 0 });
    expect((await patient.readAll('0', {}, 10)).events.map(({ eventId }) => eventId)).toEqual([event.eventId]);
    await pool.end();
    await database.stop();
  });
});

describe('a log whose database is away', () => {
  it('says so, whatever it is asked', async () => {
    const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
    const store = createPostgresEventStore(pool);
    await expect(store.append('case-1', 'any', [happened()], metadata)).rejects.toThrow(StoreUnavailable);
    await expect(store.readStream('case-1')).rejects.toThrow(StoreUnavailable);
    await expect(store.readAll('0', {}, 1)).rejects.toThrow(StoreUnavailable);
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
    await pool.end();
  });
});
