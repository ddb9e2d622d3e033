import { readFile } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { v7 as uuidv7 } from 'uuid';
import { done, happened, metadata, numbers } from '../conformance/setting.js';
import { StoreUnavailable, comparePositions, type AllPage, type StoredEvent } from '../port.js';
import { createEventStoreDbEventStore, type EventStoreDbOptions } from './eventstoredb-event-store.js';
import { BreakableProxy } from './testing/breakable-proxy.js';
import { MemoryLog } from './testing/memory-log.js';
import { StandInServer } from './testing/stand-in-server.js';

describe('the EventStoreDB driver', () => {
  let server: StandInServer;
  let proxy: BreakableProxy;
  const stores: { close(): Promise<void> }[] = [];
  const url = (): string => `esdb://127.0.0.1:${String(proxy.port)}?tls=false`;
  const open = (options?: EventStoreDbOptions) => {
    const store = createEventStoreDbEventStore(url(), options);
    stores.push(store);
    return store;
  };

  beforeEach(async () => {
    server = await StandInServer.start();
    proxy = await BreakableProxy.to('127.0.0.1', () => server.port);
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await proxy.stop();
    server.stop();
  });

  describe('an append whose connection breaks', () => {
    it('after it is written and before it is answered is there once, and answered with its place', async () => {
      const store = open();
      const [first, second] = [happened(), happened()];
      for (const expected of ['no-stream', 1, 'any'] as const) {
        const events = [happened(), happened()];
        server.onceWritten = () => proxy.cut();
        const result = done(await store.append('case-1', expected, events, metadata));
        expect(result).toMatchObject({ duplicate: false, recordedAt: expect.any(String) });
        const [, last] = (await store.readStream('case-1')).slice(-2);
        expect([last?.eventId, last?.position]).toEqual([events[1]?.eventId, result.position]);
      }
      server.onceWritten = () => proxy.cut();
      done(await store.append('case-2', 'any', [first, second], metadata));
      expect(await store.readStream('case-1')).toHaveLength(6);
      expect(await store.readStream('case-2')).toHaveLength(2);
    });

    it('and which others overtake is written at the newer revision, or refused', async () => {
      const [store, direct] = [
        open(),
        createEventStoreDbEventStore(`esdb://127.0.0.1:${String(server.port)}?tls=false`),
      ];
      stores.push(direct);
      for (const streamId of ['case-1', 'case-2']) done(await store.append(streamId, 'any', [happened()], metadata));
      proxy.sever();
      const appending = [
        store.append('case-1', 'any', [happened()], metadata),
        store.append('case-2', 0, [happened()], metadata),
      ];
      for (const streamId of ['case-1', 'case-2']) done(await direct.append(streamId, 'any', [happened()], metadata));
      proxy.heal();
      expect(await Promise.all(appending)).toMatchObject([
        { ok: true, revision: 2, duplicate: false },
        { ok: false, code: 'wrong-revision', actual: 1 },
      ]);
    });

    it('waits for a server that comes back within a moment', async () => {
      const store = open();
      done(await store.append('case-1', 'any', [happened()], metadata));
      proxy.sever();
      const appending = store.append('case-1', 0, [happened()], metadata);
      setTimeout(() => proxy.heal(), 300);
      expect(done(await appending).revision).toBe(1);
    });
  });

  describe('a server that is away', () => {
    const askAll = (store: ReturnType<typeof open>): Promise<unknown>[] => [
      store.append('case-1', 'no-stream', [happened()], metadata),
      store.append('case-2', 'any', [happened()], metadata),
      store.readStream('case-1'),
      store.readAll('0', {}, 1),
      store.head(),
    ];

    it('is told as StoreUnavailable, whatever was asked', async () => {
      proxy.sever();
      for (const asked of await Promise.allSettled(askAll(open()))) {
        expect(asked).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
      }
    });

    it('or does not answer in time, as well', async () => {
      server.delayMs = 60_000;
      for (const asked of await Promise.allSettled(askAll(open({ deadlineMs: 200 })))) {
        expect(asked).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
      }
    });

    it('and comes back with another log is believed', async () => {
      const store = open();
      for (const n of numbers(3)) done(await store.append('case-1', 'any', [happened({ n })], metadata));
      await server.restart(new MemoryLog());
      expect(done(await store.append('case-1', 'any', [happened()], metadata)).revision).toBe(0);
      expect(await store.readStream('case-1')).toHaveLength(1);
    });
  });

  describe('a subscription', () => {
    it('outlasts a server that starts again, and goes on where it was', async () => {
      const [store, writer] = [open(), open()];
      const stop = new AbortController();
      const seen: StoredEvent[] = [];
      const following = (async () => {
        for await (const page of store.subscribe('0', { types: ['CaseReferred'] }, stop.signal)) {
          seen.push(...page.events);
          if (seen.length >= 40) stop.abort();
        }
      })();
      for (const n of numbers(40)) {
        if (n === 10 || n === 30) await server.restart();
        if (n === 20) proxy.sever();
        if (n === 20) setTimeout(() => proxy.heal(), 200);
        done(await writer.append(`case-${String(n % 3)}`, 'any', [happened({ n })], metadata));
      }
      await following;
      expect(seen.map((event) => event.data['n'])).toEqual(numbers(40));
    });

    it('does not take the end of the log for read when that is where the next event will stand', async () => {
      const store = open();
      const { position } = done(await store.append('case-1', 'any', [happened({ n: 0 })], metadata));
      const stop = new AbortController();
      const following = (async () => {
        for await (const page of store.subscribe(position, {}, stop.signal)) {
          if (page.events.length > 0) return page.events.map((event) => event.data['n']);
        }
        return [];
      })();
      while (server.caughtUp === 0) await breathe();
      done(await store.append('case-1', 'any', [happened({ n: 1 })], metadata));
      expect(await following).toEqual([1]);
      stop.abort();
    });

    it('takes the checkpoints of a narrow filter for how far it is, also while it is never quiet', async () => {
      const store = open({ quietMs: 60_000 });
      const stop = new AbortController();
      const pages: AllPage[] = [];
      done(await store.append('case-1', 'any', [happened()], metadata));
      let head = '0';
      for await (const page of store.subscribe('0', { types: ['NeverHappened'] }, stop.signal)) {
        pages.push(page);
        if (pages.length === 1) {
          const events = numbers(1_000).map((n) => happened({ n }));
          head = done(await store.append('case-1', 'any', events, metadata)).position;
        } else if (comparePositions(page.readTo, pages[0]?.readTo ?? '0') > 0) stop.abort();
      }
      const told = pages.at(-1)?.readTo ?? '0';
      expect(pages.flatMap((page) => page.events)).toEqual([]);
      expect(comparePositions(told, head)).toBeLessThanOrEqual(0);
      expect((await store.readStream('case-1')).map((event) => event.position)).toContain(told);
    });
  });

  describe('what else is on the server', () => {
    it('and its own is never shown, asked for or not', async () => {
      const store = open();
      for (const n of numbers(100)) done(await store.append('case-1', 'any', [happened({ n })], metadata));
      expect(server.log.records.filter(({ type }) => type.startsWith('$')).length).toBeGreaterThan(4);
      for (const filter of [{}, { types: ['$statsCollected', 'CaseReferred'] }, { streamPrefixes: ['$', 'case-'] }]) {
        const page = await store.readAll('0', filter, 500);
        expect(page.events.map((event) => event.data['n'])).toEqual(numbers(100));
        expect(page.readTo).toBe(await store.head());
      }
    });

    it('and somebody else wrote is passed over in the log, and no stream of ours', async () => {
      const store = open();
      const guest = EventStoreDBClient.connectionString(url());
      stores.push({ close: () => guest.dispose() });
      const written = async (event: ReturnType<typeof jsonEvent>) =>
        guest.appendToStream('guest-1', [event], {
          credentials: { username: 'guest', password: '' },
          expectedRevision: 'no_stream',
        });
      await written(jsonEvent({ type: 'CaseReferred', data: { n: 1 }, metadata: { by: 'a guest' } }));
      const result = done(await store.append('case-1', 'any', [happened({ n: 2 })], metadata));
      const page = await store.readAll('0', { types: ['CaseReferred'] }, 10);
      expect(page.events.map((event) => event.data)).toEqual([{ n: 2 }]);
      expect(page.readTo).toBe(result.position);
      await expect(store.readStream('guest-1')).rejects.toThrow('somebody else');
    });
  });

  it('speaks TLS, to a server whose certificate it can check, and says who it is', async () => {
    const file = (name: string): string => fileURLToPath(new URL(`testing/${name}`, import.meta.url));
    const [key, certificate] = await Promise.all([
      readFile(file('localhost-key.pem')),
      readFile(file('localhost.pem')),
    ]);
    const secure = await StandInServer.start({ key, certificate });
    const address = `esdb://homeward:s%40crisp@localhost:${String(secure.port)}?tls=true`;
    const [store, trustsNobody] = [
      createEventStoreDbEventStore(`${address}&tlsCAFile=${encodeURIComponent(file('localhost.pem'))}`),
      createEventStoreDbEventStore(address),
    ];
    stores.push(store, trustsNobody, { close: () => Promise.resolve(secure.stop()) });
    const basic = `Basic ${Buffer.from('homeward:s@crisp').toString('base64')}`;
    done(await store.append('case-1', 'any', [happened()], metadata));
    expect(secure.authorization).toBe(basic);
    secure.authorization = undefined;
    expect(await store.readAll('0', {}, 9)).toMatchObject({ events: [{ streamId: 'case-1' }] });
    expect(secure.authorization).toBe(basic);
    await expect(trustsNobody.head()).rejects.toThrow(StoreUnavailable);
  });

  it('lifts old events wherever they are read', async () => {
    const store = open({
      upcasters: [{ type: 'CaseReferred', from: 1, up: (data) => ({ ...data, lifted: true }) }],
    });
    done(await store.append('case-1', 'any', [happened({ n: 1 })], metadata));
    const lifted = { schemaVersion: 2, data: { n: 1, lifted: true } };
    expect(await store.readStream('case-1')).toMatchObject([lifted]);
    expect((await store.readAll('0', {}, 9)).events).toMatchObject([lifted]);
    for await (const page of store.subscribe('0', {}, AbortSignal.timeout(10_000))) {
      expect(page.events).toMatchObject([lifted]);
      break;
    }
  });

  it('keeps no event id that is not a UUID in lower case', async () => {
    const store = open();
    for (const eventId of ['event-1', uuidv7().toUpperCase()]) {
      await expect(store.append('case-1', 'any', [happened({}, { eventId })], metadata)).rejects.toThrow('UUID');
    }
  });

  it('reads on from positions it gave, and says so of one in between', async () => {
    const store = open();
    const { position } = done(await store.append('case-1', 'any', [happened(), happened()], metadata));
    const between = String(BigInt(position) - 1n);
    await expect(store.readAll(between, {}, 1)).rejects.toThrow('invalid position');
  });
});
