import { headerExample, headerSchema } from './event-messages.js';
import { isJson, text, type Json } from './json.js';

const reason = text('one sentence; never a value');

const ofWardEvent: Json = {
  name: 'ward-event',
  title: 'A ward event that was not taken',
  summary: 'With its own key and headers, the reason, and where it stood.',
  headers: {
    type: 'object',
    required: ['deadletter-reason', 'deadletter-topic', 'deadletter-partition', 'deadletter-offset'],
    properties: {
      'deadletter-reason': reason,
      'deadletter-topic': text(),
      'deadletter-partition': text(undefined, { pattern: '^[0-9]+$' }),
      'deadletter-offset': text(undefined, { pattern: '^[0-9]+$' }),
    },
  },
  payload: { description: 'As it came; null where Homeward keeps the content itself, sealed, in quarantine.' },
  examples: [
    {
      headers: {
        'deadletter-reason': 'The value is not JSON in UTF-8.',
        'deadletter-topic': 'homeward.ward-events.v1',
        'deadletter-partition': '0',
        'deadletter-offset': '42',
      },
      payload: 'A person was admitted',
    },
  ],
};

const ofEvent = (): Json => {
  const { required, properties } = headerSchema(text());
  return {
    name: 'parked-event',
    title: 'An event that a consumer parked',
    summary: 'As it stands on the topic of events, with the consumer that could not deal with it and the reason.',
    headers: {
      type: 'object',
      required: [...(Array.isArray(required) ? required : []), 'deadletter-consumer', 'deadletter-reason'],
      properties: {
        ...(isJson(properties) ? properties : {}),
        'deadletter-consumer': text('its name and version'),
        'deadletter-reason': reason,
      },
    },
    payload: { type: 'object' },
    examples: [
      {
        headers: {
          ...headerExample('homeward.discharge.CaseAccepted.v1', 'case-'),
          'deadletter-consumer': 'discharge.board.v1',
          'deadletter-reason': 'TypeError',
        },
        payload: {},
      },
    ],
  };
};

/** What stands on the topic of dead letters, by name. */
export const deadLetterMessages = (): Readonly<Record<string, Json>> => ({
  'homeward.dead-letter.ward-event': ofWardEvent,
  'homeward.dead-letter.parked-event': ofEvent(),
});
