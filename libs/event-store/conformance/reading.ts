import { describe, expect, it } from '@jest/globals';
import { comparePositions, type StoredEvent } from '../port.js';
import { dataOf, done, happened, metadata, numbers, type Setting } from './setting.js';

/** The log as one order, from anywhere, by pages and filters. */
export function describeReading(log: Setting): void {
  describe('reading the log', () => {
    it('gives every event after a position once, in order, whatever the size of the page', async () => {
      const from = await log.store.head();
      for (const n of numbers(10)) await log.append(log.stream(), happened({ n }), happened({ n }));
      const whole = await log.readOn(from);
      expect(whole).toHaveLength(20);
      for (const by of [1, 3, 7, 20, 21]) expect(await log.readOn(from, {}, by)).toEqual(whole);
      const positions = whole.map((event) => event.position);
      expect(positions).toEqual(positions.toSorted(comparePositions));
      expect(new Set(positions).size).toBe(20);
    });

    it('goes on from every position, in the middle of an append too', async () => {
      const from = await log.store.head();
      for (const n of numbers(4)) await log.append(log.stream(), happened({ n }), happened({ n }), happened({ n }));
      const whole = await log.readOn(from);
      expect(whole).toHaveLength(12);
      for (const [at, event] of whole.entries()) {
        expect(await log.readOn(event.position, {}, 5)).toEqual(whole.slice(at + 1));
      }
    });

    it('says when it is at the end, and when there is more', async () => {
      const from = await log.store.head();
      await log.append(log.stream(), happened(), happened(), happened());
      expect(await log.store.readAll(from, {}, 2)).toMatchObject({ atEnd: false });
      expect(await log.store.readAll(from, {}, 3)).toMatchObject({ atEnd: true });
      expect(await log.store.readAll(from, {}, 9)).toMatchObject({ atEnd: true, readTo: await log.store.head() });
    });

    it('at the end finds nothing, and stays', async () => {
      const head = await log.store.head();
      expect(await log.store.readAll(head, {}, 10)).toEqual({ events: [], readTo: head, atEnd: true });
    });

    it('goes by types', async () => {
      const from = await log.store.head();
      const [assigned, started] = [happened({}, { type: 'PathwayAssigned' }), happened({}, { type: 'DelayStarted' })];
      await log.append(log.stream(), happened(), assigned, happened({}, { type: 'DelayStartedAgain' }), started);
      const events = await log.readOn(from, { types: ['PathwayAssigned', 'DelayStarted'] });
      expect(events.map((event) => event.type)).toEqual(['PathwayAssigned', 'DelayStarted']);
    });

    it('goes by the beginnings of streams, to the letter', async () => {
      const from = await log.store.head();
      await log.append(log.stream('odd_%.*-'), happened({ n: 1 }));
      await log.append(log.stream('oddX%.*-'), happened({ n: 2 }));
      await log.append(log.stream('odd_%.x-'), happened({ n: 3 }));
      await log.append(log.stream('stay-'), happened({ n: 4 }));
      const events = await log.readOn(from, { streamPrefixes: ['odd_%.*-', 'stay-'] });
      expect(dataOf(events)).toEqual([{ n: 1 }, { n: 4 }]);
    });

    it('joins types and streams by "and"', async () => {
      const from = await log.store.head();
      const type = 'CriteriaToResideRecorded';
      await log.append(log.stream('stay-'), happened({ n: 1 }, { type }), happened({ n: 2 }));
      await log.append(log.stream('case-'), happened({ n: 3 }, { type }));
      const events = await log.readOn(from, { types: [type], streamPrefixes: ['stay-'] });
      expect(dataOf(events)).toEqual([{ n: 1 }]);
    });

    it('with a filter gives full pages, and not more than was asked for', async () => {
      const from = await log.store.head();
      for (const n of numbers(30)) {
        const [wanted, other] = [log.stream('stay-'), log.stream('case-')];
        await log.append(wanted, happened({ n }), happened({}, { type: 'Other' }));
        await log.append(other, happened());
      }
      const filter = { types: ['CaseReferred'], streamPrefixes: ['stay-'] };
      const first = await log.store.readAll(from, filter, 10);
      expect(dataOf(first.events)).toEqual(numbers(10).map((n) => ({ n })));
      expect(first).toMatchObject({ atEnd: false, readTo: first.events[9]?.position });
      expect(dataOf(await log.readOn(first.readTo, filter, 7))).toEqual(numbers(20).map((n) => ({ n: n + 10 })));
    });

    it('with an empty filter gives everything', async () => {
      const from = await log.store.head();
      await log.append(log.stream(), happened(), happened());
      expect(await log.readOn(from, { types: [], streamPrefixes: [] })).toHaveLength(2);
    });

    it('with a filter still says how far it read', async () => {
      await log.append(log.stream(), happened());
      const page = await log.store.readAll(log.start, { types: ['NeverHappened'] }, 10);
      expect(page).toEqual({ events: [], readTo: await log.store.head(), atEnd: true });
    });

    it('goes on from where a page that found nothing ended', async () => {
      await log.append(log.stream(), happened());
      const { readTo } = await log.store.readAll(log.start, { types: ['NeverHappened'] }, 10);
      await log.append(log.stream(), happened({ n: 1 }), happened({ n: 2 }));
      expect(dataOf(await log.readOn(readTo))).toEqual([{ n: 1 }, { n: 2 }]);
    });

    it('from beyond the head leads nowhere', async () => {
      const beyond = String(BigInt(await log.store.head()) + 1_000_000n);
      expect(await log.store.readAll(beyond, {}, 10)).toEqual({ events: [], readTo: beyond, atEnd: true });
    });

    it('knows which event was the last to be recorded by an instant', async () => {
      const begin = await log.store.head();
      const before = (await log.readOn(log.start)).at(-1)?.recordedAt ?? '1970-01-01T00:00:00.000Z';
      for (const n of numbers(12)) await log.append(log.stream(), happened({ n }), happened({ n }));
      const events = await log.readOn(begin);
      for (const { recordedAt } of events) {
        const last = events.findLast((event) => event.recordedAt <= recordedAt);
        expect(await log.store.recordedBy(recordedAt)).toBe(last?.position);
      }
      expect(await log.store.recordedBy('2999-01-01T00:00:00.000Z')).toBe(await log.store.head());
      expect(comparePositions(await log.other.recordedBy(before), begin)).toBeGreaterThanOrEqual(0);
      expect(await log.store.recordedBy('1969-12-31T23:59:59.999Z')).toBe('0');
    });

    it('shows at once what an append was answered for', async () => {
      for (const n of numbers(20)) {
        const from = await log.other.head();
        const result = await log.append(log.stream(), happened({ n }));
        const page = await log.other.readAll(from, {}, 1);
        expect(page.events.map((event) => event.position)).toEqual([result.position]);
        expect(await log.other.head()).toBe(result.position);
      }
    });

    it('page by page while many write misses nothing, and nothing comes behind it', async () => {
      const from = await log.store.head();
      const lanes = numbers(16).map((lane) => ({ lane, id: log.stream() }));
      const writing = Promise.all(
        lanes.map(async ({ lane, id }) => {
          for (const n of numbers(20)) {
            done(await log.either(lane).append(id, 'any', [happened({ lane, n }), happened({ lane, n })], metadata));
          }
        }),
      );
      const seen: StoredEvent[] = [];
      for (let at = from; seen.length < 640;) {
        const page = await log.store.readAll(at, {}, 23);
        seen.push(...page.events);
        at = page.readTo;
      }
      await writing;
      expect(seen).toEqual(await log.readOn(from));
      for (const { id } of lanes) {
        const own = seen.filter((event) => event.streamId === id);
        expect(own.map((event) => event.revision)).toEqual(numbers(40));
      }
    }, 60_000);
  });
}
