import { MemoryStore, metadata } from '../people/testing/memory-store.js';
import { WhatIfStore } from './what-if-store.js';

const event = (eventId: string) => ({
  eventId,
  type: 'Said',
  schemaVersion: 1,
  occurredAt: '2026-11-03T09:00:00.000Z',
  data: { said: eventId },
});

const setting = async () => {
  const log = new MemoryStore();
  await log.append('stay-1', 'no-stream', [event('a')], metadata);
  return { log, store: new WhatIfStore(log, () => '2026-11-03T10:00:00.000Z') };
};

describe('A log that only might be', () => {
  it('reads back what was appended after what is there, and the log has nothing of it', async () => {
    const { log, store } = await setting();
    const appended = await store.append('stay-1', 0, [event('b'), event('c')], metadata);
    expect(appended).toMatchObject({ ok: true, revision: 2, position: '3', duplicate: false, positions: ['2', '3'] });
    const stream = await store.readStream('stay-1');
    expect(stream.map(({ eventId, revision }) => [eventId, revision])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
    expect((await store.readStream('stay-1', 2)).map(({ eventId }) => eventId)).toEqual(['c']);
    expect(log.events).toHaveLength(1);
    expect(await store.head()).toBe('1');
  });

  it('refuses what the log would refuse, and knows what was said before', async () => {
    const { store } = await setting();
    expect(await store.append('stay-1', 'no-stream', [event('b')], metadata)).toEqual({
      ok: false,
      code: 'wrong-revision',
      actual: 0,
    });
    expect(await store.append('stay-1', 'any', [event('a')], metadata)).toMatchObject({ duplicate: true, revision: 0 });
    await store.append('stay-2', 'no-stream', [event('b')], metadata);
    expect(await store.append('stay-2', 7, [event('b')], metadata)).toMatchObject({ duplicate: true, revision: 0 });
    await expect(store.append('stay-2', 0, [event('b'), event('c')], metadata)).rejects.toThrow('taken');
  });
});
