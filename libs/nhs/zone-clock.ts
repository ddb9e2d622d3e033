import { Temporal } from 'temporal-polyfill';
import { fromLondonWallClock, type LocalReading } from './london-clock.js';

export const london = 'Europe/London';

/** True for a name of the IANA time zone database, or `UTC`. Offsets (`+01:00`) are no zones: they know no summer time. */
export const isTimeZone = (name: string): boolean => {
  if (!/^(UTC|[A-Za-z_]+(\/[A-Za-z0-9_+-]+){1,2})$/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
};

/**
 * A wall-clock time of a zone (given as if it were UTC) as an instant. As in London (`fromLondonWallClock`): of an hour that comes twice the
 * first is meant, unless `shownOffsetMinutes` is the offset of the second; an hour that is left out is read as if the clocks had not changed yet.
 */
export const fromWallClock = (wallClock: number, timeZone: string, shownOffsetMinutes?: number): LocalReading => {
  if (timeZone === london) return fromLondonWallClock(wallClock, shownOffsetMinutes);
  const local = Temporal.Instant.fromEpochMilliseconds(wallClock).toZonedDateTimeISO('UTC').toPlainDateTime();
  const first = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const second = local.toZonedDateTime(timeZone, { disambiguation: 'later' });
  if (first.epochMilliseconds === second.epochMilliseconds)
    return { epochMs: first.epochMilliseconds, missingHour: false };
  // Left out: "later" goes on by the offset of before, which is the one that the sender's clock still had.
  if (!second.toPlainDateTime().equals(local)) return { epochMs: second.epochMilliseconds, missingHour: true };
  const isSecond = shownOffsetMinutes !== undefined && second.offsetNanoseconds === shownOffsetMinutes * 60_000_000_000;
  return { epochMs: (isSecond ? second : first).epochMilliseconds, missingHour: false };
};
