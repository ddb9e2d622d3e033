import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '#libs/platform/ports.js';

const image = 'apache/kafka:4.1.1';
const settings = {
  KAFKA_NODE_ID: '1',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
  KAFKA_LISTENERS: 'BROKER://:9092,CONTROLLER://:9093',
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'BROKER',
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  KAFKA_HEAP_OPTS: '-Xmx384m',
};

/**
 * The address of a broker in a container, which goes with this process (testcontainers sees to that).
 * @throws Error when no Docker engine answers, or it has no such image.
 */
export const kafkaInDocker = async (): Promise<string> => {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers');
  await inTime(getContainerRuntimeClient());
  // The broker tells its clients where to find it: the port outside has to be known before it starts.
  const port = await freePort();
  await new GenericContainer(image)
    .withEnvironment({ ...settings, KAFKA_ADVERTISED_LISTENERS: `BROKER://127.0.0.1:${String(port)}` })
    .withExposedPorts({ container: 9092, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(60_000)
    .start();
  return `127.0.0.1:${String(port)}`;
};

const inTime = async (work: Promise<unknown>): Promise<void> => {
  const tooSlow = pause(5000, undefined, { ref: false }).then(() => {
    throw new Error('Docker does not answer.');
  });
  await Promise.race([work, tooSlow]);
};
