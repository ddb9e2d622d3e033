import type { CheckEvent, EpisodeEvent } from '#libs/contracts/reablement/reablement-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import { addDays } from '#libs/nhs/index.js';
import { checkAt, episodeAt } from './related.js';

const dischargedOn = '2026-03-02';
const at = (day: number): string => `${addDays(dischargedOn, day)}T12:00:00.000Z`;

/** What stands around an event when it is read; recorded when it happened. */
const envelope = (day: number, revision: number) => ({
  eventId: `e${String(revision)}`,
  schemaVersion: 1,
  streamId: 'one',
  revision,
  position: String(revision + 1),
  occurredAt: at(day),
  recordedAt: at(day),
  metadata: { correlationId: 'c', actor: { id: 'a', role: 'reablement', organisation: 'council' }, source: 'test' },
});

describe('the check of day 91 on a case', () => {
  const discharge = (on: string) => ({
    dischargedAt: `${on}T10:00:00.000Z`,
    dischargedOn: on,
    dueOn: addDays(on, 91),
    stayId: null,
  });
  const scheduled = (on = dischargedOn): CheckEvent => ({
    type: 'Day91CheckScheduled',
    data: { ...discharge(on), caseId: 'case-1', because: 'award', requestId: 'r1', episodeId: null },
  });
  const attempted: CheckEvent = {
    type: 'ContactAttempted',
    data: { at: at(85), channel: 'phone', result: 'no-answer' },
  };
  const evidence = (until: string | null): CheckEvent => ({
    type: 'EvidenceRecorded',
    data: {
      evidenceId: 'v1',
      kind: 'readmitted',
      source: 'ward-feed',
      date: addDays(dischargedOn, 20),
      until,
      stayId: 's2',
    },
  });
  const completed: CheckEvent = {
    type: 'Day91CheckCompleted',
    data: { status: 'own-home', decidedBy: 'Jo', evidenceIds: [], by: 'hand' },
  };
  const cancelled: CheckEvent = { type: 'Day91CheckCancelled', data: { because: 'discharge-cancelled' } };
  const reinstated = (on: string): CheckEvent => ({ type: 'Day91CheckReinstated', data: discharge(on) });
  const on = (day: number, ...events: readonly (readonly [number, CheckEvent])[]) =>
    checkAt(
      'check-1',
      events.map(([when, event], revision): Recorded<CheckEvent> => ({ ...event, ...envelope(when, revision) })),
      { asOf: at(day), knownAt: at(day) },
    );

  it('has the state that the worklist gives it on that day', () => {
    const all = [[0, scheduled()], ...[85, 86, 87].map((day) => [day, attempted] as const), [95, completed]] as const;
    expect([10, 83, 84, 86, 87, 94, 95].map((day) => on(day, ...all)?.state)).toEqual([
      'scheduled',
      'scheduled',
      'due',
      'due',
      'needs-evidence',
      'needs-evidence',
      'done',
    ]);
    expect(on(92, [0, scheduled()])).toMatchObject({ state: 'overdue', status: null, attempts: 0, evidence: 0 });
  });

  it('counts evidence once, however often the ward puts it right', () => {
    const home = addDays(dischargedOn, 30);
    expect(on(90, [0, scheduled()], [20, evidence(null)])).toMatchObject({
      state: 'awaiting-confirmation',
      evidence: 1,
    });
    const corrected = [
      [20, evidence(null)],
      [30, evidence(home)],
    ] as const;
    expect(on(90, [0, scheduled()], ...corrected)).toMatchObject({ state: 'due', evidence: 1 });
    const gone: CheckEvent = { type: 'EvidenceWithdrawn', data: { evidenceId: 'v1' } };
    expect(on(90, [0, scheduled()], ...corrected, [31, gone])).toMatchObject({ evidence: 0 });
  });

  it('keeps its answer when the same discharge is given back, and none of another', () => {
    const answered = [
      [0, scheduled()],
      [90, completed],
      [91, cancelled],
    ] as const;
    expect(on(91, ...answered)).toMatchObject({ state: 'cancelled' });
    expect(on(92, ...answered, [92, reinstated(dischargedOn)])).toMatchObject({ state: 'done', status: 'own-home' });
    const later = addDays(dischargedOn, 3);
    const moved = on(92, ...answered, [92, reinstated(later)]);
    expect(moved).toMatchObject({ state: 'due', status: null, dischargedOn: later });
  });
});

describe('reablement on a case', () => {
  const started: EpisodeEvent = {
    type: 'ReablementStarted',
    data: {
      caseId: 'case-1',
      providerId: 'prov-a',
      startedOn: dischargedOn,
      plannedWeeks: 6,
      hoursPerWeek: 10,
      assessorType: 'joint',
      inLongTermSupport: null,
    },
  };
  const paused = (stayId: string): EpisodeEvent => ({
    type: 'ReablementPaused',
    data: { because: 'readmitted', stayId },
  });
  const resumed = (stayId: string): EpisodeEvent => ({ type: 'ReablementResumed', data: { stayId } });
  const died: EpisodeEvent = {
    type: 'ReablementEnded',
    data: { endedOn: addDays(dischargedOn, 9), outcome: 'died', by: 'death' },
  };
  const notDead: EpisodeEvent = { type: 'ReablementEndReversed', data: {} };
  const stateAfter = (...events: readonly EpisodeEvent[]) =>
    episodeAt(
      'ep-1',
      [started, ...events].map((event, revision): Recorded<EpisodeEvent> => ({ ...event, ...envelope(0, revision) })),
      { asOf: at(1), knownAt: at(1) },
    )?.state;

  it('is paused while any readmission lasts, also after an end that was taken back', () => {
    expect(stateAfter()).toBe('open');
    expect(stateAfter(paused('s1'), paused('s2'), resumed('s1'))).toBe('paused');
    expect(stateAfter(paused('s1'), resumed('s1'))).toBe('open');
    expect(stateAfter(paused('s1'), died)).toBe('ended');
    expect(stateAfter(paused('s1'), died, notDead)).toBe('paused');
  });
});
