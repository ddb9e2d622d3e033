import { Type } from 'typebox';
import { eventsOf, Instant, type EventOf } from '../event-contract.js';

const feed = {
  /** The sender: `MSH-3/MSH-4`, or the source of CloudEvents. */
  feed: Type.String(),
  /** The hospitals it has spoken of. */
  hospitals: Type.Array(Type.String()),
};

/** How the senders of ward events do: told only when that changes, so that whoever shows their news knows how fresh it is. */
export const feedContracts = eventsOf('intake', 'feed-', {
  FeedFellSilent: [
    'A feed from which messages usually come at this hour has sent none for too long.',
    Type.Object({
      ...feed,
      /** When its last message came. */
      since: Instant,
      /** How many usually come in such a stretch of time at this hour of the week. */
      usual: Type.Number({ minimum: 0 }),
    }),
  ],
  FeedFellBehind: [
    'The messages of a feed come long after the hospital recorded them.',
    Type.Object({
      ...feed,
      /** Up to when its news goes: the recorded time of its last message. */
      since: Instant,
      lagSeconds: Type.Integer({ minimum: 0 }),
    }),
  ],
  FeedCaughtUp: [
    'A feed that was silent or behind is as it should be again, or has been silent for so long that it counts as no longer used.',
    Type.Object({
      ...feed,
      /** When its last message came. */
      since: Instant,
    }),
  ],
});
export type FeedEvent = EventOf<typeof feedContracts>;
