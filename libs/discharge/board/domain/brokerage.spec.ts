import { brokerageAt } from './brokerage.js';
import { GivenCase, on } from './given-case.js';

const details = { serviceType: 'home-care' as const };
const requested = (given: GivenCase, id: string, at: string): GivenCase =>
  given.request(id, 'PlacementRequested', { caseId: 'case-1', details }, { at });
const at = (given: GivenCase, asOf: string, knownAt = '30 00:00') =>
  brokerageAt(given.history.requests, { asOf: on(asOf), knownAt: on(knownAt) });

describe('how sourcing stands', () => {
  const given = requested(new GivenCase(), 'r1', '2 10:00')
    .request('r1', 'RequestCompleted', { details }, { at: '2 11:00' })
    .request('r1', 'RequestApproved', {}, { at: '2 12:00' })
    .request('r1', 'RequestClaimed', { broker: 'broker' }, { at: '2 12:30' })
    .request('r1', 'RequestSentToProviders', { wave: 1 }, { at: '2 13:00' })
    .request('r1', 'OfferReceived', { offerId: 'o1', providerId: 'p1', canStartOn: '2026-11-05' }, { at: '2 14:00' })
    .request('r1', 'OfferReceived', { offerId: 'o2', providerId: 'p2', canStartOn: '2026-11-04' }, { at: '2 15:00' })
    .request('r1', 'OfferConfirmed', { offerId: 'o2' }, { at: '2 16:00' })
    .request(
      'r1',
      'PlacementAwarded',
      { offerId: 'o2', providerId: 'p2', startsOn: '2026-11-04', serviceType: 'home-care' },
      { at: '3 10:00' },
    )
    .request('r1', 'PlacementStarted', { providerId: 'p2', startedOn: '2026-11-04' }, { at: '4 10:00' });

  it('follows the request through its states', () => {
    expect(at(given, '2 09:59')).toBeNull();
    expect(
      ['2 10:00', '2 11:00', '2 12:00', '2 12:30', '2 13:00', '2 14:00', '3 10:00', '4 10:00'].map(
        (time) => at(given, time)?.state,
      ),
    ).toEqual(['draft', 'complete', 'approved', 'approved', 'sourcing', 'offered', 'awarded', 'started']);
  });
  it('counts offers, knows those confirmed, and who was awarded', () => {
    expect(at(given, '2 16:00')).toMatchObject({
      offers: 2,
      confirmedOffers: 1,
      awardedProviderId: null,
      startsOn: null,
    });
    expect(at(given, '3 10:00')).toMatchObject({ awardedProviderId: 'p2', startsOn: '2026-11-04' });
  });
  it('goes back to sourcing when the placement fails, and when the last offer is withdrawn', () => {
    const failed = requested(new GivenCase(), 'r1', '2 10:00')
      .request('r1', 'RequestApproved', {}, { at: '2 12:00' })
      .request('r1', 'OfferReceived', { offerId: 'o1', providerId: 'p1', canStartOn: '2026-11-05' }, { at: '2 14:00' })
      .request('r1', 'OfferWithdrawn', { offerId: 'o1' }, { at: '2 15:00' });
    expect(at(failed, '2 15:00')).toMatchObject({ state: 'sourcing', offers: 0 });
    given.request('r1', 'PlacementFailed', { offerId: 'o2', providerId: 'p2' }, { at: '5 10:00' });
    expect(at(given, '5 10:00')).toMatchObject({ state: 'sourcing', awardedProviderId: null, startsOn: null });
  });
  it('is paused while any cause of a pause stands, over whatever state it has', () => {
    const paused = requested(new GivenCase(), 'r1', '2 10:00')
      .request('r1', 'RequestPaused', { because: 'criteria' }, { at: '3 10:00' })
      .request('r1', 'RequestPaused', { because: 'case' }, { at: '3 11:00' })
      .request('r1', 'RequestResumed', { because: 'criteria' }, { at: '3 12:00' })
      .request('r1', 'RequestResumed', { because: 'case' }, { at: '3 13:00' });
    expect(['3 10:00', '3 12:00', '3 13:00'].map((time) => at(paused, time)?.state)).toEqual([
      'paused',
      'paused',
      'draft',
    ]);
  });
  it('shows no offer, no provider and no start of a request that was withdrawn, and again once that is taken back', () => {
    const awarded = requested(new GivenCase(), 'r1', '2 10:00')
      .request('r1', 'RequestApproved', {}, { at: '2 12:00' })
      .request('r1', 'OfferReceived', { offerId: 'o1', providerId: 'p1', canStartOn: '2026-11-05' }, { at: '2 14:00' })
      .request(
        'r1',
        'PlacementAwarded',
        { offerId: 'o1', providerId: 'p1', startsOn: '2026-11-05', serviceType: 'home-care' },
        { at: '3 10:00' },
      )
      .request('r1', 'RequestWithdrawn', { because: 'died' }, { at: '4 10:00' });
    const gone = { state: 'withdrawn', offers: 0, awardedProviderId: null, startsOn: null };
    expect(at(awarded, '4 10:00')).toMatchObject(gone);
    awarded.request('r1', 'RequestReinstated', { undoes: 'died' }, { at: '5 10:00' });
    const back = { state: 'awarded', offers: 1, awardedProviderId: 'p1', startsOn: '2026-11-05' };
    expect(at(awarded, '5 10:00')).toMatchObject(back);
  });
  it('was never withdrawn, once that was taken back', () => {
    const back = requested(new GivenCase(), 'r1', '2 10:00')
      .request('r1', 'RequestWithdrawn', { because: 'died' }, { at: '3 10:00' })
      .request('r1', 'RequestReinstated', { undoes: 'died' }, { at: '5 10:00' });
    expect(at(back, '4 10:00', '5 09:59')?.state).toBe('withdrawn');
    expect(at(back, '4 10:00')?.state).toBe('draft');
  });
  it('shows the newest request that is wanted, before interim ones and withdrawn ones', () => {
    const several = requested(requested(new GivenCase(), 'r1', '2 10:00'), 'r2', '3 10:00').request(
      'r2',
      'RequestWithdrawn',
      { because: 'hand' },
      { at: '4 10:00' },
    );
    expect(at(several, '3 12:00')?.requestId).toBe('r2');
    expect(at(several, '4 12:00')?.requestId).toBe('r1');
    several.request(
      'r3',
      'PlacementRequested',
      { caseId: 'case-1', details: { ...details, interimFor: 'r1' } },
      { at: '5 10:00' },
    );
    expect(at(several, '6 10:00')?.requestId).toBe('r1');
  });
});
