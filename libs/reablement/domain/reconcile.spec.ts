import fc from 'fast-check';
import { wantedOf, type World } from './reconcile.js';

const discharge = { at: '2026-03-02T14:00:00.000Z', destinationCode: '19', methodCode: '1' };
const world = (changes: Partial<World> = {}): World => ({
  cases: [{ caseId: 'c1', stayId: 's1', discharge, pathway: 1 }],
  stays: [
    {
      stayId: 's1',
      status: 'discharged',
      admittedAt: '2026-02-01T10:00:00.000Z',
      dischargedAt: discharge.at,
      age: { years: 80, on: '2026-02-01' },
    },
  ],
  requests: [{ requestId: 'r1', caseId: 'c1', serviceType: 'reablement', awarded: true, started: false }],
  episodes: [],
  diedOn: null,
  birthDate: '1940-02-15',
  ...changes,
});
const checkOf = (changes: Partial<World> = {}) => wantedOf(world(changes)).checks[0];
const admitted = (
  stayId: string,
  admittedAt: string,
  dischargedAt: string | null = null,
  status = dischargedAt ? 'discharged' : 'open',
) => ({ stayId, status, admittedAt, dischargedAt, age: null });

describe('policy 8: a check is scheduled for a discharge into reablement or rehabilitation', () => {
  it('is due on the discharge date plus 91 civil days', () => {
    expect(checkOf()?.schedule).toMatchObject({ dischargedOn: '2026-03-02', dueOn: '2026-06-01', because: 'award' });
  });

  it.each([
    ['2026-12-31T15:00:00.000Z', '2027-04-01'],
    ['2027-12-31T15:00:00.000Z', '2028-03-31'],
  ])('a discharge at %s is due on %s', (at, dueOn) => {
    expect(
      checkOf({ cases: [{ caseId: 'c1', stayId: 's1', discharge: { ...discharge, at }, pathway: 1 }] })?.schedule
        ?.dueOn,
    ).toBe(dueOn);
  });

  it('takes an episode that starts from 3 days before to 7 days after the discharge in place of an award', () => {
    const because = (startedOn: string) =>
      checkOf({ requests: [], episodes: [{ episodeId: 'e1', caseId: 'c1', startedOn }] })?.schedule?.because;
    expect(because('2026-02-26')).toBeUndefined();
    expect(because('2026-02-27')).toBe('episode');
    expect(because('2026-03-09')).toBe('episode');
    expect(because('2026-03-10')).toBeUndefined();
  });

  it('takes no award of home care, and none that failed before it started', () => {
    const request = { requestId: 'r1', caseId: 'c1', serviceType: 'home-care', awarded: true, started: false };
    expect(checkOf({ requests: [request] })?.schedule).toBeNull();
    expect(checkOf({ requests: [{ ...request, serviceType: 'rehab-bed', awarded: false }] })?.schedule).toBeNull();
    expect(
      checkOf({ requests: [{ ...request, serviceType: 'rehab-bed', awarded: false, started: true }] })?.schedule,
    ).not.toBeNull();
  });

  it.each(['49', '50', '51', '52', '53', '84', '87', '79'])('schedules none for destination %s', (destinationCode) => {
    expect(
      checkOf({ cases: [{ caseId: 'c1', stayId: 's1', discharge: { ...discharge, destinationCode }, pathway: 1 }] })
        ?.schedule,
    ).toBeNull();
  });

  it('counts the 65th birthday on the day of discharge, and not the day after', () => {
    expect(checkOf({ birthDate: '1961-03-02' })?.schedule).not.toBeNull();
    expect(checkOf({ birthDate: '1961-03-03' })?.schedule).toBeNull();
  });

  it('goes by the age at admission where no birth date is held', () => {
    expect(checkOf({ birthDate: null })?.schedule).not.toBeNull();
    expect(checkOf({ birthDate: null })?.ageHeld).toBe(true);
    expect(checkOf({ birthDate: null, stays: [] })?.ageHeld).toBe(false);
  });

  it('is cancelled with the discharge', () => {
    expect(checkOf({ cases: [{ caseId: 'c1', stayId: 's1', discharge: null, pathway: 1 }] })).toMatchObject({
      schedule: null,
      because: 'discharge-cancelled',
    });
  });
});

describe('policy 9: readmission before day 91', () => {
  it('is evidence when admitted after the discharge and before day 91, at any hospital', () => {
    const stays = [
      ...world().stays,
      admitted('s2', '2026-03-20T09:00:00.000Z', '2026-03-25T09:00:00.000Z'),
      admitted('s3', '2026-05-31T09:00:00.000Z'),
      admitted('s4', '2026-06-01T09:00:00.000Z'),
    ];
    expect(checkOf({ stays })?.readmissions).toEqual([
      { stayId: 's2', date: '2026-03-20', until: '2026-03-25' },
      { stayId: 's3', date: '2026-05-31', until: null },
    ]);
  });

  it('is none when the admission was cancelled or merged away', () => {
    const stays = [
      ...world().stays,
      admitted('s2', '2026-03-20T09:00:00.000Z', null, 'cancelled'),
      admitted('s3', '2026-03-21T09:00:00.000Z', null, 'merged'),
    ];
    expect(checkOf({ stays })?.readmissions).toEqual([]);
  });

  it('pauses an episode only while the person is in', () => {
    const episodes = [{ episodeId: 'e1', caseId: 'c1', startedOn: '2026-03-03' }];
    const held = (stay: ReturnType<typeof admitted>) =>
      wantedOf(world({ episodes, stays: [...world().stays, stay] })).episodes[0]?.inHospital;
    expect(held(admitted('s2', '2026-03-20T09:00:00.000Z'))).toEqual(['s2']);
    expect(held(admitted('s2', '2026-03-20T09:00:00.000Z', '2026-03-22T09:00:00.000Z'))).toEqual([]);
  });
});

it('what is wanted does not depend on the order in which things are held', () => {
  const stays = [
    ...world().stays,
    admitted('s2', '2026-03-20T09:00:00.000Z'),
    admitted('s3', '2026-04-20T09:00:00.000Z'),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(stays, { minLength: 3 }), (shuffled) => {
      const ids = (one: World) =>
        wantedOf(one)
          .checks[0]?.readmissions.map(({ stayId }) => stayId)
          .toSorted();
      expect(ids(world({ stays: shuffled }))).toEqual(ids(world({ stays })));
    }),
  );
});
