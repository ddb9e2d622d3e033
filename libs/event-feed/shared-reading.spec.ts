import { setTimeout as pause } from 'node:timers/promises';
import { MemoryStore, metadata } from '#libs/people/testing/memory-store.js';
import { StoreUnavailable, type AllPage, type EventFilter, type Position } from '../event-store/port.js';
import { SharedReading, type SharedReadingOptions } from './shared-reading.js';

/** A log that counts how often it is read, and whole or not. */
class CountedLog extends MemoryStore {
  reads = { whole: 0, filtered: 0 };
  failure: ((after: Position, filter: EventFilter) => Error | undefined) | undefined;

  override async readAll(after: Position, filter: EventFilter, limit: number): Promise<AllPage> {
    this.reads[filter.types ? 'filtered' : 'whole'] += 1;
    await new Promise((resolve) => setImmediate(resolve));
    const failure = this.failure?.(after, filter);
    if (failure) throw failure;
    const page = await super.readAll(after, filter, limit);
    return page.atEnd ? page : { ...page, readTo: page.events.at(-1)?.position ?? after };
  }
}

const types = ['A', 'B', 'C'] as const;

const logOf = async (events: number): Promise<CountedLog> => {
  const log = new CountedLog();
  for (let n = 0; n < events; n += 1)
    await log.append(
      'case-1',
      'any',
      [
        {
          eventId: `e${String(n)}`,
          type: types[n % 3] ?? 'A',
          schemaVersion: 1,
          occurredAt: '2026-11-23T08:00:00.000Z',
          data: {},
        },
      ],
      metadata,
    );
  return log;
};

const options: SharedReadingOptions = { stretch: 10, held: 3, patienceMs: 50, gatherMs: 5, gatherAllMs: 5 };
const never = new AbortController().signal;

/** What a reader saw: the positions in the order they came, and where its pages ended. */
const seenBy = async (
  reading: SharedReading,
  wants: EventFilter,
  { after = '0', size = 25, each = () => Promise.resolve() as Promise<unknown> } = {},
) => {
  const seen: number[] = [];
  let readTo = after;
  let atEnd = false;
  for await (const page of reading.pages(after, wants, size, never)) {
    seen.push(...page.events.map(({ position }) => Number(position)));
    expect(Number(page.readTo)).toBeGreaterThanOrEqual(seen.at(-1) ?? 0);
    ({ readTo, atEnd } = page);
    await each();
  }
  return { seen, readTo, atEnd };
};

const positions = (count: number, of?: string, after = 0) =>
  Array.from({ length: count }, (_, n) => n + 1).filter(
    (position) => position > after && (of === undefined || types[(position - 1) % 3] === of),
  );

describe('Projections that catch up together', () => {
  test('see what they want, each once and in order, and the log is read once', async () => {
    const log = await logOf(100);
    const reading = new SharedReading(log, options);
    const [all, a, none] = await Promise.all([
      seenBy(reading, {}),
      seenBy(reading, { types: ['A'] }),
      seenBy(reading, { types: ['Never'] }),
    ]);
    expect(all).toEqual({ seen: positions(100), readTo: '100', atEnd: true });
    expect(a).toEqual({ seen: positions(100, 'A'), readTo: '100', atEnd: true });
    expect(none).toEqual({ seen: [], readTo: '100', atEnd: true });
    expect(log.reads.whole).toBeLessThanOrEqual(12);
    expect(log.reads.filtered).toBe(0);
  });

  test('go along with a slow one, and leave behind who does not move at all', async () => {
    const log = await logOf(200);
    const reading = new SharedReading(log, options);
    const pausing = (ms: number) => () => pause(ms);
    const [quick, slow, still] = await Promise.all([
      seenBy(reading, {}),
      seenBy(reading, { types: ['A', 'B'] }, { each: pausing(5) }),
      seenBy(reading, { types: ['C'] }, { size: 5, each: pausing(200) }),
    ]);
    expect(quick.seen).toEqual(positions(200));
    expect(slow.seen).toEqual(positions(200).filter((position) => position % 3 !== 0));
    expect(still.seen).toEqual(positions(200, 'C'));
  });

  test('wait once for who does not move, and not at every stretch that follows', async () => {
    const log = await logOf(400);
    const reading = new SharedReading(log, { ...options, patienceMs: 500 });
    const done = Promise.withResolvers<undefined>();
    const quick = Promise.all([seenBy(reading, {}), seenBy(reading, { types: ['A'] })]).finally(() =>
      done.resolve(undefined),
    );
    const [[all, a], still] = await Promise.all([
      quick,
      seenBy(reading, { types: ['C'] }, { size: 5, each: () => done.promise }),
    ]);
    expect(all.seen).toEqual(positions(400));
    expect(a.seen).toEqual(positions(400, 'A'));
    expect(still.seen).toEqual(positions(400, 'C'));
  }, 10_000);

  test('from different places each begin where they stand', async () => {
    const log = await logOf(100);
    const reading = new SharedReading(log, options);
    const [early, near, far] = await Promise.all([
      seenBy(reading, {}),
      seenBy(reading, {}, { after: '4' }),
      seenBy(reading, { types: ['B'] }, { after: '77' }),
    ]);
    expect(early.seen).toEqual(positions(100));
    expect(near.seen).toEqual(positions(100, undefined, 4));
    expect(far.seen).toEqual(positions(100, 'B', 77));
  });

  test('see what is appended meanwhile', async () => {
    const log = await logOf(30);
    const reading = new SharedReading(log, options);
    const more = async () => {
      if (log.events.length < 60)
        await log.append('case-2', 'any', [{ ...event(log.events.length), type: 'A' }], metadata);
    };
    const [one, other] = await Promise.all([
      seenBy(reading, {}, { size: 5, each: more }),
      seenBy(reading, {}, { size: 5 }),
    ]);
    expect(one.seen).toEqual(positions(Number(one.readTo)));
    expect(other.seen).toEqual(positions(Number(other.readTo)));
    expect(Number(one.readTo)).toBeGreaterThan(30);
  });

  test('one alone has the log looked through for what it wants', async () => {
    const log = await logOf(100);
    const { seen } = await seenBy(new SharedReading(log, options), { types: ['B'] });
    expect(seen).toEqual(positions(100, 'B'));
    expect(log.reads.whole).toBe(0);
  });

  test('an event that cannot be read holds up those who want it, and nobody else', async () => {
    const log = await logOf(100);
    const unreadable = new Error('This event cannot be lifted to its newest version.');
    log.failure = (after, filter) =>
      filter.types?.includes('B') === true || (filter.types === undefined && Number(after) >= 40)
        ? unreadable
        : undefined;
    const reading = new SharedReading(log, options);
    const [a, b] = await Promise.allSettled([seenBy(reading, { types: ['A'] }), seenBy(reading, { types: ['B'] })]);
    expect(a).toMatchObject({ status: 'fulfilled', value: { seen: positions(100, 'A') } });
    expect(b).toMatchObject({ status: 'rejected', reason: unreadable });
  });

  test('are all told when the log is away, and go on when it is back', async () => {
    const log = await logOf(100);
    const away = new StoreUnavailable('away');
    log.failure = (after) => (Number(after) >= 40 ? away : undefined);
    const reading = new SharedReading(log, options);
    const results = await Promise.allSettled([seenBy(reading, {}), seenBy(reading, { types: ['B'] })]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    log.failure = undefined;
    const [all, b] = await Promise.all([
      seenBy(reading, {}, { after: '40' }),
      seenBy(reading, { types: ['B'] }, { after: '40' }),
    ]);
    expect(all.seen).toEqual(positions(100, undefined, 40));
    expect(b.seen).toEqual(positions(100, 'B', 40));
  });

  test('stop when they are told to', async () => {
    const log = await logOf(100);
    const reading = new SharedReading(log, options);
    const stop = new AbortController();
    const read = async () => {
      let pages = 0;
      for await (const _ of reading.pages('0', {}, 5, stop.signal)) {
        pages += 1;
        stop.abort();
      }
      return pages;
    };
    const [one, other] = await Promise.all([read(), read()]);
    expect(one + other).toBeLessThanOrEqual(2);
  });
});

const event = (n: number) => ({
  eventId: `later-${String(n)}`,
  schemaVersion: 1,
  occurredAt: '2026-11-23T09:00:00.000Z',
  data: {},
});
