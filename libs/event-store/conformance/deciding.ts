import { describe, expect, it } from '@jest/globals';
import { comparePositions } from '../port.js';
import { done, happened, metadata, numbers, type Setting } from './setting.js';

/** Who may append, where it comes to stand, and what is told of a repeat. */
export function describeDeciding(log: Setting): void {
  describe('revisions and positions', () => {
    it('rise: revisions from 0 in a stream, positions over the log, up to its head', async () => {
      const id = log.stream();
      const first = await log.append(id, happened(), happened());
      const second = await log.append(id, happened());
      expect([first.revision, second.revision]).toEqual([1, 2]);
      expect(comparePositions(second.position, first.position)).toBeGreaterThan(0);
      expect(await log.store.head()).toBe(second.position);
      const events = await log.store.readStream(id);
      expect(events.map((event) => event.revision)).toEqual([0, 1, 2]);
      expect(events.slice(1).map((event) => event.position)).toEqual([first.position, second.position]);
    });

    it('are decimal strings, the same in a stream and in the log', async () => {
      const from = await log.store.head();
      const id = log.stream();
      await log.append(id, happened(), happened(), happened());
      const events = await log.store.readStream(id);
      for (const { position } of events) expect(position).toMatch(/^[1-9]\d{0,18}$/);
      expect(await log.readOn(from)).toEqual(events);
    });

    it('of an append stand one after the other', async () => {
      const from = await log.store.head();
      const ids = numbers(20).map(() => log.stream());
      const results = await Promise.all(ids.map((id) => log.append(id, happened(), happened(), happened())));
      const order = (await log.readOn(from)).map((event) => event.streamId);
      expect(order.filter((id, at) => id !== order[at - 1])).toHaveLength(20);
      for (const [at, id] of ids.entries()) {
        expect((await log.store.readStream(id)).at(-1)?.position).toBe(results[at]?.position);
      }
    });

    if (log.can.positions === 'without gaps') {
      it('leave no gap: each position is the one before and one', async () => {
        const from = await log.store.head();
        const results = await Promise.all(numbers(20).map(() => log.append(log.stream(), happened(), happened())));
        expect(results).toHaveLength(20);
        const positions = (await log.readOn(from)).map((event) => BigInt(event.position));
        expect(positions).toEqual(numbers(40).map((n) => BigInt(from) + 1n + BigInt(n)));
      });
    }
  });

  describe('an expected revision', () => {
    it('that is the one found lets the append through', async () => {
      const id = log.stream();
      done(await log.store.append(id, 'no-stream', [happened()], metadata));
      expect(done(await log.store.append(id, 0, [happened(), happened()], metadata)).revision).toBe(2);
      expect(done(await log.other.append(id, 2, [happened()], metadata)).revision).toBe(3);
    });

    it('that is behind or ahead refuses, says which is there, and writes nothing', async () => {
      const id = log.stream();
      await log.append(id, happened(), happened());
      const refused = { ok: false, code: 'wrong-revision', actual: 1 };
      for (const store of [log.store, log.other]) {
        expect(await store.append(id, 0, [happened()], metadata)).toEqual(refused);
        expect(await store.append(id, 7, [happened()], metadata)).toEqual(refused);
        expect(await store.append(id, 'no-stream', [happened(), happened()], metadata)).toEqual(refused);
      }
      expect(await log.store.readStream(id)).toHaveLength(2);
    });

    it('of a stream that is not there refuses with no revision at all', async () => {
      const refused = { ok: false, code: 'wrong-revision', actual: null };
      expect(await log.store.append(log.stream(), 0, [happened()], metadata)).toEqual(refused);
    });

    it('of "any" is always met', async () => {
      const id = log.stream();
      expect((await log.append(id, happened())).revision).toBe(0);
      expect(done(await log.other.append(id, 'any', [happened()], metadata)).revision).toBe(1);
      expect((await log.append(id, happened())).revision).toBe(2);
    });

    it('of "any" is met by all who ask at once, in one process and in two', async () => {
      const id = log.stream();
      const results = await Promise.all(
        numbers(30).map((n) => log.either(n).append(id, 'any', [happened({ n })], metadata)),
      );
      const revisions = results.map((result) => done(result).revision);
      expect(revisions.toSorted((a, b) => a - b)).toEqual(numbers(30));
      expect(await log.store.readStream(id)).toHaveLength(30);
    });

    it('is met by exactly one of many who ask at once, in one process and in two', async () => {
      const id = log.stream();
      await log.append(id, happened());
      const results = await Promise.all(
        numbers(40).map((n) => log.either(n).append(id, 0, [happened({ n })], metadata)),
      );
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      expect(results.filter((result) => !result.ok && result.actual === 1)).toHaveLength(39);
      expect(await log.store.readStream(id)).toHaveLength(2);
    });

    it('lets one of many create a stream', async () => {
      const id = log.stream();
      const results = await Promise.all(
        numbers(30).map((n) => log.either(n).append(id, 'no-stream', [happened()], metadata)),
      );
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      expect(await log.store.readStream(id)).toHaveLength(1);
    });

    it('refused to one does not refuse the others that came with it', async () => {
      const [known, unknown] = [log.stream(), log.stream()];
      await log.append(known, happened());
      const [refused, taken] = await Promise.all([
        log.store.append(known, 'no-stream', [happened()], metadata),
        log.store.append(unknown, 'no-stream', [happened()], metadata),
      ]);
      expect([refused.ok, taken.ok]).toEqual([false, true]);
    });
  });

  describe('an event id', () => {
    it('appended again gives the first result and writes nothing', async () => {
      const id = log.stream();
      const events = [happened(), happened()];
      const first = await log.append(id, ...events);
      await log.append(id, happened());
      const again = done(await log.store.append(id, 'no-stream', events, metadata));
      expect(again).toEqual({ ok: true, revision: first.revision, position: first.position, duplicate: true });
      expect(first.duplicate).toBe(false);
      expect(await log.store.readStream(id)).toHaveLength(3);
    });

    it('appended again at the revision the stream has by now is still known', async () => {
      const id = log.stream();
      const event = happened();
      const first = await log.append(id, event);
      await log.append(id, happened(), happened());
      for (const store of [log.store, log.other]) {
        for (const expected of [2, 'any', 9] as const) {
          const again = done(await store.append(id, expected, [event], metadata));
          expect([again.position, again.duplicate]).toEqual([first.position, true]);
        }
      }
      expect(await log.store.readStream(id)).toHaveLength(3);
    });

    it('appended again by another process gives the first result too', async () => {
      const id = log.stream();
      const event = happened();
      const first = await log.append(id, event);
      const again = done(await log.other.append(id, 0, [event], metadata));
      expect([again.position, again.duplicate]).toEqual([first.position, true]);
    });

    it('appended by many at once is written once, and all are told the same', async () => {
      const id = log.stream();
      const event = happened();
      const results = await Promise.all(numbers(30).map((n) => log.either(n).append(id, 'any', [event], metadata)));
      expect(new Set(results.map((result) => done(result).position)).size).toBe(1);
      expect(results.filter((result) => !done(result).duplicate)).toHaveLength(1);
      expect(await log.store.readStream(id)).toHaveLength(1);
    });

    it('known beside one that is new is an error, and the new one is not written', async () => {
      const id = log.stream();
      const event = happened();
      await log.append(id, event);
      for (const store of [log.store, log.other]) {
        await expect(store.append(id, 'any', [event, happened()], metadata)).rejects.toThrow('taken');
        await expect(store.append(id, 'no-stream', [happened(), event], metadata)).rejects.toThrow('taken');
      }
      expect(await log.store.readStream(id)).toHaveLength(1);
    });

    it('twice in one append is an error', async () => {
      const event = happened();
      await expect(log.store.append(log.stream(), 'any', [event, event], metadata)).rejects.toThrow('twice');
    });

    it('in error does not harm the appends that came with it', async () => {
      const [bad, good] = [log.stream(), log.stream()];
      const taken = happened();
      await log.append(bad, taken);
      const [refused, result] = await Promise.allSettled([
        log.store.append(bad, 'any', [taken, happened()], metadata),
        log.store.append(good, 'any', [happened()], metadata),
      ]);
      expect([refused.status, result.status]).toEqual(['rejected', 'fulfilled']);
    });

    if (log.can.eventIds === 'unique in the log') {
      it('taken in another stream is an error, not a silent success', async () => {
        const event = happened();
        await log.append(log.stream(), event);
        const id = log.stream();
        await expect(log.store.append(id, 'any', [event], metadata)).rejects.toThrow('taken');
        expect(await log.store.readStream(id)).toEqual([]);
      });
    } else {
      it('taken in another stream is no hindrance: this log knows ids by their stream', async () => {
        const [one, other] = [log.stream(), log.stream()];
        const event = happened();
        expect((await log.append(one, event)).duplicate).toBe(false);
        expect((await log.append(other, event)).duplicate).toBe(false);
        expect((await log.append(other, event)).duplicate).toBe(true);
        expect(await log.store.readStream(other)).toHaveLength(1);
      });
    }
  });

  describe('the time of recording', () => {
    it('never runs backwards along the log', async () => {
      await Promise.all(numbers(60).map((n) => log.either(n).append(log.stream(), 'any', [happened()], metadata)));
      const times = (await log.readOn(log.start)).map((event) => event.recordedAt);
      expect(times).toEqual(times.toSorted());
    });

    it('is an instant in UTC with milliseconds, and the one the append was answered with', async () => {
      const id = log.stream();
      const result = await log.append(id, happened(), happened());
      const [, event] = await log.store.readStream(id);
      expect(event?.recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(result.recordedAt).toBe(event?.recordedAt);
    });

    it('comes with the position of each event', async () => {
      const id = log.stream();
      const first = await log.append(id, happened(), happened(), happened());
      const second = await log.append(id, happened());
      const positions = (await log.store.readStream(id)).map((event) => event.position);
      expect([...(first.positions ?? []), ...(second.positions ?? [])]).toEqual(positions);
    });

    it('has nothing to do with the time it was true', async () => {
      const id = log.stream();
      await log.append(id, happened({}, { occurredAt: '2001-01-01T00:00:00.000Z' }));
      const [event] = await log.store.readStream(id);
      expect(event?.occurredAt).toBe('2001-01-01T00:00:00.000Z');
      expect(event && event.recordedAt > '2020').toBe(true);
    });
  });
}
