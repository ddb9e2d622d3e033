import { describeEventStore } from '../conformance.js';
import { createEventStoreDbEventStore } from './eventstoredb-event-store.js';
import { serverUnderTest } from './testing/server-under-test.js';

const server = await serverUnderTest();

describeEventStore(
  server.name,
  {
    eventIds: 'unique in their stream',
    positions: 'with gaps',
    largeText: 1_000_000,
    tooLargeText: 1_100_000,
    startsEmpty: server.startsEmpty,
    breakable: server.cut !== undefined,
  },
  () => {
    const store = createEventStoreDbEventStore(server.url);
    const other = createEventStoreDbEventStore(server.url);
    return Promise.resolve({
      store,
      other,
      breakConnections: () => Promise.resolve(server.cut?.()),
      stop: async () => {
        await Promise.all([store.close(), other.close()]);
        await server.stop();
      },
    });
  },
);
