import { approved, awardOf, completed, confirmed, offerOf, requested, requestOf, type Told } from '../testing/given.js';
import { clockOf } from './sourcing-clock.js';

const targets = { 'home-care': 24 };
const at = (hours: number): string => new Date(Date.UTC(2026, 10, 20, 9) + hours * 3_600_000).toISOString();
const run = (...events: readonly Told[]) => requestOf([requested, completed, ...events]);
const pause = (hours: number): Told => ({ type: 'RequestPaused', data: { because: 'criteria' }, at: at(hours) });
const resume = (hours: number): Told => ({ type: 'RequestResumed', data: { because: 'criteria' }, at: at(hours) });
const start: Told = { ...approved, at: at(0) };

describe('the clock of sourcing', () => {
  it('has not begun before the approval', () => {
    expect(clockOf(run(), targets, at(5))).toEqual({ startedAt: null, targetHours: 24, dueAt: null, pausedHours: 0 });
  });
  it('is due its target after the approval', () => {
    expect(clockOf(run(start), targets, at(5))).toEqual({
      startedAt: at(0),
      targetHours: 24,
      dueAt: at(24),
      pausedHours: 0,
    });
  });
  it('has no due time where its service has no target', () => {
    expect(clockOf(run(start), {}, at(5))).toMatchObject({ targetHours: null, dueAt: null });
  });
  it('stands still while paused, also while the pause still lasts', () => {
    expect(clockOf(run(start, pause(2), resume(5)), targets, at(9))).toMatchObject({ pausedHours: 3, dueAt: at(27) });
    expect(clockOf(run(start, pause(2)), targets, at(9))).toMatchObject({ pausedHours: 7, dueAt: at(31) });
  });
  it('counts a moment of two pauses once, and nothing before it began', () => {
    expect(clockOf(run(pause(-4), start, resume(1), pause(0.5), resume(3)), targets, at(9)).pausedHours).toBe(3);
  });
  it('is not turned back by a pause that ends before it began', () => {
    expect(clockOf(run(start, pause(4), resume(2)), targets, at(9)).pausedHours).toBe(0);
  });
  it('stops at the award and begins anew with a failure', () => {
    const awarded = [start, pause(1), resume(2), offerOf('o1'), confirmed('o1'), { ...awardOf('o1'), at: at(6) }];
    expect(clockOf(run(...awarded), targets, at(90))).toMatchObject({ startedAt: at(0), pausedHours: 1 });
    const failed: Told = {
      type: 'PlacementFailed',
      data: { offerId: 'o1', providerId: 'prov-a', reason: 'x' },
      at: at(30),
    };
    expect(clockOf(run(...awarded, failed), targets, at(31))).toEqual({
      startedAt: at(30),
      targetHours: 24,
      dueAt: at(54),
      pausedHours: 0,
    });
  });
});
