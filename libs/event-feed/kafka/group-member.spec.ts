import type { EachBatchPayload, Kafka } from 'kafkajs';
import type { Pool } from 'pg';
import { eventually } from '../../../test/support/eventually.js';
import { endOf } from '../../platform/end-of.js';
import { silent } from '../feed-log.js';
import type { Runner } from '../runner.js';
import { recordOf } from './event-records.js';
import { GroupMember } from './group-member.js';

/** A consumer of kafkajs as far as a member of a group asks anything of it: the test gives out the topic and its batches. */
class StandInConsumer {
  readonly events = { CRASH: 'crash', GROUP_JOIN: 'join' };
  readonly #listeners = new Map<string, (event: { payload: unknown }) => void>();
  readonly #running = Promise.withResolvers<(payload: unknown) => Promise<void>>();
  /** The next offset that is asked for. */
  wanted: string | undefined;
  paused = false;

  on(event: string, listener: (event: { payload: unknown }) => void): void {
    this.#listeners.set(event, listener);
  }
  readonly connect = (): Promise<void> => Promise.resolve();
  readonly subscribe = this.connect;
  readonly commitOffsets = this.connect;
  readonly disconnect = this.connect;

  run({ eachBatch }: { eachBatch: (payload: unknown) => Promise<void> }): Promise<void> {
    this.#running.resolve(eachBatch);
    return Promise.resolve();
  }

  seek({ offset }: { offset: string }): void {
    this.wanted = offset;
  }

  async isGiven(partitions: readonly number[]): Promise<void> {
    await this.#running.promise;
    this.#listeners.get('join')?.({ payload: { memberAssignment: { topic: partitions } } });
  }

  async hears(messages: EachBatchPayload['batch']['messages']): Promise<void> {
    const eachBatch = await this.#running.promise;
    await eachBatch({
      batch: { partition: 0, messages, lastOffset: () => messages.at(-1)?.offset },
      resolveOffset: () => undefined,
      heartbeat: this.connect,
      // As kafkajs: the pause is kept, also over rebalances, until it is taken back.
      pause: () => {
        this.paused = true;
        return () => (this.paused = false);
      },
    });
  }
}

const message = (offset: number): EachBatchPayload['batch']['messages'][number] => {
  const { key, value, headers } = recordOf({
    eventId: `e-${String(offset)}`,
    type: 'PatientAdmitted',
    schemaVersion: 1,
    streamId: 'stay-1',
    revision: offset,
    position: String(offset + 1),
    occurredAt: '2026-11-23T08:30:00.000Z',
    recordedAt: '2026-11-23T08:30:00.000Z',
    data: {},
    metadata: { correlationId: 'c', actor: { id: 'a', role: 'idt', organisation: 'o' }, source: 'api' },
  });
  const [of, text] = [Buffer.from(key ?? ''), Buffer.from(value ?? '')];
  return { key: of, value: text, headers, offset: String(offset), timestamp: '0', attributes: 0 };
};

describe('a member of a group', () => {
  const consumer = new StandInConsumer();
  const admin = {
    connect: consumer.connect,
    disconnect: consumer.connect,
    fetchTopicOffsets: () => Promise.resolve([{ partition: 0, low: '0', high: '0' }]),
  };
  const kafka = { consumer: () => consumer, admin: () => admin };
  const pool = { query: () => Promise.resolve({ rows: [] }) };
  /** Takes nothing of what it is brought. */
  const runner = {
    id: { name: 'trial.wards', version: 1 },
    consumer: { wants: {} },
    retired: new AbortController().signal,
    position: '0',
    run: (signal: AbortSignal) => endOf(signal),
  };
  const member = new GroupMember(runner as unknown as Runner, {
    kafka: kafka as unknown as Kafka,
    pool: pool as unknown as Pool,
    topic: 'topic',
    prefix: '',
    log: silent,
  });
  beforeAll(() => member.start());
  afterAll(() => member.stop());

  it('that had enough of a partition when it lost the topic reads it again when the topic comes back', async () => {
    await consumer.isGiven([0]);
    await eventually('the topic is read from its beginning', () => consumer.wanted === '0', 5_000);
    await consumer.hears(Array.from({ length: 2_000 }, (_, offset) => message(offset)));
    expect(consumer.paused).toBe(true);
    await consumer.isGiven([]);
    await consumer.isGiven([0]);
    await eventually('the partition is read again', () => !consumer.paused, 5_000);
  });
});
