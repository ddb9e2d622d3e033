import type { StayEvent } from '#libs/contracts/intake/stay-events.js';
import type { PersonEvent } from '#libs/contracts/people/person-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import { evolvePerson, evolveStay } from './stay-subject.js';

const block = {
  ...{ stayId: 's1', personId: 'p1', status: 'open', admittedAt: '2026-03-01T10:00:00.000Z', dischargedAt: null },
  ...{ age: { years: 80, on: '2026-03-01' }, diedAt: null },
};
const said = (revision: number, stay: object = {}) =>
  ({ revision, data: { stay: { ...block, ...stay } } }) as unknown as Recorded<StayEvent>;
const ofPerson = (type: string, data: object = {}) =>
  ({ type, data, streamId: 'person-p1', occurredAt: '2026-03-05T08:00:00.000Z' }) as unknown as Recorded<PersonEvent>;

it('a stay is what its latest message says, also when an earlier one that was parked is let through after it', () => {
  const left = { status: 'discharged', dischargedAt: '2026-03-09T10:00:00.000Z' };
  const first = evolveStay(null, said(0));
  const third = evolveStay(first, said(2));
  expect(third).toEqual({ kind: 'stay', ...block, revision: 2 });
  expect(evolveStay(third, said(1, left))).toBe(third);
  expect(evolveStay(third, said(3, left))).toEqual({ kind: 'stay', ...block, ...left, revision: 3 });
});

describe('a person as reablement knows them', () => {
  it('has a row only while a death stands', () => {
    expect(evolvePerson(null, ofPerson('PersonIdentified'))).toBeNull();
    const dead = evolvePerson(null, ofPerson('DeathRecorded', { source: 'ward-feed' }));
    expect(dead).toEqual({ kind: 'person', personId: 'p1', deaths: { 'ward-feed': '2026-03-05T08:00:00.000Z' } });
    const twice = evolvePerson(dead, ofPerson('DeathRecorded', { source: 'gp', diedAt: '2026-03-04T08:00:00.000Z' }));
    const once = evolvePerson(twice, ofPerson('DeathRecordWithdrawn', { source: 'ward-feed' }));
    expect(once?.deaths).toEqual({ gp: '2026-03-04T08:00:00.000Z' });
    expect(evolvePerson(once, ofPerson('DeathRecordWithdrawn', { source: 'gp' }))).toBeNull();
  });
});
