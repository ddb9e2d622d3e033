import { setTimeout as pause } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Pool } from 'pg';
import { atMost, endOf } from '../../platform/end-of.js';
import { readMarks } from '../checkpoints.js';
import { matcherOf } from '../event-filter.js';
import type { FeedLog } from '../feed-log.js';
import { awaitedChannel, marksWanted } from '../lease-keeper.js';
import { reasonOf } from '../parking.js';
import type { Runner } from '../runner.js';
import type { PartitionMarks } from '../tail.js';
import { partitionRecordOf } from './event-records.js';
import { MergedPartitions } from './merged-partitions.js';
import { wholeTopicAssigner } from './whole-topic-assigner.js';

export interface MemberParts {
  readonly kafka: Kafka;
  readonly topic: string;
  /** Put before the name of the consumer group. */
  readonly prefix: string;
  readonly pool: Pool;
  readonly log: FeedLog;
}

interface Session {
  readonly over: AbortController;
  tail: MergedPartitions | undefined;
  ended: Promise<void>;
}

/** How soon a member that failed tries again. */
const againMs = 1_000;
/** Which failure in a row is told. */
const worthTelling = 3;
/** How long leaving the group may take. A broker that is away or hangs would hold up the end of the service. */
export const leaveMs = 4_000;
/** How often what was stored is also told to Kafka, for those who watch lag there. */
const commitMs = 5_000;
/** How often the relay is asked to say how far it is, until every partition has spoken. */
const askMs = 1_000;

/**
 * One consumer as a member of its group. While it holds the topic its runner runs along the merged partitions, from the offsets
 * that are stored with the checkpoint; Kafka's own offsets are only a courtesy to tools.
 */
export class GroupMember {
  readonly #runner: Runner;
  readonly #parts: MemberParts;
  readonly #wants: ReturnType<typeof matcherOf>;
  readonly #stop = new AbortController();
  /** Stopped, or its runner has nothing left to run. */
  readonly #over: AbortSignal;
  #session: Session | undefined;
  /** The sessions that were ended, once their runs are over too. */
  #ended: Promise<unknown> = Promise.resolve();
  #keeping: Promise<void> = Promise.resolve();
  #fault: string | undefined = 'has not joined its group yet';

  constructor(runner: Runner, parts: MemberParts) {
    this.#runner = runner;
    this.#parts = parts;
    this.#wants = matcherOf(runner.consumer.wants);
    this.#over = AbortSignal.any([this.#stop.signal, runner.retired]);
  }

  /** Why it is no member of its group, if so. */
  get fault(): string | undefined {
    return this.#fault;
  }

  start(): void {
    this.#keeping = this.#keep();
  }

  /** Lets the page in hand finish, tells Kafka how far it came, and leaves the group: the last two if Kafka answers in time. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await atMost(leaveMs, this.#keeping);
    await this.#endSession();
  }

  async #keep(): Promise<void> {
    let failures = 0;
    while (!this.#over.aborted) {
      try {
        await this.#beMember();
      } catch (error) {
        // Whoever was a member until now begins to count anew. A topic or a coordinator that is only just coming up is no news.
        failures = this.#fault === undefined ? 1 : failures + 1;
        this.#fault = reasonOf(error);
        if (failures === worthTelling)
          this.#parts.log('warn', `${this.#runner.id.name} is without Kafka: ${this.#fault}`);
      }
      await pause(againMs, undefined, { signal: this.#over }).catch(() => undefined);
    }
    this.#fault = undefined;
  }

  async #beMember(): Promise<void> {
    const { kafka, topic, prefix } = this.#parts;
    const { name, version } = this.#runner.id;
    const consumer = kafka.consumer({
      groupId: `${prefix}homeward.${name}.v${String(version)}`,
      partitionAssigners: [wholeTopicAssigner(() => this.#session !== undefined)],
      sessionTimeout: 10_000,
      heartbeatInterval: 2_000,
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 500,
      maxBytesPerPartition: 524_288,
      maxBytes: 4_194_304,
      allowAutoTopicCreation: false,
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    });
    const lost = new AbortController();
    consumer.on(consumer.events.CRASH, ({ payload }) => lost.abort(payload.error));
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#fault = undefined;
      this.#joined(consumer, (payload.memberAssignment[topic] ?? []).length > 0);
    });
    const committing = setInterval(() => void this.#commit(consumer), commitMs);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic] });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (batch) => this.#take(consumer, batch),
      });
      await endOf(AbortSignal.any([lost.signal, this.#over]));
      if (!this.#over.aborted) throw lost.signal.reason;
    } finally {
      clearInterval(committing);
      const session = this.#session;
      await this.#endSession();
      if (session) await this.#commit(consumer, session);
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /** After each rebalance kafkajs has forgotten where it was. */
  #joined(consumer: Consumer, holds: boolean): void {
    if (!holds) {
      void this.#endSession();
      return;
    }
    if (this.#session === undefined) this.#beginSession(consumer);
    else this.#seek(consumer, this.#session.tail);
  }

  #beginSession(consumer: Consumer): void {
    // Given the topic while it leaves.
    if (this.#over.aborted) return;
    const session: Session = { over: new AbortController(), tail: undefined, ended: Promise.resolve() };
    this.#session = session;
    session.ended = this.#run(consumer, session).catch((error: unknown) => {
      this.#fault = reasonOf(error);
      this.#session = this.#session === session ? undefined : this.#session;
    });
  }

  async #run(consumer: Consumer, session: Session): Promise<void> {
    const { signal } = session.over;
    while (!signal.aborted) {
      try {
        session.tail = (await Promise.race([this.#findTail(), endOf(signal)])) ?? undefined;
        break;
      } catch (error) {
        this.#fault = reasonOf(error);
        await pause(againMs, undefined, { signal }).catch(() => undefined);
      }
    }
    if (session.tail === undefined) return;
    this.#fault = undefined;
    this.#seek(consumer, session.tail);
    void this.#askForMarks(session.tail, signal);
    await this.#runner.run(signal, session.tail);
  }

  async #endSession(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    session?.over.abort();
    this.#ended = Promise.all([this.#ended, session?.ended]);
    await this.#ended;
  }

  /** From the offsets stored with the checkpoint, if the topic still has them; else from where it ends now. */
  async #findTail(): Promise<MergedPartitions> {
    const { topic, pool } = this.#parts;
    const stored = await readMarks(pool, this.#runner.id);
    const offsets = await this.#offsets();
    if (stored?.marks && reachable(stored.marks, topic, offsets))
      return new MergedPartitions(topic, { position: stored.position, marks: stored.marks });
    return new MergedPartitions(topic, { ends: new Map(offsets.map(({ partition, high }) => [partition, high])) });
  }

  #seek(consumer: Consumer, tail: MergedPartitions | undefined): void {
    for (const [partition, offset] of tail?.nextOffsets ?? [])
      consumer.seek({ topic: this.#parts.topic, partition, offset });
  }

  async #askForMarks(tail: MergedPartitions, signal: AbortSignal): Promise<void> {
    while (tail.unknown && !signal.aborted) {
      await this.#parts.pool.query(`NOTIFY ${awaitedChannel}, '${marksWanted}'`).catch(() => undefined);
      await tail.news(signal, askMs);
    }
  }

  async #take(consumer: Consumer, { batch, resolveOffset, heartbeat, pause: hold }: EachBatchPayload): Promise<void> {
    const { tail, over } = this.#session ?? {};
    if (tail === undefined || over === undefined) {
      await pause(20);
      return;
    }
    const records = batch.messages.map((message) => partitionRecordOf(message, this.#wants));
    const pushed = tail.push(batch.partition, records);
    // Read before the offsets were set, or the topic no longer has what comes next: then the log has it.
    if (pushed === 'gap') await this.#mendGap(consumer, batch.partition, tail);
    // The topic was given more partitions: as long as kafkajs does not read them too, the log has what is in them.
    if (pushed === 'fewer') await this.#beginAnew(consumer);
    if (pushed !== 'taken') return;
    resolveOffset(batch.lastOffset());
    await heartbeat();
    if (tail.isFull(batch.partition)) void resumeWhenEmptier(tail, batch.partition, hold(), over.signal);
  }

  async #mendGap(consumer: Consumer, partition: number, tail: MergedPartitions): Promise<void> {
    const wanted = BigInt(tail.nextOffsets.get(partition) ?? '0');
    const low = (await this.#offsets()).find((of) => of.partition === partition)?.low ?? '0';
    if (wanted >= BigInt(low)) this.#seek(consumer, tail);
    else await this.#beginAnew(consumer);
  }

  async #beginAnew(consumer: Consumer): Promise<void> {
    await this.#endSession();
    // Unless a rebalance was quicker.
    if (this.#session === undefined) this.#beginSession(consumer);
  }

  async #offsets(): Promise<readonly { partition: number; low: string; high: string }[]> {
    const admin = this.#parts.kafka.admin();
    await admin.connect();
    try {
      return await admin.fetchTopicOffsets(this.#parts.topic);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  async #commit(consumer: Consumer, session = this.#session): Promise<void> {
    const marks = session?.tail?.marksAt(this.#runner.position);
    if (marks === undefined) return;
    const offsets = Object.entries(marks.partitions).map(([partition, [offset]]) => ({
      topic: marks.topic,
      partition: Number(partition),
      offset,
    }));
    await consumer.commitOffsets(offsets).catch(() => undefined);
  }
}

const reachable = (
  marks: PartitionMarks,
  topic: string,
  offsets: readonly { partition: number; low: string; high: string }[],
): boolean =>
  marks.topic === topic &&
  Object.keys(marks.partitions).length === offsets.length &&
  offsets.every(({ partition, low, high }) => {
    const mark = marks.partitions[String(partition)];
    return mark !== undefined && BigInt(mark[0]) >= BigInt(low) && BigInt(mark[0]) <= BigInt(high);
  });

/** Also when the session ends: kafkajs keeps the pause, and the next session would wait for ever for what comes in this partition. */
const resumeWhenEmptier = async (
  tail: MergedPartitions,
  partition: number,
  resume: () => void,
  signal: AbortSignal,
): Promise<void> => {
  while (tail.isFull(partition) && !signal.aborted) await pause(20);
  resume();
};
