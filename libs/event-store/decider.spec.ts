import { execute, fold, type CommandContext, type Decider, type Executed } from './decider.js';
import { StoreUnavailable, type AppendResult, type EventStore, type EventToAppend, type StoredEvent } from './port.js';

type DoorEvent =
  | { readonly type: 'Opened'; readonly data: { readonly by: string } }
  | { readonly type: 'Closed'; readonly data: Readonly<Record<string, never>> };

interface Door {
  readonly open: boolean;
  readonly by: string | null;
  readonly seen: readonly string[];
}

const door: Decider<Door, 'open' | 'close' | 'slam', DoorEvent> = {
  initialState: { open: false, by: null, seen: [] },
  decide: (command, state) => {
    if (command === 'open') {
      return state.open
        ? { ok: false, code: 'door.open', message: 'It is open.' }
        : { ok: true, events: [{ type: 'Opened', data: { by: 'someone' } }] };
    }
    if (!state.open) return { ok: true, events: [] };
    const closed = {
      type: 'Closed',
      data: {},
      occurredAt: '2026-01-01T00:00:00.000Z',
      eventId: 'closed-once',
    } as const;
    return command === 'slam'
      ? { ok: true, events: [closed, { type: 'Opened', data: { by: 'the wind' } }] }
      : { ok: true, events: [closed] };
  },
  evolve: (state, event) => {
    const seen = [...state.seen, `${event.type} ${event.revision} ${event.position}`];
    return event.type === 'Opened' ? { open: true, by: event.data.by, seen } : { open: false, by: null, seen };
  },
};

const context: CommandContext = {
  occurredAt: '2026-11-23T08:30:00.000Z',
  metadata: { correlationId: 'c', actor: { id: 'u', role: 'idt', organisation: 'council' }, source: 'api' },
};

/** A stream in memory, and a chance to come between the read and the append. */
const streamOf = (between: (append: (...events: EventToAppend[]) => void) => void = () => undefined) => {
  const events: StoredEvent[] = [];
  const appended: { expected: unknown; events: readonly EventToAppend[] }[] = [];
  const add = (...added: readonly EventToAppend[]): void => {
    for (const event of added) {
      events.push({
        ...event,
        data: { ...event.data },
        streamId: 'door-1',
        revision: events.length,
        position: String(100 + events.length),
        recordedAt: '2026-11-23T09:00:00.000Z',
        metadata: context.metadata,
      });
    }
  };
  const store: Pick<EventStore, 'readStream' | 'append'> = {
    readStream: async (_stream, from = 0) => events.slice(from),
    append: async (_stream, expected, added): Promise<AppendResult> => {
      between(add);
      appended.push({ expected, events: added });
      const known = events.find((event) => event.eventId === added[0]?.eventId);
      if (known !== undefined) return { ok: true, revision: known.revision, position: known.position, duplicate: true };
      const actual = events.length - 1;
      const wanted = expected === 'no-stream' ? -1 : expected;
      if (wanted !== 'any' && wanted !== actual) {
        return { ok: false, code: 'wrong-revision', actual: actual < 0 ? null : actual };
      }
      add(...added);
      return {
        ok: true,
        revision: events.length - 1,
        position: String(99 + events.length),
        duplicate: false,
        recordedAt: '2026-11-23T09:00:00.000Z',
        positions: added.map((_, at) => String(100 + events.length - added.length + at)),
      };
    },
  };
  return { store, events, appended, add };
};

const opened = (eventId: string): EventToAppend => ({
  eventId,
  type: 'Opened',
  schemaVersion: 1,
  occurredAt: context.occurredAt,
  data: { by: 'another' },
});
const closed = (eventId: string): EventToAppend => ({ ...opened(eventId), type: 'Closed', data: {} });

describe('a command', () => {
  const run = (
    { store }: ReturnType<typeof streamOf>,
    command: 'open' | 'close' | 'slam',
    more: Partial<Parameters<typeof execute<Door, 'open' | 'close' | 'slam', DoorEvent>>[0]> = {},
  ): Promise<Executed<Door>> =>
    execute({ store: whole(store), decider: door, streamId: 'door-1', id: '1', command, context, ...more });

  it('creates its stream and answers where that stands', async () => {
    const stream = streamOf();
    const executed = await run(stream, 'open', { personId: 'p-1' });
    expect(executed).toMatchObject({ ok: true, id: '1', revision: 0, position: '100', state: { open: true } });
    expect(stream.appended[0]?.expected).toBe('no-stream');
    expect(stream.events[0]).toMatchObject({ type: 'Opened', personId: 'p-1', occurredAt: context.occurredAt });
  });

  it('is decided on the state the stream stands at', async () => {
    const stream = streamOf();
    stream.add(opened('e-1'));
    expect(await run(stream, 'open')).toMatchObject({ ok: false, code: 'door.open' });
    expect(stream.appended).toEqual([]);
  });

  it('that makes several events answers the last, with the state after all of them and their envelopes', async () => {
    const stream = streamOf();
    stream.add(opened('e-1'));
    const executed = await run(stream, 'slam');
    expect(executed).toMatchObject({ ok: true, revision: 2, position: '102', state: { open: true, by: 'the wind' } });
    expect(executed.ok && executed.state).toEqual(fold(door, stream.events));
    expect(executed.ok && executed.events.map((event) => event.type)).toEqual(['Closed', 'Opened']);
  });

  it('that changes nothing is done, where the stream stands', async () => {
    const stream = streamOf();
    expect(await run(stream, 'close')).toMatchObject({ ok: true, revision: -1, position: '0', events: [] });
    stream.add(opened('e-1'), closed('e-2'));
    expect(await run(stream, 'close')).toMatchObject({ ok: true, revision: 1, position: '101', events: [] });
  });

  it('overtaken by another is decided again on the newer state', async () => {
    let once = true;
    const stream = streamOf((add) => {
      if (once) add(opened('e-1'), closed('e-2'));
      once = false;
    });
    expect(await run(stream, 'open')).toMatchObject({ ok: true, revision: 2 });
    expect(stream.appended.map(({ expected }) => expected)).toEqual(['no-stream', 1]);
  });

  it('overtaken by one that makes it wrong is refused for what is now so', async () => {
    let once = true;
    const stream = streamOf((add) => {
      if (once) add(opened('e-1'));
      once = false;
    });
    expect(await run(stream, 'open')).toMatchObject({ ok: false, code: 'door.open' });
  });

  it('overtaken again and again gives up after its retries', async () => {
    let n = 0;
    const stream = streamOf((add) => add(opened(`o-${n}`), closed(`c-${(n += 1)}`)));
    expect(await run(stream, 'open', { retries: 2 })).toMatchObject({ ok: false, kind: 'stale' });
    expect(stream.appended).toHaveLength(3);
    expect(await run(stream, 'open', { retries: 0 })).toMatchObject({ ok: false, kind: 'stale' });
    expect(stream.appended).toHaveLength(4);
  });

  it('meant for a revision that is gone is stale, before and after a race', async () => {
    const stream = streamOf();
    stream.add(opened('e-1'), closed('e-2'));
    const stale = { ok: false, kind: 'stale', code: 'revision.stale' };
    expect(await run(stream, 'open', { context: { ...context, expectedRevision: 0 } })).toMatchObject(stale);
    expect(await run(stream, 'open', { context: { ...context, expectedRevision: 1 } })).toMatchObject({ ok: true });

    let once = true;
    const raced = streamOf((add) => {
      if (once) add(opened('r-1'), closed('r-2'));
      once = false;
    });
    raced.add(opened('e-1'), closed('e-2'));
    expect(await run(raced, 'open', { context: { ...context, expectedRevision: 1 } })).toMatchObject(stale);
  });

  it('that must create is a conflict when there is one already', async () => {
    const stream = streamOf();
    stream.add(opened('e-1'), closed('e-2'));
    expect(await run(stream, 'open', { expected: 'no-stream' })).toMatchObject({ ok: false, code: 'already-exists' });
  });

  it('whose events are in the log already is done, and not folded twice', async () => {
    const stream = streamOf();
    stream.add(opened('e-1'), closed('closed-once'), opened('e-3'));
    const executed = await run(stream, 'close');
    expect(executed).toMatchObject({ ok: true, revision: 1, position: '101' });
    expect(executed.ok && executed.state.seen).toHaveLength(3);
  });

  it('takes the time and the person from the event and the state where they say so', async () => {
    const stream = streamOf();
    stream.add(opened('e-1'));
    await run(stream, 'close', { personId: (state) => state.by ?? undefined });
    expect(stream.events[1]).toMatchObject({ personId: 'another', occurredAt: '2026-01-01T00:00:00.000Z' });
  });

  it('lets an absent log be known', async () => {
    const { store } = streamOf();
    const absent = { ...store, readStream: () => Promise.reject(new StoreUnavailable('away')) };
    await expect(
      execute({ store: whole(absent), decider: door, streamId: 'door-1', id: '1', command: 'open', context }),
    ).rejects.toThrow(StoreUnavailable);
  });
});

/** The part of the store a command uses, as a whole one. */
const whole = (part: Pick<EventStore, 'readStream' | 'append'>): EventStore => ({
  ...part,
  readAll: () => Promise.reject(new Error('not asked for')),
  head: () => Promise.reject(new Error('not asked for')),
  recordedBy: () => Promise.reject(new Error('not asked for')),
  subscribe: () => {
    throw new Error('not asked for');
  },
});
