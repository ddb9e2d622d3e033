import fc from 'fast-check';
import { startOfLondonDay } from './calendar.js';
import {
  type CriteriaFact,
  criteriaOf,
  currentRun,
  currentRunStart,
  dischargeReadyDate,
  effectiveHistory,
  stateAt,
  stateAtMidnight,
} from './criteria-history.js';

let seq = 0;
/** March 2026, GMT until the 29th: `t(5, 10)` is 5 March 10:00. */
const t = (day: number, hour = 0, minute = 0) => new Date(Date.UTC(2026, 2, day, hour, minute)).toISOString();
const said = (meets: boolean, at: string, extra: Partial<CriteriaFact> = {}): CriteriaFact => {
  seq += 1;
  return { meets, at, recordedAt: at, origin: 'feed', eventId: `event-${String(seq).padStart(4, '0')}`, ...extra };
};
const notMet = (at: string, extra: Partial<CriteriaFact> = {}) => said(false, at, extra);
const met = (at: string, extra: Partial<CriteriaFact> = {}) => said(true, at, extra);
/** A ready date, recorded by the sender at a time of its own. */
const ready = (date: string, recorded: string, extra: Partial<CriteriaFact> = {}) =>
  notMet(startOfLondonDay(date), { readyDate: date, sourceRecordedAt: recorded, recordedAt: recorded, ...extra });

const admittedAt = t(1, 12);
const drd = (facts: CriteriaFact[], dischargedAt: string | null, asOf = '2026-04-30T12:00:00.000Z') =>
  dischargeReadyDate({ facts, admittedAt, dischargedAt, asOf });

describe('the discharge ready date', () => {
  it.each([
    ['ready and home the same day', [notMet(t(5, 9))], t(5, 18), '2026-03-05'],
    ['ready late in the evening, home in the morning', [notMet(t(5, 23, 50))], t(6, 9), '2026-03-05'],
    ['three days', [notMet(t(5, 9))], t(8, 12), '2026-03-05'],
    ['the final run counts', [notMet(t(5, 9)), met(t(7, 9)), notMet(t(10, 9))], t(12, 12), '2026-03-10'],
    ['in bed, criteria met now', [notMet(t(5, 9)), met(t(7, 9))], null, null],
    ['in bed, the current run counts', [notMet(t(5, 9)), met(t(7, 9)), notMet(t(10, 9))], null, '2026-03-10'],
    ['three weeks', [notMet(t(1, 13))], t(22, 12), '2026-03-01'],
    ['criteria met at discharge', [notMet(t(5, 9)), met(t(7, 9))], t(8, 9), null],
    ['nothing was said', [], t(8, 9), null],
    ['said at the moment of discharge', [notMet(t(8, 9))], t(8, 9), '2026-03-08'],
    ['said again and again', [notMet(t(5, 9)), notMet(t(6, 9)), notMet(t(7, 9))], t(8, 9), '2026-03-05'],
  ])('%s', (_, facts, dischargedAt, expected) => {
    expect(drd(facts, dischargedAt)).toEqual({ date: expected, faults: 0 });
  });

  it('is a date of London, not of UTC', () => {
    expect(
      dischargeReadyDate({
        facts: [notMet('2026-07-04T23:30:00.000Z')],
        admittedAt: '2026-07-01T12:00:00.000Z',
        asOf: '2026-07-10T12:00:00.000Z',
      }).date,
    ).toBe('2026-07-05');
  });

  it('is not changed by what was said of a time after discharge', () => {
    expect(drd([notMet(t(5, 9)), met(t(9, 9))], t(8, 9)).date).toBe('2026-03-05');
  });

  it('looked at as it stood on an earlier day knows nothing of later times', () => {
    expect(drd([notMet(t(5, 9)), met(t(7, 9))], t(9, 9), t(6, 9)).date).toBe('2026-03-05');
    expect(drd([notMet(t(5, 9))], null, t(4, 9)).date).toBeNull();
  });
});

describe('a ready date', () => {
  it('recorded later replaces the one before, earlier or later', () => {
    expect(drd([ready('2026-03-03', t(4, 9)), ready('2026-03-05', t(6, 9))], t(8, 9)).date).toBe('2026-03-05');
    expect(drd([ready('2026-03-05', t(6, 9)), ready('2026-03-03', t(7, 9))], t(8, 9)).date).toBe('2026-03-03');
  });

  it('goes by when the sender recorded it, not by when it reached us', () => {
    const first = ready('2026-03-03', t(4, 9), { recordedAt: t(9, 9) });
    const second = ready('2026-03-05', t(6, 9), { recordedAt: t(6, 10) });
    expect(drd([first, second], t(8, 9)).date).toBe('2026-03-05');
  });

  it('of the same recorded time goes by the control id', () => {
    const a = ready('2026-03-03', t(4, 9), { controlId: 'A' });
    const b = ready('2026-03-05', t(4, 9), { controlId: 'B' });
    expect(drd([b, a], t(8, 9)).date).toBe('2026-03-05');
  });

  it('replaces nothing across a time when criteria were met', () => {
    const facts = [ready('2026-03-03', t(3, 9)), met(t(5, 9)), ready('2026-03-07', t(7, 9))];
    const history = effectiveHistory(facts);
    expect(stateAtMidnight(history, '2026-03-04')).toBe(false);
    expect(stateAtMidnight(history, '2026-03-06')).toBe(true);
    expect(drd(facts, t(9, 9)).date).toBe('2026-03-07');
  });

  it('replaces the one of its own run, also when another run lies between them by recording', () => {
    const facts = [
      ready('2026-03-03', t(3, 9)),
      met(t(5, 9)),
      ready('2026-03-07', t(7, 9)),
      ready('2026-03-04', t(8, 9)),
    ];
    const history = effectiveHistory(facts);
    expect(stateAtMidnight(history, '2026-03-03')).toBeNull();
    expect(stateAtMidnight(history, '2026-03-04')).toBe(false);
    expect(drd(facts, t(9, 9)).date).toBe('2026-03-07');
  });

  it('never replaces what was said without one', () => {
    const facts = [notMet(t(3, 9)), ready('2026-03-05', t(6, 9))];
    expect(drd(facts, t(8, 9)).date).toBe('2026-03-03');
  });

  it('sent with "met" is ignored', () => {
    const facts = [met(t(6, 9), { readyDate: '2026-03-03' })];
    expect(drd(facts, t(8, 9))).toEqual({ date: null, faults: 0 });
  });

  it('before admission, after discharge or in the future is ignored and counted', () => {
    expect(drd([ready('2026-02-28', t(2, 9))], t(8, 9))).toEqual({ date: null, faults: 1 });
    expect(drd([ready('2026-03-09', t(2, 9))], t(8, 9))).toEqual({ date: null, faults: 1 });
    expect(drd([ready('2026-03-06', t(2, 9))], null, t(5, 23))).toEqual({ date: null, faults: 1 });
    expect(drd([ready('2026-03-01', t(2, 9))], t(8, 9))).toEqual({ date: '2026-03-01', faults: 0 });
    expect(drd([ready('2026-03-08', t(8, 8))], t(8, 9))).toEqual({ date: '2026-03-08', faults: 0 });
    expect(drd([ready('2026-03-05', t(5, 8))], null, t(5, 8))).toEqual({ date: '2026-03-05', faults: 0 });
  });

  it('that cannot be does not replace one that can', () => {
    expect(drd([ready('2026-03-05', t(5, 9)), ready('2026-02-01', t(6, 9))], t(8, 9))).toEqual({
      date: '2026-03-05',
      faults: 1,
    });
  });

  it('of a day that has come by now is no fault when an earlier day is looked at', () => {
    const facts = [ready('2026-03-03', t(3, 9)), ready('2026-03-06', t(6, 9))];
    expect(dischargeReadyDate({ facts, admittedAt, asOf: t(4, 12), knownAt: t(20, 9) })).toEqual({
      date: null,
      faults: 0,
    });
  });
});

describe('the criteria-to-reside history', () => {
  it('joins what the feed and the team said: the latest entry holds until the next', () => {
    const history = effectiveHistory([
      met(t(7, 9)),
      notMet(t(5, 9), { origin: 'team' }),
      notMet(t(10, 9), { origin: 'team' }),
    ]);
    expect([4, 5, 6, 7, 9, 10, 20].map((day) => stateAt(history, t(day, 12)))).toEqual([
      null,
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(stateAt(history, t(7, 9))).toBe(true);
    expect(currentRun(history, t(12))).toEqual({ meets: false, since: t(10, 9) });
    expect(currentRun(history, t(8))).toEqual({ meets: true, since: t(7, 9) });
    expect(currentRun(history, t(5))).toBeNull();
    expect(currentRunStart(history, t(8))).toBeNull();
    expect(currentRunStart(history, t(6))).toBe(t(5, 9));
  });

  it('lets the one recorded last win at the same time', () => {
    const feed = met(t(5, 9), { sourceRecordedAt: t(5, 10), recordedAt: t(9) });
    const team = notMet(t(5, 9), { origin: 'team', recordedAt: t(5, 11) });
    expect(stateAt(effectiveHistory([feed, team]), t(6))).toBe(false);
    expect(stateAt(effectiveHistory([team, feed]), t(6))).toBe(false);
    expect(stateAt(effectiveHistory([team, { ...feed, sourceRecordedAt: t(5, 12) }]), t(6))).toBe(true);
  });

  it('counts a whole day by its last state', () => {
    const history = effectiveHistory([notMet(t(5, 9)), met(t(5, 20))]);
    expect(stateAtMidnight(history, '2026-03-05')).toBe(true);
    expect(stateAtMidnight(history, '2026-03-04')).toBeNull();
  });

  it('is the same whatever the order of arrival', () => {
    const time = fc
      .integer({ min: 0, max: 40 })
      .map((quarter) => new Date(Date.UTC(2026, 2, 1, quarter * 6)).toISOString());
    const fact = fc.record({ meets: fc.boolean(), at: time, recorded: time, dated: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (rows, random) => {
        const facts = rows.map(({ meets, at, recorded, dated }, i): CriteriaFact => {
          const controlId = `M${i}`;
          return dated && !meets
            ? ready(at.slice(0, 10), recorded, { controlId })
            : said(meets, at, { sourceRecordedAt: recorded, recordedAt: recorded, controlId });
        });
        const shuffled = [...facts].sort(() => ((random.next().value ?? 0) % 2 === 0 ? -1 : 1));
        expect(effectiveHistory(shuffled)).toEqual(effectiveHistory(facts));
        const { entries, faults } = criteriaOf(facts, { admittedAt: t(3), dischargedAt: t(8), knownAt: t(20) });
        expect(faults.every((f) => f.readyDate !== null && !entries.includes(f))).toBe(true);
      }),
    );
  });
});
