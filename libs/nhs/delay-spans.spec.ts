import type { CriteriaFact } from './criteria-history.js';
import { bedDays, type DelayQuestion, overlaps, spanOf } from './delay-spans.js';

/** November 2026 (GMT); the 2nd is a Monday. */
const t = (day: number, hour = 0) => new Date(Date.UTC(2026, 10, day, hour)).toISOString();
const entry = (meets: boolean, at: string): CriteriaFact => ({
  meets,
  at,
  recordedAt: at,
  origin: 'team',
  eventId: at,
});
const ask = (question: Partial<DelayQuestion>) =>
  spanOf({ start: t(2, 10), anticipated: false, criteriaHistory: [entry(false, t(1, 9))], ends: {}, ...question });
const from = '2026-11-01';
const to = '2026-12-01';

describe('a delay', () => {
  it('from Monday 10:00 to Wednesday 09:00 is two bed-days: Monday and Tuesday (metrics.md §5)', () => {
    const span = ask({ endedAt: t(4, 9) });
    expect(span).toEqual({ from: t(2, 10), to: t(4, 9) });
    expect(span && bedDays(span, from, to)).toEqual(['2026-11-02', '2026-11-03']);
  });

  it('Monday to Wednesday and another Tuesday to Thursday are two each and three together', () => {
    const one = ask({ endedAt: t(4, 10) });
    const two = ask({ start: t(3, 10), endedAt: t(5, 10) });
    const days = [one, two].map((span) => (span ? bedDays(span, from, to) : []));
    expect(days.map((d) => d.length)).toEqual([2, 2]);
    expect(new Set(days.flat()).size).toBe(3);
  });

  it.each([
    ['its own end', { endedAt: t(3, 9), ends: { discharge: t(4) } }, t(3, 9)],
    [
      'criteria met again',
      { criteriaHistory: [entry(false, t(1)), entry(true, t(3, 8))], ends: { death: t(5) } },
      t(3, 8),
    ],
    ['the discharge', { ends: { discharge: t(4, 12), close: t(6) } }, t(4, 12)],
    ['the withdrawal', { endedAt: t(6), ends: { withdrawal: t(4, 12) } }, t(4, 12)],
    ['the closing of the case', { ends: { close: t(4, 12) } }, t(4, 12)],
    ['a death', { ends: { death: t(4, 12), discharge: t(4, 13) } }, t(4, 12)],
  ])('ends at the first of what ends it: %s', (_, question, expected) => {
    expect(ask(question)?.to).toBe(expected);
  });

  it('lasts while nothing ends it', () => {
    const span = ask({});
    expect(span).toEqual({ from: t(2, 10), to: null });
    expect(span && bedDays(span, from, '2026-11-05')).toEqual(['2026-11-02', '2026-11-03', '2026-11-04']);
    expect(span && bedDays(span, '2026-11-04', '2026-11-05')).toEqual(['2026-11-04']);
  });

  it('does not open again by itself when criteria stop being met once more', () => {
    const span = ask({ criteriaHistory: [entry(false, t(1)), entry(true, t(3)), entry(false, t(4))] });
    expect(span).toEqual({ from: t(2, 10), to: t(3) });
  });

  it('that stands in a time when criteria were met, as late news has it, was none', () => {
    expect(ask({ criteriaHistory: [entry(false, t(1)), entry(true, t(2, 9))] })).toBeNull();
    expect(ask({ ends: { discharge: t(2, 9) } })).toBeNull();
    expect(ask({ endedAt: t(2, 10) })).toBeNull();
  });

  it('counts while nothing is known of criteria', () => {
    expect(ask({ criteriaHistory: [] })).toEqual({ from: t(2, 10), to: null });
  });

  it('of one day has no bed-day but a person', () => {
    const span = ask({ endedAt: t(2, 15) });
    expect(span && bedDays(span, from, to)).toEqual([]);
    expect(span && overlaps(span, from, to)).toBe(true);
    expect(span && overlaps(span, '2026-11-03', to)).toBe(false);
    expect(span && overlaps(span, from, '2026-11-02')).toBe(false);
  });

  it('that ends at midnight does not reach the next day', () => {
    const span = ask({ endedAt: t(4) });
    expect(span && bedDays(span, from, to)).toEqual(['2026-11-02', '2026-11-03']);
    expect(span && overlaps(span, '2026-11-04', to)).toBe(false);
    expect(span && overlaps(span, '2026-11-03', to)).toBe(true);
  });
});

describe('an anticipated delay', () => {
  const history = [entry(true, t(1)), entry(false, t(5, 9))];

  it('counts from the moment criteria stop being met', () => {
    expect(ask({ anticipated: true, criteriaHistory: history })).toEqual({ from: t(5, 9), to: null });
    expect(ask({ anticipated: true, criteriaHistory: [entry(false, t(5, 9))] })?.from).toBe(t(5, 9));
  });

  it('recorded while criteria are not met opens at once', () => {
    expect(ask({ anticipated: true, criteriaHistory: [entry(false, t(1))] })?.from).toBe(t(2, 10));
  });

  it('ended before criteria stop being met never counted', () => {
    expect(ask({ anticipated: true, criteriaHistory: history, endedAt: t(4) })).toBeNull();
    expect(ask({ anticipated: true, criteriaHistory: [entry(true, t(1))] })).toBeNull();
  });

  it('ends when criteria are met again after that', () => {
    const again = [...history, entry(true, t(7)), entry(false, t(8))];
    expect(ask({ anticipated: true, criteriaHistory: again })).toEqual({ from: t(5, 9), to: t(7) });
  });
});
