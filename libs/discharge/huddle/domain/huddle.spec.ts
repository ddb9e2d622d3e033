import type { HuddleEvent } from '#libs/contracts/discharge/case-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import { huddleDecider, type Huddle, type HuddleCommand } from './huddle.js';

const given = (...events: readonly HuddleEvent[]): Huddle =>
  events
    .map((event, revision): Recorded<HuddleEvent> => ({
      ...event,
      eventId: `e${String(revision)}`,
      schemaVersion: 1,
      streamId: 'huddle-1',
      revision,
      position: String(revision + 1),
      occurredAt: `2026-11-23T08:3${String(revision)}:00.000Z`,
      recordedAt: `2026-11-23T08:3${String(revision)}:00.000Z`,
      metadata: { correlationId: 'c', source: 'api', actor: { id: 'idt', role: 'idt', organisation: 'council' } },
    }))
    .reduce((state, event) => huddleDecider.evolve(state, event), huddleDecider.initialState);

const started: HuddleEvent = { type: 'HuddleStarted', data: { hospital: 'RAL' } };
const reviewed: HuddleEvent = {
  type: 'CaseReviewed',
  data: { caseId: 'k1', casePersonId: 'p1', decision: 'Home tomorrow', note: null },
};
const finished: HuddleEvent = { type: 'HuddleFinished', data: {} };
const review = (hospital = 'RAL'): HuddleCommand => ({
  type: 'review',
  found: { caseId: 'k1', personId: 'p1', hospital },
  decision: 'Home tomorrow',
  note: null,
});

describe('a huddle', () => {
  it('minutes a decision under the person of the case', () => {
    expect(huddleDecider.decide(review(), given(started))).toEqual({ ok: true, events: [reviewed] });
  });
  it('takes a case as often as it is talked about', () => {
    expect(huddleDecider.decide(review(), given(started, reviewed)).ok).toBe(true);
  });
  it('is of one hospital when it was started for one, else of all', () => {
    expect(huddleDecider.decide(review('R1K'), given(started))).toMatchObject({ code: 'huddle.other-hospital' });
    expect(huddleDecider.decide(review('R1K'), given({ type: 'HuddleStarted', data: { hospital: null } })).ok).toBe(
      true,
    );
  });
  it('does not take a case that does not exist', () => {
    expect(
      huddleDecider.decide({ type: 'review', found: null, decision: 'x', note: null }, given(started)),
    ).toMatchObject({ code: 'not-found', kind: 'not-found' });
  });
  it('closes its minutes when it is finished, once', () => {
    const over = given(started, reviewed, finished);
    expect(over).toMatchObject({
      status: 'finished',
      finishedAt: '2026-11-23T08:32:00.000Z',
      reviews: [{ caseId: 'k1' }],
    });
    expect(huddleDecider.decide(review(), over)).toMatchObject({ code: 'huddle.finished' });
    expect(huddleDecider.decide({ type: 'finish' }, over)).toMatchObject({ code: 'huddle.finished' });
  });
  it('is not there before it was started', () => {
    expect(huddleDecider.decide({ type: 'finish' }, given())).toMatchObject({ kind: 'not-found' });
    expect(huddleDecider.decide({ type: 'start', hospital: null }, given(started))).toMatchObject({ kind: 'conflict' });
  });
});
