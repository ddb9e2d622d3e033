import type { StoredEvent } from './port.js';
import { FoldedStreams, type Folding } from './folded-streams.js';

const eventAt = (revision: number, eventId = `e${String(revision)}`): StoredEvent => ({
  eventId,
  type: 'Said',
  schemaVersion: 1,
  streamId: 'case-1',
  revision,
  position: String(revision + 1),
  occurredAt: '2026-11-23T08:30:00.000Z',
  recordedAt: '2026-11-23T08:30:00.000Z',
  data: {},
  metadata: { correlationId: 'c', actor: { id: 'a', role: 'idt', organisation: 'o' }, source: 'api' },
});

/** A log of one stream, and from where on it was read each time. */
const logOf = (events: StoredEvent[]) => {
  const readFrom: number[] = [];
  const streams = new FoldedStreams({
    readStream: (_stream, from = 0) => {
      readFrom.push(from);
      return Promise.resolve(events.slice(from));
    },
  });
  return { events, readFrom, streams };
};

const said: Folding<readonly string[]> = {
  by: {},
  initialState: [],
  fold: (state, events) => [...state, ...events.map(({ eventId }) => eventId)],
};

describe('A stream that commands come back to', () => {
  test('is read on from where it was read to', async () => {
    const { events, readFrom, streams } = logOf([eventAt(0), eventAt(1)]);
    expect(await streams.read('case-1', said)).toMatchObject({ revision: 1, position: '2', state: ['e0', 'e1'] });
    events.push(eventAt(2));
    expect(await streams.read('case-1', said)).toMatchObject({ revision: 2, state: ['e0', 'e1', 'e2'] });
    const again = await streams.read('case-1', said);
    expect([...again.eventIds]).toEqual(['e0', 'e1', 'e2']);
    expect(readFrom).toEqual([0, 2, 3]);
  });

  test('is nothing while there is none', async () => {
    const { streams } = logOf([]);
    expect(await streams.read('case-1', said)).toEqual({
      revision: -1,
      position: '0',
      state: [],
      eventIds: new Set(),
    });
  });

  test('is read from its beginning when it is not what it was taken for', async () => {
    const { events, readFrom, streams } = logOf([eventAt(0), eventAt(1)]);
    await streams.read('case-1', said);
    streams.forget('case-1', said.by);
    events.splice(0, 2, eventAt(0, 'other'));
    expect(await streams.read('case-1', said)).toMatchObject({ revision: 0, state: ['other'] });
    expect(readFrom).toEqual([0, 0]);
    events.push(eventAt(2, 'behind a gap'));
    events.splice(1, 0, eventAt(1, 'before it'));
    expect(await streams.read('case-1', said)).toMatchObject({ state: ['other', 'before it', 'behind a gap'] });
  });

  test('is folded apart by each who folds it in another way', async () => {
    const { streams } = logOf([eventAt(0)]);
    const counted: Folding<number> = { by: {}, initialState: 0, fold: (count, events) => count + events.length };
    expect((await streams.read('case-1', said)).state).toEqual(['e0']);
    expect((await streams.read('case-1', counted)).state).toBe(1);
  });
});
