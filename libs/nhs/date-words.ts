import { type CivilDate, type Instant, londonWallClock, weekdayOf } from './calendar.js';
import { londonOffset } from './london-clock.js';

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

const two = (n: number): string => String(n).padStart(2, '0');

/** `Sunday 22 November 2026` (NHS content style). */
export const formatDate = (date: CivilDate): string =>
  `${weekdays[weekdayOf(date) - 1]} ${Number(date.slice(8, 10))} ${months[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`;

/** `22 Nov`: for narrow columns. */
export const formatDayMonth = (date: CivilDate): string =>
  `${Number(date.slice(8, 10))} ${months[Number(date.slice(5, 7)) - 1]?.slice(0, 3)}`;

/** London time of day, `09:40`. */
export const formatTime = (instant: Instant): string => {
  const { hour, minute } = londonWallClock(instant);
  return `${two(hour)}:${two(minute)}`;
};

/** London time of day with seconds, `09:40:05`: for "as of". */
export const formatClock = (instant: Instant): string =>
  `${formatTime(instant)}:${two(londonWallClock(instant).second)}`;

/** `2026-07-03T09:40:05+01:00`: an instant as the clock in London showed it, with its offset. */
export const withLondonOffset = (instant: Instant): string => {
  const epochMs = Date.parse(instant);
  const offset = londonOffset(epochMs);
  return `${new Date(epochMs + offset).toISOString().slice(0, 19)}+${two(offset / 3_600_000)}:00`;
};

/** `Sunday 22 November 2026 at 09:40`. */
export const formatDateTime = (instant: Instant): string =>
  `${formatDate(londonWallClock(instant).date)} at ${formatTime(instant)}`;
