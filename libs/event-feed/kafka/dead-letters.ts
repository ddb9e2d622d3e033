import { setTimeout as pause } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import type { Pool } from 'pg';
import type { EventStore, Position } from '../../event-store/port.js';
import { readParked } from '../parking.js';
import { recordOf } from './event-records.js';

interface Untold {
  readonly consumer: string;
  readonly version: number;
  readonly position: Position;
  readonly reason: string;
  readonly stream_id: string | null;
  readonly revision: number | null;
}

const lookEveryMs = 500;
const atATime = 100;

/** Publishes what consumers parked to the topic of dead letters, with the reason; each at least once. */
export class DeadLetters {
  constructor(
    private readonly pool: Pool,
    private readonly store: EventStore,
    private readonly topic: string,
  ) {}

  /** Until the signal aborts. @throws when Kafka or the database cannot be reached. */
  async tell(producer: Producer, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const told = await this.tellSome(producer);
      if (told < atATime) await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async tellSome(producer: Producer): Promise<number> {
    const { rows } = await this.pool.query<Untold>(
      `SELECT consumer, version, position, reason, stream_id, revision FROM feed.parked
        WHERE told_at IS NULL ORDER BY position LIMIT ${String(atATime)}`,
    );
    for (const { consumer, version, position, reason, stream_id: streamId, revision } of rows) {
      const event = await readParked(this.store, { position, streamId, revision });
      if (event !== undefined) {
        const { headers, ...record } = recordOf(event);
        const why = { 'deadletter-consumer': `${consumer}.v${String(version)}`, 'deadletter-reason': reason };
        await producer.send({
          topic: this.topic,
          acks: -1,
          messages: [{ ...record, headers: { ...headers, ...why } }],
        });
      }
      await this.pool.query(
        `UPDATE feed.parked SET told_at = now() WHERE consumer = $1 AND version = $2 AND position = $3`,
        [consumer, version, position],
      );
    }
    return rows.length;
  }
}
