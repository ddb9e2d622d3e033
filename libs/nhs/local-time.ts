import { type CivilDate, type Instant, instantOf, isCivilDate, isKeepableEpoch, londonDate } from './calendar.js';
import { fromWallClock, london } from './zone-clock.js';

export type LocalTimeFault = 'format' | 'no-such-date' | 'no-such-time' | 'no-such-offset' | 'too-imprecise';
export type LocalTime =
  | {
      readonly ok: true;
      readonly instant: Instant;
      /** The civil day in London. */
      readonly date: CivilDate;
      /** `day` when no time of day was given: the instant is then the start of that day. */
      readonly precision: 'day' | 'hour' | 'minute' | 'second';
      /** `missing-hour`: the time does not exist on the March Sunday and was read as GMT. */
      readonly flag: 'missing-hour' | null;
      /** The offset that was written, in minutes; null when none was. */
      readonly offsetMinutes: number | null;
    }
  | { readonly ok: false; readonly reason: LocalTimeFault };

const hl7 = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,9}))?)?)?)?(?:([+-])(\d{2})(\d{2}))?$/;
const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:([Zz+-])(?:(\d{2}):?(\d{2}))?)?)?$/;

const offsetOf = (
  sign: string | undefined,
  hours: string | undefined,
  minutes: string | undefined,
): number | null | 'wrong' => {
  if (sign === undefined) return null;
  if (sign === 'Z' || sign === 'z') return hours === undefined ? 0 : 'wrong';
  if (hours === undefined || minutes === undefined) return 'wrong';
  const total = Number(hours) * 60 + Number(minutes);
  if (Number(minutes) > 59 || total > 14 * 60) return 'wrong';
  return sign === '-' ? -total : total;
};

/**
 * Reads a time as a feed writes it: HL7 (`20261103094000`, from the day on) or ISO 8601, with or without offset.
 * Without offset it is London time (api.md, "How messages become stays"): on the October Sunday 01:00–01:59 is summer time
 * unless `shownOffsetMinutes` (the offset written in MSH-7, when that was sent on the same day) is 0; on the March Sunday it is read as GMT and flagged.
 * `timeZone`: whose clock a time of day without offset is by (an IANA name), where a feed has another than London's. A day without a time is a civil day in London.
 */
export const parseLondonLocal = (
  text: string,
  options: { readonly shownOffsetMinutes?: number | undefined; readonly timeZone?: string | undefined } = {},
): LocalTime => {
  const match = hl7.exec(text) ?? iso.exec(text);
  if (!match) return { ok: false, reason: /^\d{4}(\d{2})?$/.test(text) ? 'too-imprecise' : 'format' };
  const [, year = '', month = '', day = '', hour, minute, second, fraction, sign, offsetHours, offsetMinute] = match;
  if (!isCivilDate(`${year}-${month}-${day}`)) return { ok: false, reason: 'no-such-date' };
  if (Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59)
    return { ok: false, reason: 'no-such-time' };
  const offset = offsetOf(sign, offsetHours, offsetMinute);
  if (offset === 'wrong') return { ok: false, reason: 'no-such-offset' };
  const ms = Number((fraction ?? '0').padEnd(3, '0').slice(0, 3));
  const wallClock = Date.parse(
    `${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}.${String(ms).padStart(3, '0')}Z`,
  );
  const precision =
    hour === undefined ? 'day' : minute === undefined ? 'hour' : second === undefined ? 'minute' : 'second';
  if (offset !== null && precision !== 'day') {
    if (!isKeepableEpoch(wallClock - offset * 60_000)) return { ok: false, reason: 'no-such-date' };
    const instant = instantOf(wallClock - offset * 60_000);
    return { ok: true, instant, date: londonDate(instant), precision, flag: null, offsetMinutes: offset };
  }
  const clock = precision === 'day' ? london : (options.timeZone ?? london);
  const { epochMs, missingHour } = fromWallClock(wallClock, clock, options.shownOffsetMinutes);
  const instant = instantOf(epochMs);
  return {
    ok: true,
    instant,
    date: londonDate(instant),
    precision,
    flag: missingHour ? 'missing-hour' : null,
    offsetMinutes: offset,
  };
};
