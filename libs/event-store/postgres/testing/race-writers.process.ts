import { setImmediate as breathe } from 'node:timers/promises';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { EventMetadata, EventToAppend } from '../../port.js';
import { callAppend } from '../append-call.js';
import { appendRequestOf } from '../append-request.js';
import { createPostgresEventStore } from '../postgres-event-store.js';

/**
 * One process of the race (`race.int.spec.ts`): every `of`th writer, from `first` on. Prints each event id with the position it was answered.
 * Every sixth writer appends in transactions that have written something else well before they ask for the lock.
 */
const [url = '', first = '', of = '', writers = '', total = ''] = process.argv.slice(2);

const metadata: EventMetadata = {
  correlationId: 'race',
  actor: { id: 'race', role: 'idt', organisation: 'council' },
  source: 'api',
};

const pool = new pg.Pool({ connectionString: url, max: 16 });
const store = createPostgresEventStore(pool);

const happened = (writer: number, n: number): EventToAppend => ({
  eventId: uuidv7(),
  type: 'CaseReferred',
  schemaVersion: 1,
  occurredAt: '2026-11-23T08:30:00.000Z',
  data: { writer, n },
});

const append = async (streamId: string, event: EventToAppend): Promise<string> => {
  const result = await store.append(streamId, 'any', [event], metadata);
  if (!result.ok) throw new Error('refused');
  return result.position;
};

const appendAfterSomethingElse = async (streamId: string, event: EventToAppend, writer: number): Promise<string> => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO written_first (writer) VALUES ($1)', [writer]);
    await breathe();
    const [outcome] = await callAppend(client, [appendRequestOf(streamId, 'any', [event], metadata)], null);
    if (outcome === undefined || outcome instanceof Error || !outcome.ok) throw new Error('not appended');
    await client.query('COMMIT');
    return outcome.position;
  } finally {
    client.release();
  }
};

const write = async (writer: number): Promise<void> => {
  const mine = Math.floor(Number(total) / Number(writers)) + (writer < Number(total) % Number(writers) ? 1 : 0);
  const late = writer % 6 === 5;
  let n = 0;
  const lane = async (): Promise<void> => {
    for (let next = n++; next < mine; next = n++) {
      const event = happened(writer, next);
      const streamId = `case-${String(writer)}-${String(next % 50)}`;
      const position = await (late ? appendAfterSomethingElse(streamId, event, writer) : append(streamId, event));
      process.stdout.write(`${event.eventId} ${position}\n`);
    }
  };
  await Promise.all(Array.from({ length: late ? 1 : 8 }, lane));
};

const own = Array.from({ length: Number(writers) }, (_, writer) => writer).filter(
  (writer) => writer % Number(of) === Number(first),
);
await Promise.all(own.map(write));
await pool.end();
