import { Partitioners, type Kafka, type KafkaMessage, type Producer } from 'kafkajs';

/** A record, and where it stood. */
export interface Letter {
  readonly topic: string;
  readonly partition: number;
  readonly message: KafkaMessage;
}

/** The letter without its value, for one that the topic cannot hold. */
const tooLarge = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** Records that were not taken, for whoever sent them: as they came, with the reason and the place they stood in. */
export class DeadLetters {
  private readonly producer: Producer;

  constructor(
    kafka: Kafka,
    private readonly topic: string,
  ) {
    this.producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
  }

  connect(): Promise<void> {
    return this.producer.connect();
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }

  /** Stored on all replicas when it resolves. `value`: whether the content goes along; intake keeps that of a message in quarantine, sealed. */
  async send(letter: Letter, reason: string, { value }: { readonly value: boolean }): Promise<void> {
    try {
      await this.write(letter, reason, value ? letter.message.value : null);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      await this.write(letter, `${reason} The content is too large to be kept.`, null);
    }
  }

  private async write({ topic, partition, message }: Letter, reason: string, value: Buffer | null): Promise<void> {
    const headers = {
      ...message.headers,
      'deadletter-reason': reason,
      'deadletter-topic': topic,
      'deadletter-partition': String(partition),
      'deadletter-offset': message.offset,
    };
    await this.producer.send({ topic: this.topic, acks: -1, messages: [{ key: message.key, value, headers }] });
  }
}

const isTooLarge = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  if ('type' in error && typeof error.type === 'string' && tooLarge.has(error.type)) return true;
  return 'cause' in error && isTooLarge(error.cause);
};
