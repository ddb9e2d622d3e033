import { whyWords } from './huddle-row.js';

test('a late feed is told with the time, and with the day where that is not today', () => {
  const late = 'The ward feed is late';
  const asOf = '2026-11-20T14:00:00.000Z';
  expect(whyWords(late, { state: 'silent', since: '2026-11-20T09:05:00.000Z' }, asOf)).toBe(
    `${late}: nothing since 09:05`,
  );
  expect(whyWords(late, { state: 'late', since: '2026-11-19T09:05:00.000Z' }, asOf)).toBe(
    `${late}: its news is up to 19 Nov, 09:05 only`,
  );
  expect(whyWords('No owner', { state: 'silent', since: asOf }, asOf)).toBe('No owner');
});
