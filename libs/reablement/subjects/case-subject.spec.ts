import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import { caseFactsOf, evolveCase, type CaseSubject } from './case-subject.js';

const subject: CaseSubject = {
  kind: 'case',
  caseId: '1',
  personId: 'p',
  hospital: 'RAL',
  entries: [{ eventId: 'a', type: 'pathway', pathway: 1 }],
  inError: [],
};

describe('a case as reablement knows it', () => {
  it('has its pathway back when the mark that took it away was itself made in error', () => {
    const marked = { ...subject, inError: [{ eventId: 'm1', marks: 'a' }] };
    expect(caseFactsOf(marked).pathway).toBeNull();
    expect(caseFactsOf({ ...marked, inError: [...marked.inError, { eventId: 'm2', marks: 'm1' }] }).pathway).toBe(1);
  });

  it('notes a mark with the entry it marks', () => {
    const mark = { eventId: 'm1', type: 'EntryMarkedInError', data: { eventId: 'a' } } as Recorded<CaseEvent>;
    expect(evolveCase(subject, mark)?.inError).toEqual([{ eventId: 'm1', marks: 'a' }]);
  });
});
