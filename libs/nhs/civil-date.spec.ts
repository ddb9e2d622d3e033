import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import {
  addDays,
  ageBandOf,
  ageOn,
  completedYears,
  daysBetween,
  eachDay,
  endOfLondonDay,
  formatClock,
  formatDate,
  formatDateTime,
  formatDayMonth,
  formatTime,
  instantOf,
  isCivilDate,
  londonDate,
  normaliseInstant,
  parseLondonLocal,
  startOfLondonDay,
  weekdayOf,
} from './civil-date.js';

const epoch = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) });
const dateIn = fc.integer({ min: -25_000, max: 47_000 }).map((n) => addDays('1970-01-01', n));

describe('a civil date in London', () => {
  it('is the one Temporal gives, for any instant from 1900 to 2100', () => {
    fc.assert(
      fc.property(epoch, (ms) => {
        const expected = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('Europe/London');
        expect(londonDate(instantOf(ms))).toBe(expected.toPlainDate().toString());
        expect(formatTime(instantOf(ms))).toBe(expected.toPlainTime().toString().slice(0, 5));
      }),
      { numRuns: 1500 },
    );
  });

  it('is the one Temporal gives around every change of the clocks from 1972 to 2060', () => {
    for (let year = 1972; year <= 2060; year += 1)
      for (const month of [2, 3, 4, 10, 11]) {
        let zoned = Temporal.ZonedDateTime.from(`${year}-${String(month).padStart(2, '0')}-01T00:30[Europe/London]`);
        const next = zoned.getTimeZoneTransition('next');
        if (!next) throw new Error('no transition');
        zoned = next;
        for (const by of [-3_600_001, -1, 0, 1, 3_599_999, 3_600_000]) {
          const ms = zoned.epochMilliseconds + by;
          const expected = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('Europe/London');
          expect(formatDateTime(instantOf(ms)).slice(-5)).toBe(expected.toPlainTime().toString().slice(0, 5));
        }
      }
  });

  it('begins and ends where Temporal says', () => {
    fc.assert(
      fc.property(dateIn, (date) => {
        const begins = Temporal.PlainDate.from(date).toZonedDateTime('Europe/London').epochMilliseconds;
        expect(startOfLondonDay(date)).toBe(instantOf(begins));
        expect(londonDate(startOfLondonDay(date))).toBe(date);
        expect(londonDate(endOfLondonDay(date))).toBe(date);
        expect(londonDate(instantOf(Date.parse(endOfLondonDay(date)) + 1))).toBe(addDays(date, 1));
      }),
    );
  });

  it('is counted in days as Temporal counts them', () => {
    fc.assert(
      fc.property(dateIn, fc.integer({ min: -20_000, max: 20_000 }), (date, days) => {
        const expected = Temporal.PlainDate.from(date).add({ days });
        expect(addDays(date, days)).toBe(expected.toString());
        expect(daysBetween(date, expected.toString())).toBe(days);
        expect(weekdayOf(date)).toBe(Temporal.PlainDate.from(date).dayOfWeek);
      }),
    );
  });

  it('must exist', () => {
    for (const date of ['2024-02-29', '2000-02-29', '0004-02-29']) expect(isCivilDate(date)).toBe(true);
    for (const date of [
      '2026-02-29',
      '1900-02-29',
      '2026-13-01',
      '2026-00-10',
      '2026-04-31',
      '26-04-01',
      '2026-4-1',
      '',
    ])
      expect(isCivilDate(date)).toBe(false);
  });

  it('makes an admission at 29 Mar 23:30 and a discharge at 30 Mar 00:30 one night, though the clocks go forward (metrics.md §5)', () => {
    const read = (text: string) => {
      const time = parseLondonLocal(text);
      return time.ok ? time.date : time.reason;
    };
    expect(daysBetween(read('202503292330'), read('202503300030'))).toBe(1);
  });

  it('puts day 91 after 31 December on 1 April, and on 31 March when that year is a leap year', () => {
    expect(addDays('2026-12-31', 91)).toBe('2027-04-01');
    expect(addDays('2027-12-31', 91)).toBe('2028-03-31');
    expect(addDays('2026-10-01', 91)).toBe('2026-12-31');
  });

  it('is listed from the first day to before the last', () => {
    expect(eachDay('2026-02-27', '2026-03-02')).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(eachDay('2026-03-02', '2026-03-02')).toEqual([]);
    expect(eachDay('2026-03-02', '2026-03-01')).toEqual([]);
  });
});

describe('a time from a feed', () => {
  const instant = (text: string, shownOffsetMinutes?: number) => {
    const time = parseLondonLocal(text, { shownOffsetMinutes });
    return time.ok ? `${time.instant}${time.flag ? ` ${time.flag}` : ''}` : time.reason;
  };

  it('without offset is London time', () => {
    expect(instant('20261103094000')).toBe('2026-11-03T09:40:00.000Z');
    expect(instant('20260703094000')).toBe('2026-07-03T08:40:00.000Z');
    expect(instant('20260703')).toBe('2026-07-02T23:00:00.000Z');
    expect(instant('2026-07-03T09:40:00')).toBe('2026-07-03T08:40:00.000Z');
  });

  it('with an offset is what it says', () => {
    expect(instant('20260703094000+0000')).toBe('2026-07-03T09:40:00.000Z');
    expect(instant('20260703094000.1234-0530')).toBe('2026-07-03T15:10:00.123Z');
    expect(instant('2026-07-03T09:40+01:00')).toBe('2026-07-03T08:40:00.000Z');
    expect(instant('2026-07-03T09:40:00Z')).toBe('2026-07-03T09:40:00.000Z');
  });

  it('in the hour that comes twice in October is summer time, unless the message shows GMT', () => {
    expect(instant('202610250059')).toBe('2026-10-24T23:59:00.000Z');
    expect(instant('202610250100')).toBe('2026-10-25T00:00:00.000Z');
    expect(instant('202610250159')).toBe('2026-10-25T00:59:00.000Z');
    expect(instant('202610250159', 60)).toBe('2026-10-25T00:59:00.000Z');
    expect(instant('202610250130', 0)).toBe('2026-10-25T01:30:00.000Z');
    expect(instant('202610250200')).toBe('2026-10-25T02:00:00.000Z');
    expect(instant('202607030130', 0)).toBe('2026-07-03T00:30:00.000Z');
  });

  it('in the hour that March leaves out is read as GMT and flagged', () => {
    expect(instant('202603290059')).toBe('2026-03-29T00:59:00.000Z');
    expect(instant('202603290100')).toBe('2026-03-29T01:00:00.000Z missing-hour');
    expect(instant('202603290159')).toBe('2026-03-29T01:59:00.000Z missing-hour');
    expect(instant('202603290200')).toBe('2026-03-29T01:00:00.000Z');
    expect(instant('202603290130+0000')).toBe('2026-03-29T01:30:00.000Z');
    expect(instant('199403270130')).toBe('1994-03-27T01:30:00.000Z missing-hour');
  });

  it('is read as Temporal reads it, from 1920 to 2090', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1920, 0, 1), max: Date.UTC(2090, 0, 1) }), (ms) => {
        const local = instantOf(ms).slice(0, 23);
        const expected = Temporal.PlainDateTime.from(local).toZonedDateTime('Europe/London').epochMilliseconds;
        expect(instant(local).slice(0, 24)).toBe(instantOf(expected));
      }),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['20260230', 'no-such-date'],
    ['20261301', 'no-such-date'],
    ['2026110324', 'no-such-time'],
    ['202611032360', 'no-such-time'],
    ['20261103236060', 'no-such-time'],
    ['2026110310+9900', 'no-such-offset'],
    ['2026', 'too-imprecise'],
    ['202611', 'too-imprecise'],
    ['', 'format'],
    ['yesterday', 'format'],
    ['20261103094', 'format'],
    ['2026-11-03T10:00Z5', 'format'],
    ['2026-11-03T10:00+', 'no-such-offset'],
    ['2026-11-03T10:00Z01:00', 'no-such-offset'],
  ])('that is none is refused: "%s" (%s)', (text, reason) => {
    expect(instant(text)).toBe(reason);
  });

  it('says how precise it was', () => {
    const precision = (text: string) => {
      const time = parseLondonLocal(text);
      return time.ok ? time.precision : time.reason;
    };
    expect(precision('20261103')).toBe('day');
    expect(precision('2026110309')).toBe('hour');
    expect(precision('202611030940')).toBe('minute');
    expect(precision('20261103094000')).toBe('second');
  });
});

describe('an instant', () => {
  it('is brought to the one form that compares as text', () => {
    expect(normaliseInstant('2026-07-03T09:40:00+01:00')).toBe('2026-07-03T08:40:00.000Z');
    expect(normaliseInstant('2026-07-03T09:40Z')).toBe('2026-07-03T09:40:00.000Z');
    expect(normaliseInstant('0001-01-01T00:00:00Z')).toBe('0001-01-01T00:00:00.000Z');
    expect(normaliseInstant('9999-12-31T23:59:59Z')).toBe('9999-12-31T23:59:59.000Z');
    for (const wrong of ['2026-02-30T09:40:00Z', '2026-07-03T09:40:00', '2026-07-03', '2026-07-03T25:00:00Z', 'x', ''])
      expect(normaliseInstant(wrong)).toBeNull();
  });
});

describe('an age', () => {
  it('is in completed years; who is born on 29 February is a year older on 1 March', () => {
    expect(completedYears('1940-02-15', '2026-02-14')).toBe(85);
    expect(completedYears('1940-02-15', '2026-02-15')).toBe(86);
    expect(completedYears('2008-02-29', '2026-02-28')).toBe(17);
    expect(completedYears('2008-02-29', '2026-03-01')).toBe(18);
  });

  it('is the age held plus the completed years since, where no birth date is held', () => {
    expect(ageOn({ years: 64, on: '2025-12-01' }, '2026-11-30')).toBe(64);
    expect(ageOn({ years: 64, on: '2025-12-01' }, '2026-12-01')).toBe(65);
    expect(ageOn({ years: 64, on: '2025-12-01' }, '2025-11-01')).toBe(64);
    expect(ageOn({ birthDate: '1961-12-01' }, '2026-11-30')).toBe(64);
    expect(ageOn(null, '2026-11-30')).toBeNull();
  });

  it('falls into the bands of the figures', () => {
    expect([17, 18, 64, 65, 74, 75, 84, 85, 104].map(ageBandOf)).toEqual([
      null,
      '18-64',
      '18-64',
      '65-74',
      '65-74',
      '75-84',
      '75-84',
      '85+',
      '85+',
    ]);
    expect(ageBandOf(null)).toBeNull();
  });
});

describe('a date on a screen', () => {
  it('is written out', () => {
    expect(formatDate('2026-11-22')).toBe('Sunday 22 November 2026');
    expect(formatDayMonth('2026-11-02')).toBe('2 Nov');
    expect(formatDateTime('2026-07-03T08:40:05.000Z')).toBe('Friday 3 July 2026 at 09:40');
    expect(formatClock('2026-07-03T08:40:05.000Z')).toBe('09:40:05');
  });
});

describe('a time outside the years 1 to 9999, which neither compares as text nor can be stored', () => {
  test.each(['9999-12-31T23:59:59-01:00', '0001-01-01T00:00:00+01:00', '0000-06-01T00:00:00Z'])(
    '%s is none',
    (text) => {
      expect(normaliseInstant(text)).toBeNull();
      expect(parseLondonLocal(text)).toEqual({ ok: false, reason: 'no-such-date' });
    },
  );
  test('nor does HL7 write one', () => {
    for (const text of ['99991231235959-0100', '00010101000000+0100', '00000601'])
      expect(parseLondonLocal(text)).toEqual({ ok: false, reason: 'no-such-date' });
    expect(isCivilDate('0000-06-01')).toBe(false);
    expect(isCivilDate('0001-01-01')).toBe(true);
  });
});
