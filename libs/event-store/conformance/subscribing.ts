import { describe, expect, it } from '@jest/globals';
import { comparePositions, type AllPage, type StoredEvent } from '../port.js';
import { dataOf, done, happened, metadata, numbers, type Setting } from './setting.js';

/** Following the log: from anywhere, at any pace, through broken connections. */
export function describeSubscribing(log: Setting): void {
  const write = async (count: number, from = 0): Promise<void> => {
    for (const n of numbers(count)) await log.append(log.stream(), happened({ n: from + n }));
  };
  const counted = (count: number): object[] => numbers(count).map((n) => ({ n }));

  describe('a subscription', () => {
    it('started before anything is written gives what comes', async () => {
      const from = await log.store.head();
      const following = log.follow(from, 5);
      await write(5);
      expect(dataOf(await following)).toEqual(counted(5));
    });

    it('started after everything was written gives what is there', async () => {
      const from = await log.store.head();
      await write(5);
      expect(dataOf(await log.follow(from, 5))).toEqual(counted(5));
    });

    it('gives what is there and then what comes', async () => {
      const from = await log.store.head();
      await write(1);
      const following = log.follow(from, 3);
      await write(2, 1);
      expect(dataOf(await following)).toEqual(counted(3));
    });

    it('started while many write gives everything once, in order, and the same to each who follows', async () => {
      const from = await log.store.head();
      const total = 16 * 20;
      const writing = Promise.all(
        numbers(16).map(async (lane) => {
          const id = log.stream();
          for (const n of numbers(20)) {
            done(await log.either(lane).append(id, 'any', [happened({ lane, n })], metadata));
          }
        }),
      );
      const [one, other] = await Promise.all([
        log.follow(from, total),
        log.follow(from, total, {}, log.other),
        writing,
      ]);
      expect(one).toEqual(await log.readOn(from));
      expect(other).toEqual(one);
      const positions = one.map((event) => event.position);
      expect(positions.every((position, at) => comparePositions(position, positions[at - 1] ?? '0') > 0)).toBe(true);
    }, 60_000);

    it('gives nothing from before its position', async () => {
      await write(3);
      const from = await log.store.head();
      const following = log.follow(from, 1);
      await write(1);
      expect(dataOf(await following)).toEqual([{ n: 0 }]);
    });

    it('from the start of the log gives all of it', async () => {
      await write(3);
      const whole = await log.readOn(log.start);
      expect(await log.follow(log.start, whole.length)).toEqual(whole);
    });

    it('resumes from every position', async () => {
      const from = await log.store.head();
      for (const n of numbers(4)) await log.append(log.stream(), happened({ n }), happened({ n }), happened({ n }));
      const whole = await log.readOn(from);
      for (const [at, event] of whole.slice(0, -1).entries()) {
        const rest = whole.slice(at + 1);
        expect(await log.follow(event.position, rest.length)).toEqual(rest);
      }
    });

    it('resumes from where each of its pages ended', async () => {
      const from = await log.store.head();
      const seen: StoredEvent[] = [];
      let readTo = from;
      for (const n of numbers(6)) {
        await log.append(log.stream(), happened({ n }), happened({}, { type: 'Other' }), happened({ n }));
        const stop = new AbortController();
        for await (const page of log.store.subscribe(readTo, { types: ['CaseReferred'] }, stop.signal)) {
          seen.push(...page.events);
          readTo = page.readTo;
          if (seen.length === 2 * n + 2) stop.abort();
        }
      }
      expect(dataOf(seen)).toEqual(numbers(12).map((at) => ({ n: at >> 1 })));
    });

    it('waits for a slow reader, and loses nothing meanwhile', async () => {
      const from = await log.store.head();
      const stop = new AbortController();
      const seen: StoredEvent[] = [];
      const text = 'x'.repeat(2_000);
      let written: Promise<void> | undefined;
      await log.append(log.stream(), happened({ n: -1 }));
      for await (const page of log.store.subscribe(from, {}, stop.signal)) {
        // Busy with its first page until 600 more events, of more than a megabyte, have been written.
        written ??= (async () => {
          const id = log.stream();
          for (const n of numbers(60)) {
            await log.append(id, ...numbers(10).map((m) => happened({ n: n * 10 + m, text })));
          }
        })();
        await written;
        seen.push(...page.events);
        if (seen.length >= 601) stop.abort();
      }
      expect(seen.map((event) => event.data['n'])).toEqual([-1, ...numbers(600)]);
    }, 60_000);

    it('hears what another process appends', async () => {
      const from = await log.store.head();
      const following = log.follow(from, 2);
      done(await log.other.append(log.stream(), 'any', [happened({ n: 0 })], metadata));
      done(await log.other.append(log.stream(), 'any', [happened({ n: 1 })], metadata));
      expect(dataOf(await following)).toEqual(counted(2));
    });

    it('moves on past events it does not want', async () => {
      const from = await log.store.head();
      const following = log.follow(from, 1, { types: ['Wanted'] });
      await log.append(log.stream(), happened(), happened());
      await log.append(log.stream(), happened({ n: 1 }, { type: 'Wanted' }));
      expect(dataOf(await following)).toEqual([{ n: 1 }]);
    });

    it('goes by types and streams', async () => {
      const from = await log.store.head();
      const filter = { types: ['Wanted'], streamPrefixes: ['stay-'] };
      const following = log.follow(from, 2, filter);
      for (const n of numbers(2)) {
        await log.append(log.stream('stay-'), happened({ n }, { type: 'Wanted' }), happened({}, { type: 'WantedNot' }));
        await log.append(log.stream('case-'), happened({}, { type: 'Wanted' }));
      }
      expect(dataOf(await following)).toEqual(counted(2));
    });

    it('that wants nothing of what comes still says how far it is: all the way', async () => {
      const from = await log.store.head();
      const stop = new AbortController();
      const pages: AllPage[] = [];
      let head = from;
      await log.append(log.stream(), happened());
      for await (const page of log.store.subscribe(from, { types: ['NeverHappened'] }, stop.signal)) {
        // What was there at first; then, while it already listens, three more.
        if (head === from) head = (await log.append(log.stream(), happened(), happened(), happened())).position;
        pages.push(page);
        if (comparePositions(page.readTo, head) >= 0) stop.abort();
      }
      expect(pages.flatMap((page) => page.events)).toEqual([]);
      expect(pages.at(-1)?.readTo).toBe(head);
    });

    it('gives an event of the largest size', async () => {
      const from = await log.store.head();
      const text = 'y'.repeat(log.can.largeText);
      const following = log.follow(from, 1);
      await log.append(log.stream(), happened({ text }));
      expect((await following).map((event) => event.data['text'] === text)).toEqual([true]);
    });

    it('ends when told to, also while it waits', async () => {
      const stop = new AbortController();
      const from = await log.store.head();
      await log.append(log.stream(), happened());
      for await (const _page of log.store.subscribe(from, {}, stop.signal)) setImmediate(() => stop.abort());
      expect(stop.signal.aborted).toBe(true);
    });

    it('that is told to end before it began gives nothing', async () => {
      const pages: AllPage[] = [];
      for await (const page of log.store.subscribe(log.start, {}, AbortSignal.abort())) pages.push(page);
      expect(pages).toEqual([]);
    });
  });

  (log.can.breakable ? describe : describe.skip)('a broken connection', () => {
    it('is made good by a subscription: nothing is lost, nothing comes twice', async () => {
      const from = await log.store.head();
      const [all, some] = [log.follow(from, 30), log.follow(from, 30, { types: ['CaseReferred'] }, log.other)];
      for (const n of numbers(30)) {
        if (n % 10 === 4) await log.log.breakConnections();
        await log.append(log.stream(), happened({ n }));
      }
      expect(dataOf(await all)).toEqual(counted(30));
      expect(dataOf(await some)).toEqual(counted(30));
    }, 60_000);

    it('under many appends loses none that was answered, and doubles none', async () => {
      const from = await log.store.head();
      const lanes = numbers(8).map((lane) => ({ lane, id: log.stream() }));
      let answered = 0;
      const writing = lanes.map(async ({ lane, id }) => {
        for (const n of numbers(25)) {
          done(await log.either(lane).append(id, n === 0 ? 'no-stream' : n - 1, [happened({ n })], metadata));
          answered += 1;
          if (answered % 50 === 25) await log.log.breakConnections();
        }
      });
      await Promise.all(writing);
      const events = await log.readOn(from);
      expect(events).toHaveLength(200);
      for (const { id } of lanes) {
        expect(dataOf(events.filter((event) => event.streamId === id))).toEqual(counted(25));
      }
    }, 60_000);
  });
}
