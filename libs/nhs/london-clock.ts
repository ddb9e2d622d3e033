import { Temporal } from 'temporal-polyfill';

const hour = 3_600_000;
const day = 24 * hour;
/** Since 1996 the clocks change at 01:00 UTC on the last Sunday of March and of October (Directive 2000/84/EC, kept in UK law). */
const ruleSince = Date.UTC(1996, 0, 1);

interface SummerTime {
  readonly from: number;
  readonly to: number;
}
const summers = new Map<number, SummerTime>();

const lastSundayAtOne = (year: number, month: number): number => {
  const lastDay = Date.UTC(year, month + 1, 0, 1);
  return lastDay - new Date(lastDay).getUTCDay() * day;
};

const summerOf = (year: number): SummerTime => {
  const known = summers.get(year);
  if (known) return known;
  const summer = { from: lastSundayAtOne(year, 2), to: lastSundayAtOne(year, 9) };
  summers.set(year, summer);
  return summer;
};

/** How far London is ahead of UTC at this epoch millisecond: arithmetic since 1996, the zone's history before. */
export const londonOffset = (epochMs: number): number => {
  if (epochMs < ruleSince)
    return (
      Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO('Europe/London').offsetNanoseconds / 1_000_000
    );
  const { from, to } = summerOf(new Date(epochMs).getUTCFullYear());
  return epochMs >= from && epochMs < to ? hour : 0;
};

export interface LocalReading {
  readonly epochMs: number;
  /** The hour that the March Sunday leaves out: read as GMT. */
  readonly missingHour: boolean;
}

/**
 * A London wall-clock time (given as if it were UTC) as an instant. api.md, "How messages become stays": the hour that comes twice on the
 * October Sunday is summer time unless `shownOffsetMinutes` (as the message's own MSH-7 shows it) says GMT; the hour that
 * the March Sunday leaves out is read as GMT.
 */
export const fromLondonWallClock = (wallClock: number, shownOffsetMinutes?: number): LocalReading => {
  if (wallClock < ruleSince) {
    const zoned = Temporal.Instant.fromEpochMilliseconds(wallClock)
      .toZonedDateTimeISO('UTC')
      .toPlainDateTime()
      .toZonedDateTime('Europe/London', { disambiguation: 'compatible' });
    const epochMs = zoned.epochMilliseconds;
    return { epochMs, missingHour: epochMs + londonOffset(epochMs) !== wallClock };
  }
  const { from, to } = summerOf(new Date(wallClock).getUTCFullYear());
  if (wallClock >= from && wallClock < from + hour) return { epochMs: wallClock, missingHour: true };
  const twice = wallClock >= to && wallClock < to + hour;
  const summer = twice ? shownOffsetMinutes !== 0 : wallClock >= from && wallClock < to;
  return { epochMs: summer ? wallClock - hour : wallClock, missingHour: false };
};
