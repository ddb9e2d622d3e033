import { topicName, topics } from '../kafka.js';
import { deadLetterMessages } from './dead-letter-messages.js';
import { eventMessages, sealedSchema } from './event-messages.js';
import { reference, type Json } from './json.js';
import { wardMessages } from './ward-messages.js';

interface Topic {
  readonly name: string;
  readonly says: string;
  readonly action: 'send' | 'receive';
  readonly operation: string;
  readonly messages: Readonly<Record<string, Json>>;
}

const everyTopic = (): Readonly<Record<string, Topic>> => ({
  events: {
    name: topics.events,
    says: 'Every event of every context in the order of the log, CloudEvents 1.0 in binary mode. The key is the person id, else the stream id: what concerns one person stays in order.',
    action: 'send',
    operation: 'tellEvents',
    messages: eventMessages(),
  },
  wardEvents: {
    name: topics.wardEvents,
    says: 'Ward events of partners, CloudEvents 1.0 in binary or structured mode. Give what concerns one visit the same key.',
    action: 'receive',
    operation: 'takeWardEvents',
    messages: wardMessages(),
  },
  deadLetters: {
    name: topics.deadLetters,
    says: 'What could not be taken, with the reason, for 30 days.',
    action: 'send',
    operation: 'tellDeadLetters',
    messages: deadLetterMessages(),
  },
});

/** The AsyncAPI document of the topics under this prefix, made from the contracts. */
export const asyncApiDocument = (prefix: string): Json => {
  const all = Object.entries(everyTopic());
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Homeward',
      version: '1',
      description: 'The events of Homeward and its inbound ward events on Kafka.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(all.map(([id, topic]) => [id, channelOf(topic, topicName(prefix, topic.name))])),
    operations: Object.fromEntries(
      all.map(([id, { operation, action, says }]) => [
        operation,
        { action, summary: says, channel: reference(`channels/${id}`) },
      ]),
    ),
    components: {
      schemas: { Sealed: sealedSchema },
      messages: Object.assign({}, ...all.map(([, { messages }]) => messages)),
    },
  };
};

const channelOf = ({ says, messages }: Topic, address: string): Json => ({
  address,
  description: says,
  messages: Object.fromEntries(Object.keys(messages).map((name) => [name, reference(`components/messages/${name}`)])),
  bindings: { kafka: { topic: address } },
});
