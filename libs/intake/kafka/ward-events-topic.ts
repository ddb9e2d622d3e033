import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Consumer, Kafka } from 'kafkajs';
import { Counter } from 'prom-client';
import { nameOf } from '#libs/platform/errors.js';
import { Health } from '#libs/platform/health.js';
import { ensureTopics, kafkaClient, topicName, topics } from '#libs/platform/kafka.js';
import { Metrics } from '#libs/platform/metrics.js';
import { Settings, type KafkaSettings } from '#libs/platform/settings.js';
import { WardIntake } from '../taking/ward-intake.js';
import { DeadLetters } from './dead-letters.js';
import { takeBatch, type BatchRules } from './ward-event-batch.js';
import { workOf } from './ward-event-record.js';

/** How long to wait before trying again, for the broker as for the database. */
const retryMs = 500;
/** A member that is silent for so long has lost its partitions; readiness says so earlier. */
const sessionMs = 15_000;
const quietMs = 10_000;
/** What is in hand is finished and the group left within this, or not at all: the whole service, with its feed, stops within ten seconds. */
const finishMs = 4000;

const group = 'homeward.intake.ward-events';

/** Ward events of partners from Kafka, where there is one (api.md, "Ward events in"). The `source` of an event is its feed. */
@Injectable()
export class WardEventsTopic implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('kafka ward events');
  private readonly stopping = new AbortController();
  private readonly stopped = new Promise<void>((resolve) => {
    this.stopping.signal.addEventListener('abort', () => resolve());
  });
  private consuming: Promise<void> | undefined;
  /** When the group last answered, by a clock that only goes forward. */
  private lastHeard: number | undefined;
  /** A message is in hand that could not be stored, so far. */
  private waits = false;

  constructor(
    private readonly settings: Settings,
    private readonly intake: WardIntake,
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const { kafka: settings } = this.settings;
    if (!settings) return;
    this.health.addCheck('kafka ward events', () => Promise.resolve(this.whyNotReady()));
    const taken = new Counter({
      name: 'homeward_kafka_ward_events_total',
      help: 'Ward events from Kafka by what became of them',
      labelNames: ['result'] as const,
      registers: [this.metrics.registry],
    });
    this.consuming = this.consumeForEver(settings, (result) => {
      this.waits = false;
      taken.inc({ result });
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.consuming, pause(finishMs, undefined, { ref: false })]);
  }

  private whyNotReady(): string | undefined {
    if (this.lastHeard === undefined || performance.now() - this.lastHeard > quietMs) return 'is not connected';
    return this.waits ? 'waits until its messages can be stored' : undefined;
  }

  private async consumeForEver(settings: KafkaSettings, counted: (result: string) => void): Promise<void> {
    const kafka = kafkaClient(settings, 'homeward-intake', this.logger);
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.consume(kafka, settings, counted).catch((error: unknown) => {
        this.logger.warn({ says: 'cannot take ward events; trying again', fault: nameOf(error) });
      });
      this.lastHeard = undefined;
      this.waits = false;
      await pause(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Takes until the service stops, or Kafka is away for longer than its client waits. */
  private async consume(kafka: Kafka, settings: KafkaSettings, counted: (result: string) => void): Promise<void> {
    await makeTopics(kafka, settings);
    const topic = topicName(settings.prefix, topics.wardEvents);
    const deadLetters = new DeadLetters(kafka, topicName(settings.prefix, topics.deadLetters));
    const consumer = kafka.consumer({
      groupId: topicName(settings.prefix, group),
      sessionTimeout: sessionMs,
      heartbeatInterval: 3000,
      // Stopping waits for the fetch in hand.
      maxWaitTimeInMs: 1000,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    const rules: BatchRules = {
      read: (message, partition) =>
        workOf(
          { topic, partition, message },
          {
            intake: this.intake,
            deadLetters,
            counted,
            failed: (fault) => this.logger.error({ fault, while: 'reading' }),
          },
        ),
      waiting: (error) => {
        this.waits = true;
        this.logger.warn({ says: 'waits until its messages can be stored', fault: nameOf(error) });
      },
      retryMs,
      stopping: this.stopping.signal,
    };
    try {
      await deadLetters.connect();
      const broken = this.brokenDown(consumer);
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: (payload) => takeBatch(payload, rules),
      });
      await Promise.race([this.stopped, broken]);
    } finally {
      await inTime(consumer.disconnect());
      await inTime(deadLetters.close());
    }
  }

  /** Rejects when the consumer broke down; notes meanwhile when the group answered. */
  private brokenDown(consumer: Consumer): Promise<never> {
    const heard = (): void => {
      this.lastHeard = performance.now();
    };
    const { GROUP_JOIN, HEARTBEAT, FETCH, CRASH } = consumer.events;
    for (const event of [GROUP_JOIN, HEARTBEAT, FETCH] as const) consumer.on(event, heard);
    const broken = new Promise<never>((_resolve, reject) => {
      consumer.on(CRASH, ({ payload }) => reject(payload.error));
    });
    // It may break down before anybody waits for it.
    broken.catch(() => undefined);
    return broken;
  }
}

const makeTopics = async (kafka: Kafka, settings: KafkaSettings): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await ensureTopics(admin, settings, [topics.wardEvents, topics.deadLetters]);
  } finally {
    await admin.disconnect();
  }
};

/** A broker that is away shall not hold up the end. */
const inTime = (work: Promise<void>): Promise<void> =>
  Promise.race([work.catch(() => undefined), pause(finishMs, undefined, { ref: false })]);
