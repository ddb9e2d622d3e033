import { describe, expect, it } from '@jest/globals';
import { dataOf, done, happened, metadata, numbers, type Setting } from './setting.js';

/** What is written is what is read. */
export function describeWriting(log: Setting): void {
  const read = async (id: string) => (await log.store.readStream(id))[0];

  describe('what is appended', () => {
    it('is read back as it was given, with its whole envelope', async () => {
      const from = await log.store.head();
      const id = log.stream();
      const given = happened(
        { text: 'née Ołena ✓', nested: { list: [1, 2.5, null, true] }, empty: {} },
        { personId: 'p-1', schemaVersion: 3 },
      );
      const result = await log.append(id, given);
      const event = await read(id);
      expect(event).toEqual({
        ...given,
        streamId: id,
        revision: 0,
        position: result.position,
        recordedAt: event?.recordedAt,
        metadata,
      });
      expect(await log.readOn(from)).toEqual([event]);
    });

    it('keeps the order of the keys of its data', async () => {
      const id = log.stream();
      await log.append(id, happened({ zebra: 1, apple: 2, mango: { y: 1, x: 2 } }));
      expect(JSON.stringify((await read(id))?.data)).toBe('{"zebra":1,"apple":2,"mango":{"y":1,"x":2}}');
    });

    it('may hold any text: quotes, backslashes, control characters, halves of characters', async () => {
      const id = log.stream();
      const text = '"\\ \u0000 \u001e \u001f \n\r\t { } , \' ; DROP TABLE -- \ud83d\ude00 \ud83d \u2028';
      await log.append(id, happened({ text, [text]: 1 }), happened({ text: '' }));
      expect(dataOf(await log.store.readStream(id))).toEqual([{ text, [text]: 1 }, { text: '' }]);
    });

    it('may be in any script, in its data, its stream, its type and its metadata', async () => {
      const id = log.stream('case-Łódź-東京-');
      const text = 'Ζωή · Ёлка · مريم · שלום · 山田 · 🧑🏽‍⚕️ · e\u0301 · \u{10FFFF}';
      const origin = { ...metadata, source: text, actor: { ...metadata.actor, organisation: 'Pflegedienst Süd' } };
      done(await log.store.append(id, 'any', [happened({ [text]: text }, { type: 'Fälle' })], origin));
      expect(await read(id)).toMatchObject({ streamId: id, type: 'Fälle', data: { [text]: text }, metadata: origin });
    });

    it('keeps metadata that says less as it is', async () => {
      const id = log.stream();
      const { causationId: _none, ...origin } = metadata;
      done(await log.store.append(id, 'any', [happened(), happened()], origin));
      const [first, second] = await log.store.readStream(id);
      expect(first?.metadata).toEqual(origin);
      expect(second?.metadata).toEqual(origin);
      expect(first && 'causationId' in first.metadata).toBe(false);
    });

    it('is without a person when none was given', async () => {
      const id = log.stream();
      await log.append(id, happened(), happened({}, { personId: 'p-2' }), happened());
      const events = await log.store.readStream(id);
      expect(events.map((event) => event.personId)).toEqual([undefined, 'p-2', undefined]);
      expect(events[0] && 'personId' in events[0]).toBe(false);
    });

    it('keeps its occurredAt to the millisecond, in UTC', async () => {
      const id = log.stream();
      await log.append(id, happened({}, { occurredAt: '2026-06-01T09:30:00.007+01:00' }));
      expect((await read(id))?.occurredAt).toBe('2026-06-01T08:30:00.007Z');
    });

    it(`may be large: ${log.can.largeText.toLocaleString('en-GB')} characters`, async () => {
      const from = await log.store.head();
      const id = log.stream();
      const text = 'x'.repeat(log.can.largeText);
      await log.append(id, happened({ text }));
      const event = await read(id);
      const [same, ...none] = await log.readOn(from);
      // A difference of a megabyte tells nobody anything.
      expect(event?.data['text'] === text && same?.data['text'] === text).toBe(true);
      expect([same?.eventId, none]).toEqual([event?.eventId, []]);
    });

    const { tooLargeText } = log.can;
    if (tooLargeText !== undefined) {
      it('is refused in plain words when it is larger than the log takes, and nothing is written', async () => {
        const id = log.stream();
        const events = [happened(), happened({ text: 'x'.repeat(tooLargeText) })];
        await expect(log.store.append(id, 'any', events, metadata)).rejects.toThrow(/larger than .* bytes/);
        expect(await log.store.readStream(id)).toEqual([]);
        await log.append(id, happened());
      });
    }

    it('is refused whole when one of its events cannot be kept', async () => {
      const id = log.stream();
      const events = [happened(), happened({}, { occurredAt: 'yesterday' })];
      await expect(log.store.append(id, 'any', events, metadata)).rejects.toThrow('occurredAt');
      expect(await log.store.readStream(id)).toEqual([]);
    });

    it('is refused with an id that holds a control character, or none', async () => {
      const append = (id: string, ...events: ReturnType<typeof happened>[]) =>
        log.store.append(id, 'any', events, metadata);
      await expect(append('case-\u001e', happened())).rejects.toThrow('streamId');
      await expect(append('', happened())).rejects.toThrow('streamId');
      await expect(append(log.stream(), happened({}, { eventId: '' }))).rejects.toThrow('eventId');
      await expect(append(log.stream())).rejects.toThrow('at least one event');
    });
  });

  describe('a stream', () => {
    it('that nobody wrote to is empty', async () => {
      expect(await log.store.readStream(log.stream())).toEqual([]);
    });

    it('is read from a revision on', async () => {
      const id = log.stream();
      await log.append(id, happened({ n: 0 }), happened({ n: 1 }), happened({ n: 2 }));
      expect(dataOf(await log.store.readStream(id, 1))).toEqual([{ n: 1 }, { n: 2 }]);
      expect(await log.store.readStream(id, 3)).toEqual([]);
      expect(await log.store.readStream(id, 4)).toEqual([]);
    });

    it('takes 1,000 events one after the other, and gives them back in order', async () => {
      const id = log.stream();
      for (const n of numbers(1_000)) {
        const expected = n === 0 ? 'no-stream' : n - 1;
        expect(done(await log.store.append(id, expected, [happened({ n })], metadata)).revision).toBe(n);
      }
      const events = await log.other.readStream(id);
      expect(dataOf(events)).toEqual(numbers(1_000).map((n) => ({ n })));
      expect(events.map((event) => event.revision)).toEqual(numbers(1_000));
    }, 120_000);

    it('takes 1,000 events at once, all or none', async () => {
      const id = log.stream();
      const events = numbers(1_000).map((n) => happened({ n }));
      expect(await log.store.append(id, 0, events, metadata)).toMatchObject({ ok: false });
      expect(await log.store.readStream(id)).toEqual([]);
      expect((await log.append(id, ...events)).revision).toBe(999);
      expect(dataOf(await log.store.readStream(id))).toEqual(events.map((event) => event.data));
    });
  });
}
