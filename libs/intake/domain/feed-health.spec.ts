import { missingAmong, type Numbered } from './feed-gaps.js';
import { healthOf, usual, type FeedRecord, type FeedRule } from './feed-health.js';

const rule: FeedRule = { silentMinutes: 30, silentUsual: 5, lateMinutes: 60 };
const hourMs = 3_600_000;
const at = (text: string): number => Date.parse(text);

/** A feed that has sent `perHour` messages every hour of the six weeks before `now`. */
const steady = (now: string, perHour: number, more: Partial<FeedRecord> = {}): FeedRecord => {
  const last = Math.floor(at(now) / hourMs) * hourMs;
  return {
    firstAt: new Date(last - 42 * 24 * hourMs).toISOString(),
    heardAt: now,
    heardRecordedAt: now,
    hours: new Map(Array.from({ length: 42 * 24 }, (_, n) => [last - (n + 1) * hourMs, perHour])),
    ...more,
  };
};
const now = '2026-11-20T14:30:00.000Z';

describe('What is usual for a feed', () => {
  test('is the median of the same stretch of the last four weeks', () => {
    const record = steady(now, 10);
    expect(usual(record, at(now) - hourMs, at(now))).toBe(10);
    expect(usual(record, at(now) - hourMs / 2, at(now))).toBe(5);
    const hours = new Map(record.hours);
    // One odd week does not make what is usual.
    for (let n = 0; n < 48; n += 1) hours.set(at('2026-11-13T00:00:00.000Z') + n * hourMs - 24 * hourMs, 0);
    expect(usual({ ...record, hours }, at(now) - hourMs, at(now))).toBe(10);
  });

  test('goes by the clock of the ward over the end of summer time', () => {
    // 08:00 in London: 08:00 UTC in November, 07:00 UTC before 25 October.
    const hours = new Map(
      ['2026-11-01T08:00:00Z', '2026-10-25T08:00:00Z', '2026-10-18T07:00:00Z', '2026-10-11T07:00:00Z'].map(
        (hour) => [at(hour), 60] as const,
      ),
    );
    expect(
      usual({ firstAt: '2026-01-01T00:00:00Z', hours }, at('2026-11-08T08:00:00Z'), at('2026-11-08T09:00:00Z')),
    ).toBe(60);
  });

  test('is not known in its first week', () => {
    const record = steady(now, 10, { firstAt: '2026-11-14T00:00:00.000Z' });
    expect(healthOf(record, rule, now)).toMatchObject({ state: 'unknown', usualRate: null, since: null });
    expect(usual(steady(now, 10, { firstAt: '2026-11-10T00:00:00.000Z' }), at(now) - hourMs, at(now))).toBe(10);
  });
});

describe('A feed', () => {
  const heardAt = '2026-11-20T13:50:00.000Z';
  test('is silent when nothing came for too long, and some usually does', () => {
    expect(healthOf(steady(now, 60, { heardAt, heardRecordedAt: heardAt }), rule, now)).toEqual({
      state: 'silent',
      since: heardAt,
      usualRate: 60,
      usualSince: 40,
      lagSeconds: 0,
    });
    expect(healthOf(steady(now, 60, { heardAt }), { ...rule, silentMinutes: 45 }, now).state).toBe('live');
  });

  test('is not silent at an hour when hardly anything comes', () => {
    expect(healthOf(steady(now, 1, { heardAt, heardRecordedAt: heardAt }), rule, now).state).toBe('live');
    // But in the end it is: so much time has passed that some should have come.
    const long = '2026-11-20T08:30:00.000Z';
    expect(healthOf(steady(now, 1, { heardAt: long, heardRecordedAt: long }), rule, now)).toMatchObject({
      state: 'silent',
      usualSince: 6,
    });
  });

  test('is late when its news is old, and never where that rule is off', () => {
    const heardRecordedAt = '2026-11-20T12:00:00.000Z';
    expect(healthOf(steady(now, 60, { heardRecordedAt }), rule, now)).toMatchObject({
      state: 'late',
      since: heardRecordedAt,
      lagSeconds: 9000,
    });
    expect(healthOf(steady(now, 60, { heardRecordedAt }), { ...rule, lateMinutes: 0 }, now).state).toBe('live');
  });

  test('that was only imported, or sends from a clock ahead of ours', () => {
    expect(healthOf(steady(now, 60, { heardAt: null }), rule, now)).toMatchObject({
      state: 'unknown',
      lagSeconds: null,
    });
    expect(healthOf(steady(now, 60, { heardRecordedAt: '2026-11-20T15:00:00.000Z' }), rule, now).lagSeconds).toBe(0);
  });
});

describe('Gaps in what a feed sent', () => {
  const ids = (numbers: readonly number[], name = (n: number) => String(n)): Numbered[] =>
    numbers.map((n) => ({ controlId: name(n), sequence: null }));
  const run = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

  test('are told where control ids count up, in whatever order they came', () => {
    expect(missingAmong(ids([...run(1, 30), 32, 31, ...run(35, 10)]))?.ranges).toEqual([{ from: 33, to: 34 }]);
    expect(missingAmong(ids([...run(1, 30), ...run(33, 10)]))).toEqual({
      of: 'control-id',
      missing: 2,
      ranges: [{ from: 31, to: 32 }],
    });
    expect(missingAmong(ids([...run(1, 30), ...run(33, 10)], (n) => `MSG${String(n).padStart(6, '0')}`))?.missing).toBe(
      2,
    );
    expect(missingAmong(ids(run(5, 40)))).toEqual({ of: 'control-id', missing: 0, ranges: [] });
  });

  test('are told by MSH-13 rather, where it is given', () => {
    const messages = [...run(1, 20), ...run(22, 20)].map((n) => ({ controlId: `A-${String(n * 7)}`, sequence: n }));
    expect(missingAmong(messages)).toEqual({ of: 'sequence', missing: 1, ranges: [{ from: 21, to: 21 }] });
  });

  test.each([
    ['too few', ids(run(1, 10))],
    ['no numbers', ids(run(1, 40), (n) => `${String(n)}-X`)],
    ['several senders', [...ids(run(1, 20), (n) => `A${String(n)}`), ...ids(run(1, 20), (n) => `B${String(n)}`)]],
    ['drawn by lot', ids(run(1, 40).map((n) => (n * 7919) % 104_729))],
    ['counted for many receivers', ids(run(1, 40).map((n) => n * 12))],
  ])('say nothing where there is nothing to tell them by: %s', (_, messages) => {
    expect(missingAmong(messages)).toBeNull();
  });
});
