import type { CheckEvent } from '#libs/contracts/reablement/reablement-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import { checkDecider, type Check, type CheckCommand, type Schedule } from './check.js';

const schedule: Schedule = {
  caseId: 'c1',
  stayId: 's1',
  dischargedAt: '2026-03-02T14:00:00.000Z',
  dischargedOn: '2026-03-02',
  dueOn: '2026-06-01',
  because: 'award',
  requestId: 'r1',
  episodeId: null,
};
type Follow = Extract<CheckCommand, { do: 'follow' }>;
const follow = (changes: Partial<Follow> = {}): CheckCommand => ({
  do: 'follow',
  occurredAt: '2026-03-02T14:00:00.000Z',
  schedule,
  because: 'discharge-cancelled',
  ageHeld: true,
  readmissions: [],
  diedOn: null,
  eventId: (...key) => key.join(':'),
  ...changes,
});
const answer = (today: string, status: 'own-home' | 'not-contactable' = 'own-home'): CheckCommand => ({
  do: 'answer',
  today,
  status,
  decidedBy: 'J. Doe',
  evidenceIds: [],
});
const attempt: CheckCommand = {
  do: 'attempt',
  data: { at: '2026-05-28T10:00:00.000Z', channel: 'phone', result: 'no-answer' },
};
const readmission = { evidenceId: 'e1', stayId: 's2', date: '2026-05-20', until: null };

/** Runs commands one after another, as the log would. */
const run = (...commands: readonly CheckCommand[]): { state: Check; types: string[]; refused: string | null } => {
  let state = checkDecider.initialState;
  let types: string[] = [];
  let refused: string | null = null;
  for (const command of commands) {
    const decision = checkDecider.decide(command, state);
    refused = decision.ok ? null : decision.code;
    types = decision.ok ? decision.events.map(({ type }) => type) : [];
    for (const event of decision.ok ? decision.events : []) {
      const envelope = {
        eventId: 'x',
        schemaVersion: 1,
        streamId: 'check-1',
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
      state = checkDecider.evolve(state, { ...envelope, metadata, ...event } as Recorded<CheckEvent>);
    }
  }
  return { state, types, refused };
};

describe('the day-91 check', () => {
  it('is scheduled once for one discharge, however often the policy looks', () => {
    expect(run(follow()).types).toEqual(['Day91CheckScheduled']);
    expect(run(follow(), follow()).types).toEqual([]);
  });

  it('is answered from day 84 and not before', () => {
    expect(run(follow(), answer('2026-05-24')).refused).toBe('check.too-early');
    expect(run(follow(), answer('2026-05-25')).types).toEqual(['Day91CheckCompleted']);
  });

  it('is answered once, until it is reopened', () => {
    expect(run(follow(), answer('2026-06-01'), answer('2026-06-01')).refused).toBe('check.done');
    expect(
      run(follow(), answer('2026-06-01'), { do: 'reopen', reason: 'Wrong person' }, answer('2026-06-02')).types,
    ).toEqual(['Day91CheckCompleted']);
  });

  it('takes not-contactable only after three attempts', () => {
    expect(run(follow(), attempt, attempt, answer('2026-06-01', 'not-contactable')).refused).toBe(
      'check.attempts-needed',
    );
    expect(run(follow(), attempt, attempt, attempt, answer('2026-06-01', 'not-contactable')).types).toEqual([
      'Day91CheckCompleted',
    ]);
  });

  it('is cancelled with its discharge, and the answer stands again when the same discharge comes back', () => {
    const cancelled = run(follow(), answer('2026-06-01'), follow({ schedule: null }));
    expect(cancelled.types).toEqual(['Day91CheckCancelled']);
    expect(run(follow(), answer('2026-06-01'), follow({ schedule: null }), follow()).state).toMatchObject({
      status: 'done',
      answer: { status: 'own-home' },
    });
  });

  it('is open again when another discharge comes in place of the one taken back', () => {
    const moved = {
      ...schedule,
      dischargedAt: '2026-03-09T14:00:00.000Z',
      dischargedOn: '2026-03-09',
      dueOn: '2026-06-08',
    };
    expect(
      run(follow(), answer('2026-06-01'), follow({ schedule: null }), follow({ schedule: moved })).state,
    ).toMatchObject({ status: 'open', schedule: { dueOn: '2026-06-08' } });
  });

  it('an answer belongs to its discharge day: corrected to another it does not count, corrected back it stands', () => {
    const other = {
      ...schedule,
      dischargedAt: '2026-03-04T14:00:00.000Z',
      dischargedOn: '2026-03-04',
      dueOn: '2026-06-03',
    };
    const corrected = follow({ schedule: other });
    expect(run(follow(), answer('2026-05-30'), corrected).state.status).toBe('open');
    const back = run(follow(), answer('2026-05-30'), corrected, follow()).state;
    expect(back).toMatchObject({ status: 'done', answer: { status: 'own-home' } });
    const takenBack = follow({ schedule: null });
    const cancelled = [follow(), answer('2026-05-30'), takenBack, corrected];
    expect(run(...cancelled).state.status).toBe('open');
    expect(run(...cancelled, takenBack, follow()).state.status).toBe('done');
    expect(
      run(...cancelled, answer('2026-05-30'), follow(), { do: 'reopen', reason: 'Wrong' }, corrected).state.status,
    ).toBe('done');
    expect(
      run(...cancelled, answer('2026-05-30'), follow(), { do: 'reopen', reason: 'Wrong' }, corrected, follow()).state
        .status,
    ).toBe('open');
  });

  it('an answer that comes back is opened by what the ward has shown since', () => {
    const other = {
      ...schedule,
      dischargedAt: '2026-03-04T14:00:00.000Z',
      dischargedOn: '2026-03-04',
      dueOn: '2026-06-03',
    };
    const shown = { readmissions: [readmission] };
    const back = run(follow(), answer('2026-05-30'), follow({ schedule: other, ...shown }), follow(shown));
    expect([back.state.status, back.types]).toEqual(['open', ['Day91CheckScheduled', 'Day91CheckReopened']]);
    const died = { diedOn: '2026-05-01' };
    const dead = run(follow(), answer('2026-05-30'), follow({ schedule: other, ...died }), follow(died));
    expect(dead.state).toMatchObject({ status: 'done', answer: { status: 'died' } });
    expect(
      run(follow(died), follow({ schedule: other, ...died }), follow({ schedule: other }), follow()).state.status,
    ).toBe('open');
  });

  it('is completed as died by a death up to day 91, over an answer given before, and open again when the death is withdrawn', () => {
    expect(run(follow(), follow({ diedOn: '2026-06-01' })).types).toEqual(['Day91CheckCompleted']);
    expect(run(follow(), answer('2026-06-01'), follow({ diedOn: '2026-05-30' })).types).toEqual([
      'Day91CheckReopened',
      'Day91CheckCompleted',
    ]);
    expect(run(follow(), follow({ diedOn: '2026-06-01' }), follow({ diedOn: '2026-06-01' })).types).toEqual([]);
    expect(run(follow(), follow({ diedOn: '2026-06-01' }), follow()).state).toMatchObject({ status: 'open' });
  });

  it('is not answered by a death after day 91', () => {
    expect(run(follow(), follow({ diedOn: '2026-06-02' })).types).toEqual([]);
  });

  it('takes a readmission as evidence once, and takes it back when the admission never was', () => {
    expect(run(follow(), follow({ readmissions: [readmission] })).types).toEqual(['EvidenceRecorded']);
    expect(
      run(follow(), follow({ readmissions: [readmission] }), follow({ readmissions: [readmission] })).types,
    ).toEqual([]);
    expect(run(follow(), follow({ readmissions: [readmission] }), follow()).types).toEqual(['EvidenceWithdrawn']);
  });

  it('reopens an "at home" when the ward feed shows later that the person was in hospital on day 91, and only once', () => {
    expect(run(follow(), answer('2026-06-01'), follow({ readmissions: [readmission] })).types).toEqual([
      'EvidenceRecorded',
      'Day91CheckReopened',
    ]);
    expect(
      run(
        follow(),
        answer('2026-06-01'),
        follow({ readmissions: [readmission] }),
        answer('2026-06-02'),
        follow({ readmissions: [readmission] }),
      ).types,
    ).toEqual([]);
  });

  it('refuses what names no check, and work on a cancelled one', () => {
    expect(run(attempt).refused).toBe('check.not-found');
    expect(run(follow(), follow({ schedule: null }), attempt).refused).toBe('check.cancelled');
  });
});
