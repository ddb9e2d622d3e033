import { awardOf, confirmed, given, offerOf, requestOf, sourcing, standing, type Told } from '../testing/given.js';

const award = {
  type: 'award',
  broker: 'bo',
  offerId: 'o1',
  reason: 'first to start',
  familyChoice: true,
  provider: standing('prov-a'),
} as const;
const ready: readonly Told[] = [...sourcing, offerOf('o1'), offerOf('o2', 'prov-b'), confirmed('o1')];

describe('an award', () => {
  it('takes a confirmed offer and carries what others need', () => {
    given(...ready)
      .when(award)
      .then({
        type: 'PlacementAwarded',
        data: {
          offerId: 'o1',
          providerId: 'prov-a',
          serviceType: 'home-care',
          startsOn: '2026-11-30',
          weeklyPrice: 450,
          funding: 'local-authority',
        },
      });
  });
  it('closes the other offers', () => {
    const request = requestOf([...ready, awardOf('o1')]);
    expect(request).toMatchObject({ status: 'awarded', offers: [{ state: 'awarded' }, { state: 'closed' }] });
  });
  it('is refused for an offer that is not confirmed', () => {
    given(...ready)
      .when({ ...award, offerId: 'o2' })
      .thenRefused('offer.not-confirmed');
    given(...ready)
      .when({ ...award, offerId: 'o9' })
      .thenRefused('offer.not-found');
  });
  it('is refused twice', () => {
    given(...ready, awardOf('o1'))
      .when(award)
      .thenRefused('request.already-awarded');
  });
  it('above the ceiling waits for an approval', () => {
    const dear: readonly Told[] = [...sourcing, offerOf('o1', 'prov-a', ['above-ceiling']), confirmed('o1')];
    given(...dear)
      .when(award)
      .thenRefused('offer.above-ceiling');
    given(...dear, { type: 'OfferApproved', data: { offerId: 'o1', approver: 'Head', approvedBy: 'ben' } })
      .when(award)
      .then({ type: 'PlacementAwarded' });
  });
  it('looks again at embargo, registration and capacity', () => {
    for (const status of ['embargoed', 'suspended', 'deregistered'] as const) {
      given(...ready)
        .when({ ...award, provider: standing('prov-a', { status }) })
        .thenRefused(`provider.${status}`);
    }
    given(...ready)
      .when({ ...award, provider: standing('prov-a', { accepting: 0 }) })
      .thenRefused('provider.no-capacity');
    given(...ready)
      .when({ ...award, provider: standing('prov-a', { accepting: null }) })
      .then({ type: 'PlacementAwarded' });
    given(...ready)
      .when({ ...award, provider: standing('prov-a', { status: 'slowed' }) })
      .then({ type: 'PlacementAwarded' });
  });
});

describe('a placement', () => {
  const awarded = [...ready, awardOf('o1')];
  const failure: Told = {
    type: 'PlacementFailed',
    data: { offerId: 'o1', providerId: 'prov-a', reason: 'staff left' },
    at: '2026-11-24T09:00:00.000Z',
  };

  it('starts once it is awarded', () => {
    given(...ready)
      .when({ type: 'start', broker: 'bo', startedOn: '2026-11-30' })
      .thenRefused('request.not-awarded');
    given(...awarded)
      .when({ type: 'start', broker: 'bo', startedOn: '2026-11-30' })
      .then({ type: 'PlacementStarted', data: { providerId: 'prov-a', startedOn: '2026-11-30' } });
  });
  it('that fails reopens the request as sourcing, held by its broker, with its history and a new clock', () => {
    given(...awarded)
      .when({ type: 'fail', broker: 'bo', reason: 'staff left' })
      .then({ type: 'PlacementFailed', data: { offerId: 'o1' } });
    expect(requestOf([...awarded, failure])).toMatchObject({
      status: 'sourcing',
      broker: 'bo',
      sourcingFrom: '2026-11-24T09:00:00.000Z',
      offers: [{ state: 'failed' }, { state: 'closed' }],
      failures: [{ providerId: 'prov-a', reason: 'staff left' }],
    });
  });
  it('may fail after it began', () => {
    const started: Told = { type: 'PlacementStarted', data: { providerId: 'prov-a', startedOn: '2026-11-30' } };
    given(...awarded, started)
      .when({ type: 'fail', broker: 'bo', reason: 'moved' })
      .then({ type: 'PlacementFailed' });
    given(...awarded, started)
      .when({ type: 'withdraw', reason: 'moved' })
      .thenRefused('request.started');
  });
});
