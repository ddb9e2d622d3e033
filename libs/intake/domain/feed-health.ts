import { londonWallClock } from '#libs/nhs/civil-date.js';

const hourMs = 3_600_000;
const weekMs = 7 * 24 * hourMs;
const weeksLookedAt = [1, 2, 3, 4];
const retiredMs = 2 * weekMs;
/** A silence is measured against at most a day of what is usual. */
const longestStretchMs = 24 * hourMs;

/** When a feed counts as silent or as late (docs/running.md, "Feeds"). */
export interface FeedRule {
  /** Silence is no news before this many minutes. */
  readonly silentMinutes: number;
  /** … nor while fewer messages than this usually come in the same stretch of the week. */
  readonly silentUsual: number;
  /** Late: the last message came this many minutes after it was recorded. 0: never. */
  readonly lateMinutes: number;
}

/** What is known of the arrivals of one feed. */
export interface FeedRecord {
  /** When its first message came: before that nothing is known of it. */
  readonly firstAt: string;
  /** When its last message came from the hospital itself; null when none did. */
  readonly heardAt: string | null;
  /** The sender's recorded time of the last one that was taken. */
  readonly heardRecordedAt: string | null;
  /** Messages of each hour, by the instant the hour begins (milliseconds); an hour without any is missing. */
  readonly hours: ReadonlyMap<number, number>;
}

/** `unknown`: nothing to measure by, in a feed's first week, while it was only imported, and once it has been silent for two weeks: it is no longer used then. */
export type FeedState = 'live' | 'silent' | 'late' | 'unknown';

export interface FeedHealth {
  readonly state: FeedState;
  /** Silent: when the last message came. Late: up to when its news goes. Else null. */
  readonly since: string | null;
  /** Messages that usually came within the same last hour of the week; null while no such week is known. */
  readonly usualRate: number | null;
  /** Messages that usually come in the time since the last one; null while no such week is known. */
  readonly usualSince: number | null;
  readonly lagSeconds: number | null;
}

const offsetMs = (at: number): number => {
  const { hour } = londonWallClock(new Date(at).toISOString());
  return ((hour - new Date(at).getUTCHours() + 24) % 24) * hourMs;
};

/** The same time by the clock of the ward, so many weeks before. */
const weeksBefore = (at: number, weeks: number): number => {
  const then = at - weeks * weekMs;
  return then + offsetMs(at) - offsetMs(then);
};

/** Messages between two instants, as far as hours tell: of an hour that lies half inside, half. */
const within = (hours: FeedRecord['hours'], from: number, to: number): number => {
  let sum = 0;
  for (let hour = Math.floor(from / hourMs) * hourMs; hour < to; hour += hourMs) {
    const inside = Math.min(to, hour + hourMs) - Math.max(from, hour);
    sum += (hours.get(hour) ?? 0) * (inside / hourMs);
  }
  return sum;
};

const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const high = sorted[Math.floor(middle)];
  if (high === undefined) return null;
  const low = Number.isInteger(middle) ? (sorted[middle - 1] ?? high) : high;
  return (low + high) / 2;
};

/**
 * How many messages usually come between two instants: the median of the same stretch of the last four weeks, by London's clock.
 * Only weeks count from whose stretch on the feed was known; null when there is none.
 */
export const usual = (
  { firstAt, hours }: Pick<FeedRecord, 'firstAt' | 'hours'>,
  from: number,
  to: number,
): number | null => {
  // What came within the hour in which a feed was first heard is not all of that hour.
  const known = Math.ceil(Date.parse(firstAt) / hourMs) * hourMs;
  return median(
    weeksLookedAt.flatMap((weeks) => {
      const start = weeksBefore(from, weeks);
      return start < known ? [] : [within(hours, start, start + (to - from))];
    }),
  );
};

/** How a feed does now. */
export const healthOf = (record: FeedRecord, rule: FeedRule, now: string): FeedHealth => {
  const at = Date.parse(now);
  const usualRate = usual(record, at - hourMs, at);
  const { heardAt, heardRecordedAt } = record;
  if (heardAt === null) return { state: 'unknown', since: null, usualRate, usualSince: null, lagSeconds: null };
  const heard = Date.parse(heardAt);
  const silence = at - heard;
  const usualSince = usual(record, Math.max(heard, at - longestStretchMs), at);
  const lagSeconds =
    heardRecordedAt === null ? null : Math.max(0, Math.round((heard - Date.parse(heardRecordedAt)) / 1000));
  const measured = { usualRate, usualSince, lagSeconds };
  if (usualSince === null || silence >= retiredMs) return { state: 'unknown', since: null, ...measured };
  // After a week of silence the weeks before are silent too, and say nothing any more.
  if (silence >= weekMs || (silence >= rule.silentMinutes * 60_000 && usualSince >= rule.silentUsual))
    return { state: 'silent', since: heardAt, ...measured };
  if (rule.lateMinutes > 0 && lagSeconds !== null && lagSeconds > rule.lateMinutes * 60)
    return { state: 'late', since: heardRecordedAt, ...measured };
  return { state: 'live', since: null, ...measured };
};
