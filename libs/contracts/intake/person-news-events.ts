import { Type } from 'typebox';
import { eventsOf, Instant, Nullable, type EventOf } from '../event-contract.js';

/** What hospitals say of a person outside any stay; intake's own, told on as events of the person. */
export const personNewsContracts = eventsOf('intake', 'news-', {
  PersonNewsHeard: [
    'A hospital said something of a person that belongs to no stay, such as a death.',
    Type.Object({
      message: Type.Object({
        feed: Type.String(),
        controlId: Type.String(),
        hash: Type.String(),
        kind: Type.String(),
        sourceRecordedAt: Instant,
        sequence: Type.Integer(),
      }),
      /** What the message said, kept so that the state is a function of the set of messages. */
      fact: Type.Object({
        recorded: Instant,
        eventTime: Instant,
        controlId: Type.String(),
        eventId: Type.String(),
        /** The event that the same message led to when it was heard first: this copy of it was sent before that one. */
        copyOf: Type.Optional(Type.String()),
        dead: Type.Optional(Type.Boolean()),
        deathAt: Type.Optional(Nullable(Instant)),
      }),
      /** The effective death after it; null when the person is not known to have died. */
      diedAt: Nullable(Instant),
      deathChanged: Type.Boolean(),
    }),
  ],
});
export type PersonNewsEvent = EventOf<typeof personNewsContracts>;
