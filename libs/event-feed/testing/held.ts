import type { Projection } from '../port.js';

/** A projection whose folds wait until they are let go. */
export interface Held {
  readonly projection: Projection;
  /** A fold has begun, and waits. */
  readonly begun: Promise<undefined>;
  letGo(): void;
}

/** @param from the first page that waits: 0 is the first */
export function held(projection: Projection, from = 0): Held {
  const begun = Promise.withResolvers<undefined>();
  const released = Promise.withResolvers<undefined>();
  let page = 0;
  return {
    projection: {
      ...projection,
      fold: async (events, tx) => {
        page += 1;
        if (page > from) {
          begun.resolve(undefined);
          await released.promise;
        }
        await projection.fold(events, tx);
      },
    },
    begun: begun.promise,
    letGo: () => released.resolve(undefined),
  };
}
