import { setImmediate as breathe } from 'node:timers/promises';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { comparePositions, type EventMetadata, type EventToAppend, type StoredEvent } from '../port.js';
import { callAppend } from './append-call.js';
import { appendRequestOf } from './append-request.js';
import { createPostgresEventStore, type PostgresEventStore } from './postgres-event-store.js';

const total = 20_000;
const writers = 24;
const metadata: EventMetadata = {
  correlationId: 'race',
  actor: { id: 'race', role: 'idt', organisation: 'council' },
  source: 'api',
};

const happened = (writer: number, n: number): EventToAppend => ({
  eventId: uuidv7(),
  type: 'CaseReferred',
  schemaVersion: 1,
  occurredAt: '2026-11-23T08:30:00.000Z',
  data: { writer, n },
});

/** architecture.md §4: a reader by position must not fall into a gap, whatever the writers do before they append. */
describe('24 writers and a reader who tails the log', () => {
  let database: TestDatabase;
  let pools: pg.Pool[];
  let stores: PostgresEventStore[];

  beforeAll(async () => {
    database = await startTestDatabase();
    // Three "processes": two that group their appends, one whose transactions write something else first.
    pools = Array.from({ length: 3 }, () => new pg.Pool({ connectionString: database.url, max: 12 }));
    stores = pools.map((pool) => createPostgresEventStore(pool));
    await stores[0]?.head();
    await database.pool.query('CREATE TABLE written_first (id bigserial PRIMARY KEY, writer int NOT NULL)');
  }, 60_000);

  afterAll(async () => {
    for (const pool of pools) await pool.end();
    await database.stop();
  });

  /** A transaction that has its id, and a row written, well before it asks for the lock. */
  const appendAfterSomethingElse = async (pool: pg.Pool, streamId: string, event: EventToAppend): Promise<string> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO written_first (writer) VALUES ($1)', [1]);
      await breathe();
      const [outcome] = await callAppend(client, [appendRequestOf(streamId, 'any', [event], metadata)], null);
      if (outcome === undefined || outcome instanceof Error || !outcome.ok) throw new Error('not appended');
      await client.query('COMMIT');
      return outcome.position;
    } finally {
      client.release();
    }
  };

  it('lose none of 20,000 events, double none and see them in order', async () => {
    const stop = new AbortController();
    const [first, second] = stores;
    const [, , plainPool] = pools;
    if (first === undefined || second === undefined || plainPool === undefined) throw new Error('not open');

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
      for (let after = '0'; polled.length < total;) {
        const page = await first.readAll(after, {}, 100);
        polled.push(...page.events);
        after = page.readTo;
        if (page.atEnd) await breathe();
      }
    })();

    const answered = new Map<string, string>();
    const write = async (writer: number): Promise<void> => {
      const mine = Math.floor(total / writers) + (writer < total % writers ? 1 : 0);
      const lanes = writer % 6 === 5 ? 1 : 8;
      let n = 0;
      const lane = async (): Promise<void> => {
        for (let next = n++; next < mine; next = n++) {
          const event = happened(writer, next);
          const streamId = `case-${writer}-${next % 50}`;
          if (writer % 6 === 5) {
            answered.set(event.eventId, await appendAfterSomethingElse(plainPool, streamId, event));
          } else {
            const result = await (writer % 2 === 0 ? first : second).append(streamId, 'any', [event], metadata);
            if (!result.ok) throw new Error('refused');
            answered.set(event.eventId, result.position);
          }
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    };
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    await Promise.all([tail, poll]);

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
  }, 60_000);
});
