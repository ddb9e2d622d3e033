import { kafkaClient, topicName, topics } from './kafka.js';
import type { KafkaSettings } from './settings.js';

const settings: KafkaSettings = {
  brokers: ['127.0.0.1:9'],
  prefix: 'north.',
  partitions: 6,
  replicas: 3,
  tls: false,
  mechanism: 'scram-sha-512',
  user: undefined,
  password: undefined,
};

const said: [level: string, words: unknown][] = [];
const log = {
  log: (words: unknown) => void said.push(['log', words]),
  debug: (words: unknown) => void said.push(['debug', words]),
  warn: (words: unknown) => void said.push(['warn', words]),
  error: (words: unknown) => void said.push(['error', words]),
};

describe('Kafka', () => {
  beforeEach(() => {
    said.length = 0;
  });

  test('has topics and groups under the prefix of the installation', () => {
    expect(topicName(settings.prefix, topics.wardEvents)).toBe('north.homeward.ward-events.v1');
  });

  test('speaks in our log, without anything that may quote a message', () => {
    const logger = kafkaClient(settings, 'homeward-test', log).logger();
    logger.error('Crash: SyntaxError: Unexpected "9990000018"', {
      groupId: 'g',
      stack: '9990000018',
      key: '9990000018',
    });
    logger.warn('Could not create topics', { error: '9990000018', retryCount: 2 });
    expect(said).toEqual([
      ['error', { says: 'Crash', groupId: 'g' }],
      ['warn', { says: 'Could not create topics', retryCount: 2 }],
    ]);
  });

  test('says at debug only what passes by itself', () => {
    const logger = kafkaClient(settings, 'homeward-test', log).logger();
    logger.error('Response GroupCoordinator(key: 10, version: 2)', { error: 'The group coordinator is not available' });
    logger.error('Response Metadata(key: 3)', { error: 'This server does not host this topic-partition' });
    logger.info('Consumer has joined the group', { memberAssignment: {} });
    expect(said).toEqual([
      ['debug', { says: 'Response GroupCoordinator' }],
      ['debug', { says: 'Response Metadata' }],
      ['debug', { says: 'Consumer has joined the group' }],
    ]);
  });
});
