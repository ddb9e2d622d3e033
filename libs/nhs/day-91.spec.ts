import { addDays } from './civil-date.js';
import { checkStateOf, type CheckSoFar, type EvidenceOfPlace } from './day-91.js';

const dischargedOn = '2026-03-02';
const dayOf = (day: number): string => addDays(dischargedOn, day);
const check: CheckSoFar = { dischargedOn, answered: false, evidence: [], attempts: [] };
const on = (day: number, changes: Partial<CheckSoFar> = {}) => checkStateOf({ ...check, ...changes }, dayOf(day));
const evidence = (kind: string, day: number, more: Partial<EvidenceOfPlace> = {}): EvidenceOfPlace => ({
  kind,
  source: 'provider',
  date: dayOf(day),
  until: null,
  ...more,
});

describe('a check has one state', () => {
  it.each([
    [83, 'scheduled'],
    [84, 'due'],
    [91, 'due'],
    [92, 'overdue'],
  ])('on day %i it is %s', (day, state) => {
    expect(on(day)).toBe(state);
  });

  it('awaits confirmation when evidence is in that settles where the person is', () => {
    expect(on(88, { evidence: [evidence('care-home', 20)] })).toBe('awaiting-confirmation');
    expect(on(88, { evidence: [evidence('seen-at-home', 84)] })).toBe('awaiting-confirmation');
    expect(on(88, { evidence: [evidence('seen-at-home', 83)] })).toBe('due');
    const readmitted = (until: string | null) => evidence('readmitted', 20, { source: 'ward-feed', until });
    expect(on(88, { evidence: [readmitted(null)] })).toBe('awaiting-confirmation');
    expect(on(88, { evidence: [readmitted(dayOf(84))] })).toBe('awaiting-confirmation');
    expect(on(88, { evidence: [readmitted(dayOf(83))] })).toBe('due');
    expect(on(83, { evidence: [readmitted(null)] })).toBe('scheduled');
  });
  it('needs other evidence when three attempts reached nobody', () => {
    const attempts = ['no-answer', 'message-left', 'sent'].map((result) => ({ result }));
    expect(on(88, { attempts })).toBe('needs-evidence');
    expect(on(88, { attempts: attempts.slice(1) })).toBe('due');
    expect(on(88, { attempts: [...attempts, { result: 'spoke-to-carer' }] })).toBe('due');
  });
  it('is done once answered, whatever the day', () =>
    expect(on(300, { answered: true, evidence: [evidence('died', 20)] })).toBe('done'));
});
