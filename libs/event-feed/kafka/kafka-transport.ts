import type { Kafka } from 'kafkajs';
import type { Position } from '../../event-store/port.js';
import { atMost } from '../../platform/end-of.js';
import { topicName, topics } from '../../platform/kafka.js';
import type { KafkaSettings } from '../../platform/settings.js';
import { LeaseKeeper, marksWanted } from '../lease-keeper.js';
import type { ConsumerStatus } from '../port.js';
import type { Runner } from '../runner.js';
import type { Transport, TransportParts } from '../transport.js';
import { EventRelay } from './event-relay.js';
import { GroupMember, leaveMs } from './group-member.js';

interface Running {
  readonly relay: EventRelay;
  readonly leases: LeaseKeeper;
  readonly members: readonly GroupMember[];
}

/**
 * Events by way of Kafka: one relay over all processes publishes the log, and each consumer is a group of which one member
 * at a time holds the topic.
 */
export class KafkaTransport implements Transport {
  readonly #kafka: Kafka;
  readonly #settings: KafkaSettings;
  #running: Running | undefined;

  constructor(kafka: Kafka, settings: KafkaSettings) {
    this.#kafka = kafka;
    this.#settings = settings;
  }

  start(runners: readonly Runner[], { pool, store, log, onAwaited }: TransportParts): Promise<void> {
    const kafka = this.#kafka;
    const { prefix } = this.#settings;
    const relay = new EventRelay({ kafka, settings: this.#settings, pool, store, log });
    const leases = new LeaseKeeper(pool, [relay], log, (said) =>
      said === marksWanted ? relay.sayMarks() : onAwaited(),
    );
    const topic = topicName(prefix, topics.events);
    const members = runners.map((runner) => new GroupMember(runner, { kafka, topic, prefix, pool, log }));
    leases.start();
    for (const member of members) member.start();
    this.#running = { relay, leases, members };
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (running === undefined) return;
    // What the relay has on its way may wait for a broker that is away: it is sent again from where it was noted last.
    const relay = atMost(leaveMs, running.leases.stop());
    await Promise.all([...running.members.map((member) => member.stop()), relay]);
  }

  async status(head: Position): Promise<readonly ConsumerStatus[]> {
    if (this.#running === undefined) return [];
    const { relay } = this.#running;
    const position = await relay.published();
    const lag = Math.max(0, Number(BigInt(head) - BigInt(position)));
    return [{ ...relay.id, kind: 'relay', position, lag, parked: 0, state: 'running' }];
  }

  faults(): readonly string[] {
    if (this.#running === undefined) return [];
    const { relay, members } = this.#running;
    const without = members.filter(({ fault }) => fault !== undefined);
    return [
      ...(relay.running && relay.fault !== undefined ? [`The log is not published: ${relay.fault}`] : []),
      ...(without.length > 0
        ? [
            `${String(without.length)} of ${String(members.length)} consumers are without Kafka: ${without[0]?.fault ?? ''}`,
          ]
        : []),
    ];
  }
}
