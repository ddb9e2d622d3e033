import { ragOf, type RagQuestion } from './rag.js';

const onPlan: RagQuestion = {
  asOf: '2026-11-10T10:00:00.000Z',
  notMetSince: null,
  hasOwner: true,
  actionOverdue: false,
  expectedDischargeDate: null,
  ready: false,
  slips: 0,
  onlyProvisionalOffer: false,
  identityToConfirm: false,
  contradictory: false,
  feed: { state: 'live', since: null },
};
const notMet = (at: string, change: Partial<RagQuestion> = {}): RagQuestion => ({
  ...onPlan,
  notMetSince: at,
  ...change,
});
const recently = '2026-11-10T09:00:00.000Z';

describe('the colour of a row', () => {
  it.each([
    ['on plan', onPlan, 'green'],
    ['no owner while criteria are met', { ...onPlan, hasOwner: false }, 'green'],
    ['not met and no owner', notMet(recently, { hasOwner: false }), 'red'],
    ['not met and an action overdue', notMet(recently, { actionOverdue: true }), 'red'],
    ['not met for less than a day', notMet('2026-11-09T10:00:00.001Z'), 'green'],
    ['not met for 24 hours', notMet('2026-11-09T10:00:00.000Z'), 'amber'],
    ['not met for 48 hours', notMet('2026-11-08T10:00:00.000Z'), 'amber'],
    ['not met for more than 48 hours', notMet('2026-11-08T09:59:59.000Z'), 'red'],
    ['not met, due today, not ready', notMet(recently, { expectedDischargeDate: '2026-11-10' }), 'red'],
    ['not met, due today, ready', notMet(recently, { expectedDischargeDate: '2026-11-10', ready: true }), 'green'],
    ['not met, due tomorrow', notMet(recently, { expectedDischargeDate: '2026-11-11' }), 'green'],
    ['one slip', { ...onPlan, slips: 1 }, 'green'],
    ['two slips', { ...onPlan, slips: 2 }, 'amber'],
    ['only a provisional offer', { ...onPlan, onlyProvisionalOffer: true }, 'amber'],
    [
      'feed late, whatever else',
      notMet(recently, { hasOwner: false, feed: { state: 'silent', since: recently } }),
      'grey',
    ],
    ['contradictory', { ...onPlan, contradictory: true }, 'grey'],
    ['identity to confirm', { ...onPlan, identityToConfirm: true }, 'grey'],
  ])('%s', (_, question, rag) => {
    expect(ragOf(question).rag).toBe(rag);
  });
  it('says every reason in words', () => {
    expect(ragOf(notMet(recently, { hasOwner: false, actionOverdue: true })).ragReason).toBe(
      'No owner; An action is overdue',
    );
  });
});
