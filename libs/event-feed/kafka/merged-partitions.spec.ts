import fc from 'fast-check';
import type { StoredEvent } from '../../event-store/port.js';
import { MergedPartitions, type PartitionRecord } from './merged-partitions.js';

const partitions = [0, 1, 2];
const eventAt = (position: number): StoredEvent => ({
  eventId: `e-${String(position)}`,
  type: 'Came',
  schemaVersion: 1,
  streamId: 'stay-1',
  revision: position,
  position: String(position),
  occurredAt: '2026-11-23T08:30:00.000Z',
  recordedAt: '2026-11-23T08:30:00.000Z',
  data: {},
  metadata: { correlationId: 'c', actor: { id: 'a', role: 'idt', organisation: 'o' }, source: 'api' },
});

/** What a relay writes: events to the partitions given, a mark in every partition after each batch; some batches twice. */
const publish = (batches: readonly (readonly number[])[], repeats: readonly boolean[]): PartitionRecord[][] => {
  const topic: PartitionRecord[][] = partitions.map(() => []);
  const write = (partition: number, record: Omit<PartitionRecord, 'offset'>): void => {
    const log = topic[partition] ?? [];
    log.push({ offset: String(log.length), ...record });
  };
  let position = 0;
  for (const [at, batch] of batches.entries()) {
    const begin = position;
    for (let time = repeats[at] === true ? 2 : 1; time > 0; time -= 1) {
      position = begin;
      for (const partition of batch) {
        position += 1;
        write(partition, { event: eventAt(position) });
      }
      for (const partition of partitions) write(partition, { since: String(begin), position: String(position) });
    }
  }
  return topic;
};

const batches = fc.array(fc.array(fc.constantFrom(...partitions), { minLength: 1, maxLength: 6 }), {
  minLength: 1,
  maxLength: 8,
});

describe('partitions merged', () => {
  it('give the log in its order, each event once, however their records arrive, and are found again at any checkpoint', () => {
    fc.assert(
      fc.property(
        batches,
        fc.array(fc.boolean(), { maxLength: 8 }),
        fc.array(fc.tuple(fc.constantFrom(...partitions), fc.integer({ min: 1, max: 4 }), fc.boolean()), {
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 5 }),
        (sent, repeats, arrivals, limit) => {
          const topic = publish(sent, repeats);
          let tail = new MergedPartitions('t', { position: '0', marks: allAt('0', '0') });
          let checkpoint = '0';
          const got: string[] = [];
          const take = (): void => {
            for (;;) {
              const next = tail.after(checkpoint, limit);
              if (typeof next === 'string') return;
              got.push(...next.events.map((event) => event.position));
              checkpoint = next.readTo;
            }
          };
          const deliver = (partition: number, count: number) => {
            reader(tail, topic)(partition, count);
          };
          for (const [partition, count, restarts] of arrivals) {
            deliver(partition, count);
            take();
            const stored = tail.marksAt(checkpoint);
            if (restarts && stored) tail = new MergedPartitions('t', { position: checkpoint, marks: stored });
          }
          for (const partition of partitions) deliver(partition, 1_000);
          take();
          expect(got).toEqual(sent.flat().map((_, at) => String(at + 1)));
        },
      ),
    );
  });

  it('that begin in the middle know nothing until every one was marked, and then hold all that comes after', () => {
    const topic = publish(
      [
        [0, 1, 2, 0],
        [1, 1],
        [2, 0, 1],
      ],
      [],
    );
    // Each begins behind its first mark, so that the second is the first it hears.
    const ends = new Map([
      [0, '3'],
      [1, '2'],
      [2, '2'],
    ]);
    const tail = new MergedPartitions('t', { ends });
    const read = reader(tail, topic);
    expect(tail.after('0', 10)).toBe('unknown');
    read(0, 1);
    read(1, 3);
    expect(tail.unknown).toBe(true);
    read(2, 1);
    expect(tail.after('5', 10)).toBe('behind');
    for (const partition of partitions) read(partition, 100);
    expect(positionsIn(tail.after('6', 10))).toEqual(['7', '8', '9']);
  });

  it('hand out nothing that is not marked yet', () => {
    const tail = new MergedPartitions('t', { position: '4', marks: allAt('0', '4') });
    for (const partition of partitions) tail.push(partition, [{ offset: '0', event: eventAt(5 + partition) }]);
    expect(tail.after('4', 10)).toBe('nothing');
    for (const partition of partitions) tail.push(partition, [{ offset: '1', since: '4', position: '7' }]);
    expect(tail.after('4', 10)).toMatchObject({ readTo: '7' });
  });

  it('send whoever stands before a record that cannot be read to the log, and go on behind the next mark', () => {
    const tail = new MergedPartitions('t', { position: '4', marks: allAt('0', '4') });
    tail.push(0, [
      { offset: '0', event: eventAt(5) },
      { offset: '1', unreadable: 'It has no data.' },
    ]);
    for (const partition of [1, 2]) tail.push(partition, [{ offset: '0', since: '4', position: '6' }]);
    expect(tail.after('4', 10)).toBe('nothing');
    expect(tail.marksAt('5')).toBeUndefined();
    tail.push(0, [{ offset: '2', since: '4', position: '6' }]);
    expect(tail.after('4', 10)).toBe('behind');
    expect(tail.after('6', 10)).toBe('nothing');
    tail.push(1, [{ offset: '1', event: eventAt(7) }]);
    for (const partition of partitions)
      tail.push(partition, [{ offset: String(tail.nextOffsets.get(partition)), since: '6', position: '7' }]);
    expect(positionsIn(tail.after('6', 10))).toEqual(['7']);
  });

  it('send whoever stands before a stretch that was never published to the log', () => {
    const tail = new MergedPartitions('t', { position: '4', marks: allAt('0', '4') });
    tail.push(0, [
      { offset: '0', event: eventAt(9) },
      { offset: '1', since: '8', position: '9' },
    ]);
    for (const partition of [1, 2]) tail.push(partition, [{ offset: '0', since: '4', position: '9' }]);
    expect(tail.after('4', 10)).toBe('behind');
    expect(tail.after('9', 10)).toBe('nothing');
  });

  it('take nothing once a mark tells of more partitions than there are here', () => {
    const tail = new MergedPartitions('t', { position: '4', marks: allAt('0', '4') });
    const mark = { offset: '1', since: '4', position: '6' };
    const event = { offset: '0', event: eventAt(5) };
    expect(tail.push(0, [event, { ...mark, partitions: partitions.length + 1 }])).toBe('fewer');
    expect(tail.nextOffsets.get(0)).toBe('0');
    expect(tail.push(0, [event, { ...mark, partitions: partitions.length }])).toBe('taken');
  });

  it('take no records behind a gap of offsets', () => {
    const marks = { topic: 't', partitions: { '0': ['5', '4'] as const } };
    const tail = new MergedPartitions('t', { position: '4', marks });
    expect(tail.push(0, [{ offset: '7', since: '4', position: '9' }])).toBe('gap');
    expect(tail.after('4', 10)).toBe('nothing');
    expect(
      tail.push(0, [
        { offset: '5', event: eventAt(5) },
        { offset: '6', since: '4', position: '5' },
      ]),
    ).toBe('taken');
    expect(tail.after('4', 10)).toMatchObject({ readTo: '5' });
  });
});

const allAt = (offset: string, marked: string) => ({
  topic: 't',
  partitions: Object.fromEntries(partitions.map((partition) => [String(partition), [offset, marked] as const])),
});

const reader =
  (tail: MergedPartitions, topic: readonly PartitionRecord[][]) =>
  (partition: number, count: number): void => {
    const from = Number(tail.nextOffsets.get(partition));
    tail.push(partition, topic[partition]?.slice(from, from + count) ?? []);
  };

const positionsIn = (next: ReturnType<MergedPartitions['after']>): readonly string[] =>
  typeof next === 'string' ? [next] : next.events.map(({ position }) => position);
