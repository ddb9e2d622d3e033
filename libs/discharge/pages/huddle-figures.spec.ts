import { figuresOf } from './huddle-figures.js';

const asOf = '2026-11-23T15:00:00.000Z';
const row = {
  criteriaToReside: null,
  expectedDischargeDate: null,
  pathway: null,
  brokerage: null,
  daysSinceReady: null,
  losDays: null,
  ended: null,
  nextAction: null,
};
const notMet = { ...row, criteriaToReside: { meets: false, since: '2026-11-20T10:00:00.000Z' } };
const left = (at: string) => ({ ...row, ended: { by: 'ward', at } });

describe('the figures of a huddle', () => {
  it('count who does not meet criteria, and who of them is not on the way out today', () => {
    const leaving = { ...notMet, pathway: 0, expectedDischargeDate: '2026-11-23' };
    expect(figuresOf([row, notMet, leaving], [], asOf)).toMatchObject({ notMeeting: 2, stillHere: 1 });
  });
  it('count who is due today or was due before, and has nothing to go to', () => {
    const due = { ...row, pathway: 1, expectedDischargeDate: '2026-11-22' };
    const later = { ...due, expectedDischargeDate: '2026-11-24' };
    const brokerage = {
      requestId: 'r',
      state: 'awarded' as const,
      serviceType: null,
      offers: 1,
      confirmedOffers: 0,
      awardedProviderId: 'p',
      startsOn: '2026-11-23',
    };
    expect(figuresOf([due, later, { ...due, brokerage }], [], asOf).dueWithoutStart).toBe(1);
  });
  it('count discharges before noon and from five on, by the clock of London', () => {
    const discharged = ['2026-11-23T11:59:00.000Z', '2026-11-23T12:00:00.000Z', '2026-11-23T17:00:00.000Z'].map(left);
    expect(figuresOf([], discharged, asOf)).toMatchObject({ dischargedToday: 3, beforeNoon: 1, afterFive: 1 });
  });
  it('put everybody in a pathway box, with the longest ready', () => {
    const boxes = figuresOf(
      [{ ...notMet, pathway: 1, daysSinceReady: 3 }, { ...notMet, pathway: 1, daysSinceReady: 9 }, row],
      [],
      asOf,
    ).boxes;
    expect(boxes.map(({ short, count }) => [short, count])).toEqual([
      ['P0', 0],
      ['P1', 2],
      ['P2', 0],
      ['P3', 0],
      ['None', 1],
    ]);
    expect(boxes[1]?.oldest).toBe('longest ready 9 days');
  });
  it('count actions past their day, and none on it', () => {
    const action = (due: string) => ({ ...row, nextAction: { due } });
    expect(figuresOf([action('2026-11-22'), action('2026-11-23')], [], asOf).actionsOverdue).toBe(1);
  });
});
