import { setTimeout as pause } from 'node:timers/promises';
import { Partitioners, type ICustomPartitioner, type Kafka, type Producer } from 'kafkajs';
import type { Pool } from 'pg';
import { comparePositions, type EventStore, type Position, type StoredEvent } from '../../event-store/port.js';
import { ensureTopics, topicName, topics } from '../../platform/kafka.js';
import type { KafkaSettings } from '../../platform/settings.js';
import { CheckpointMoved } from '../checkpoints.js';
import type { FeedLog } from '../feed-log.js';
import type { LeasedTask } from '../lease-keeper.js';
import { reasonOf } from '../parking.js';
import { DeadLetters } from './dead-letters.js';
import { progressRecord, recordOf } from './event-records.js';

export interface RelayParts {
  readonly kafka: Kafka;
  readonly settings: KafkaSettings;
  readonly pool: Pool;
  readonly store: EventStore;
  readonly log: FeedLog;
}

/** A batch ends at so many events or so many characters; one event may be larger by itself. */
const mostEvents = 500;
const mostCharacters = 1_000_000;
const againMs = 1_000;

/**
 * Publishes the log to the events topic, in log order per key, from a durable checkpoint. Each batch ends with a record in every
 * partition that says how far the log was published. What was sent but not yet noted when it stopped is sent again: those
 * who read know it by its position.
 */
export class EventRelay implements LeasedTask {
  readonly id = { name: 'feed.relay', version: 1 };
  readonly #parts: RelayParts;
  readonly #topic: string;
  readonly #deadLetters: DeadLetters;
  #position: Position = '0';
  #fault: string | undefined;
  #running = false;
  #sayMarks: () => void = () => undefined;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    this.#topic = topicName(parts.settings.prefix, topics.events);
    this.#deadLetters = new DeadLetters(parts.pool, parts.store, topicName(parts.settings.prefix, topics.deadLetters));
  }

  /** Why it does not publish, if it is the one that should. */
  get fault(): string | undefined {
    return this.#fault;
  }
  get running(): boolean {
    return this.#running;
  }

  /** Says in every partition how far the log was published, if this process publishes. */
  sayMarks(): void {
    this.#sayMarks();
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#running = true;
    while (!signal.aborted) {
      try {
        await this.#publish(signal);
      } catch (error) {
        if (signal.aborted) break;
        const reason = reasonOf(error);
        if (reason !== this.#fault && !(error instanceof CheckpointMoved))
          this.#parts.log('warn', `The log is not published: ${reason}`);
        this.#fault = reason;
        await pause(againMs, undefined, { signal }).catch(() => undefined);
      }
    }
    this.#running = false;
  }

  /** How far the log was published, by whatever process. */
  async published(): Promise<Position> {
    const { rows } = await this.#parts.pool.query<{ position: Position }>(
      `SELECT position FROM feed.relays WHERE topic = $1`,
      [this.#topic],
    );
    return rows[0]?.position ?? '0';
  }

  async #publish(signal: AbortSignal): Promise<void> {
    const { kafka, pool, store } = this.#parts;
    const partitions = await this.#partitions();
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: within(partitions),
    });
    const over = new AbortController();
    const ended = AbortSignal.any([signal, over.signal]);
    let telling: Promise<void> = Promise.resolve();
    let saying: Promise<void> | undefined;
    try {
      await producer.connect();
      await pool.query(`INSERT INTO feed.relays (topic) VALUES ($1) ON CONFLICT DO NOTHING`, [this.#topic]);
      this.#position = await this.published();
      await this.#send(producer, [], this.#position, partitions);
      this.#fault = undefined;
      this.#sayMarks = () => {
        // One at a time: who asks meanwhile is answered by it, or asks again.
        saying ??= this.#send(producer, [], this.#position, partitions)
          .catch(() => over.abort())
          .finally(() => (saying = undefined));
      };
      telling = this.#deadLetters.tell(producer, ended).catch((error: unknown) => {
        over.abort(error);
      });
      for await (const page of store.subscribe(this.#position, {}, ended)) {
        for (const batch of batchesOf(page.events))
          await this.#forward(producer, batch, batch.at(-1)?.position, partitions);
        await this.#forward(producer, [], page.readTo, partitions);
      }
      if (!signal.aborted) throw over.signal.reason ?? new Error('The connection to Kafka was lost.');
    } finally {
      over.abort();
      this.#sayMarks = () => undefined;
      // What is sent through a producer that was disconnected connects it again, and nobody would end that.
      await Promise.all([telling, saying]);
      await producer.disconnect().catch(() => undefined);
    }
  }

  /** Sends, and notes it: only what was noted before may be moved on from. */
  async #forward(
    producer: Producer,
    events: readonly StoredEvent[],
    to: Position | undefined,
    partitions: readonly number[],
  ): Promise<void> {
    if (to === undefined || comparePositions(to, this.#position) <= 0) return;
    await this.#send(producer, events, to, partitions);
    const { rowCount } = await this.#parts.pool.query(
      `UPDATE feed.relays SET position = $3 WHERE topic = $1 AND position = $2`,
      [this.#topic, this.#position, to],
    );
    if (rowCount === 0) throw new CheckpointMoved('Another relay published this.');
    this.#position = to;
  }

  async #send(
    producer: Producer,
    events: readonly StoredEvent[],
    upTo: Position,
    partitions: readonly number[],
  ): Promise<void> {
    const marks = (await this.#mayMark(upTo))
      ? partitions.map((partition) => ({ ...progressRecord(this.#position, upTo, partitions.length), partition }))
      : [];
    const messages = [...events.map(recordOf), ...marks];
    if (messages.length > 0) await producer.send({ topic: this.#topic, acks: -1, messages });
  }

  /** Before anything was published only an empty log is marked: those who build on it have then come to its end. */
  async #mayMark(upTo: Position): Promise<boolean> {
    return upTo !== '0' || (await this.#parts.store.head()) === '0';
  }

  async #partitions(): Promise<readonly number[]> {
    const { kafka, settings } = this.#parts;
    const admin = kafka.admin();
    await admin.connect();
    try {
      await ensureTopics(admin, settings, [topics.events, topics.deadLetters]);
      const offsets = await admin.fetchTopicOffsets(this.#topic);
      return offsets.map(({ partition }) => partition);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

/** Events go to the partitions that are marked, and not yet to those that were added since. */
const within =
  (partitions: readonly number[]): ICustomPartitioner =>
  () => {
    const among = Partitioners.DefaultPartitioner();
    return ({ partitionMetadata, ...of }) =>
      among({
        ...of,
        partitionMetadata: partitionMetadata.filter(({ partitionId }) => partitions.includes(partitionId)),
      });
  };

function* batchesOf(events: readonly StoredEvent[]): Generator<readonly StoredEvent[]> {
  let batch: StoredEvent[] = [];
  let characters = 0;
  for (const event of events) {
    const size = JSON.stringify(event.data).length;
    if (batch.length >= mostEvents || (batch.length > 0 && characters + size > mostCharacters)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(event);
    characters += size;
  }
  if (batch.length > 0) yield batch;
}
