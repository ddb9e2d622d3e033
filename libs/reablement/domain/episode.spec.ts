import type { EpisodeEvent } from '#libs/contracts/reablement/reablement-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import { episodeDecider, type Episode, type EpisodeCommand } from './episode.js';

const data = {
  caseId: 'c1',
  providerId: 'prov-a',
  startedOn: '2026-03-03',
  plannedWeeks: 6,
  hoursPerWeek: 10,
  assessorType: 'joint',
  inLongTermSupport: null,
} as const;
const start: EpisodeCommand = { do: 'start', today: '2026-03-10', data };
const end = (endedOn: string, today = '2026-04-20'): EpisodeCommand => ({
  do: 'end',
  today,
  endedOn,
  outcome: 'independent',
});
const follow = (inHospital: readonly string[], diedOn: string | null = null): EpisodeCommand => ({
  do: 'follow',
  occurredAt: '2026-03-20T10:00:00.000Z',
  inHospital,
  diedOn,
  eventId: (...key) => key.join(':'),
});

const run = (...commands: readonly EpisodeCommand[]): { state: Episode; types: string[]; refused: string | null } => {
  let state = episodeDecider.initialState;
  let types: string[] = [];
  let refused: string | null = null;
  for (const command of commands) {
    const decision = episodeDecider.decide(command, state);
    refused = decision.ok ? null : decision.code;
    types = decision.ok ? decision.events.map(({ type }) => type) : [];
    for (const event of decision.ok ? decision.events : []) {
      const envelope = {
        eventId: 'x',
        schemaVersion: 1,
        streamId: 'reablement-1',
        revision: 0,
        position: '1',
        occurredAt: '2026-03-02T14:00:00.000Z',
        recordedAt: '2026-03-02T14:00:00.000Z',
      };
      const metadata = {
        correlationId: 'x',
        actor: { id: 'u', role: 'reablement', organisation: 'x' },
        source: 'test',
      };
      state = episodeDecider.evolve(state, { ...envelope, metadata, ...event } as Recorded<EpisodeEvent>);
    }
  }
  return { state, types, refused };
};

describe('a reablement episode', () => {
  it('starts today or before, never in the future', () => {
    expect(run(start).types).toEqual(['ReablementStarted']);
    expect(run({ ...start, today: '2026-03-02' }).refused).toBe('episode.start-in-future');
  });

  it('ends on or after its start, not in the future, and takes nothing more', () => {
    expect(run(start, end('2026-03-02')).refused).toBe('episode.end-before-start');
    expect(run(start, end('2026-04-21')).refused).toBe('episode.end-in-future');
    expect(run(start, end('2026-04-14')).state).toMatchObject({ status: 'ended', outcome: 'independent' });
    expect(run(start, end('2026-04-14'), end('2026-04-15')).refused).toBe('episode.ended');
  });

  it('reviews only goals it has', () => {
    const goal: EpisodeCommand = {
      do: 'set-goal',
      data: { goalId: 'g1', goal: 'Walk to the shop', measure: null, baseline: null, target: null },
    };
    const review: EpisodeCommand = { do: 'review-goal', data: { goalId: 'g1', progress: 'Half way', met: null } };
    expect(run(start, review).refused).toBe('goal.not-found');
    expect(run(start, goal, review).types).toEqual(['GoalReviewed']);
  });

  it('is paused while the person is in hospital again, once a stay, and goes on after', () => {
    expect(run(start, follow(['s2'])).types).toEqual(['ReablementPaused']);
    expect(run(start, follow(['s2']), follow(['s2'])).types).toEqual([]);
    expect(run(start, follow(['s2']), follow([])).types).toEqual(['ReablementResumed']);
    expect(run(start, follow(['s2']), follow([]), follow(['s2'])).types).toEqual(['ReablementPaused']);
  });

  it('is ended by a death, and runs on when the death is withdrawn', () => {
    expect(run(start, follow([], '2026-03-20')).state).toMatchObject({ status: 'ended', outcome: 'died' });
    expect(run(start, follow([], '2026-03-20'), follow([])).state).toMatchObject({ status: 'running' });
  });

  it('keeps the outcome given by hand when the person dies later', () => {
    expect(run(start, end('2026-04-14'), follow([], '2026-05-20')).types).toEqual([]);
  });
});
