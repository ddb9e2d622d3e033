import {
  approved,
  awardOf,
  claimed,
  completed,
  confirmed,
  given,
  offerOf,
  requested,
  requestOf,
  sourcing,
  standing,
  type Told,
} from '../testing/given.js';

describe('claiming', () => {
  it('keeps a second broker out', () => {
    given(requested, claimed)
      .when({ type: 'claim', broker: 'kim' })
      .thenRefused('request.held-by-another', { broker: 'bo' });
    given(requested, claimed).when({ type: 'release', broker: 'kim' }).thenRefused('request.held-by-another');
  });
  it('again changes nothing', () => {
    given(requested, claimed).when({ type: 'claim', broker: 'bo' }).then();
  });
  it('is undone by a release, after which another may claim', () => {
    given(requested, claimed)
      .when({ type: 'release', broker: 'bo' })
      .then({ type: 'RequestClaimed', data: { broker: null } });
    given(requested, claimed, { type: 'RequestClaimed', data: { broker: null } })
      .when({ type: 'claim', broker: 'kim' })
      .then({ type: 'RequestClaimed', data: { broker: 'kim' } });
  });
});

describe('asking providers', () => {
  const send = { type: 'send', broker: 'bo', providers: [standing('prov-a')] } as const;

  it('needs an approval', () => {
    given(requested, completed, claimed).when(send).thenRefused('request.not-approved');
  });
  it('is refused whole when one of them is blocked', () => {
    for (const status of ['embargoed', 'suspended', 'deregistered'] as const) {
      given(requested, completed, approved)
        .when({ ...send, providers: [standing('prov-a'), standing('prov-b', { status })] })
        .thenRefused(`provider.${status}`, { refused: [{ providerId: 'prov-b', status }] });
    }
  });
  it('is not for a broker who does not hold the request', () => {
    given(requested, completed, approved, claimed)
      .when({ ...send, broker: 'kim' })
      .thenRefused('request.held-by-another');
  });
  it('counts waves on when none is named', () => {
    given(...sourcing)
      .when(send)
      .then({ type: 'RequestSentToProviders', data: { wave: 2, providerIds: ['prov-a'] } });
    given(...sourcing)
      .when({ ...send, wave: 7 })
      .then({ type: 'RequestSentToProviders', data: { wave: 7 } });
  });
});

describe('an offer', () => {
  const offer = {
    type: 'offer',
    offerId: 'o1',
    provider: standing('prov-a', { minimumPrice: 400 }),
    canStartOn: '2026-11-30',
    weeklyPrice: 450,
    notes: null,
  } as const;

  it('is flagged above the ceiling and below the floor', () => {
    given(...sourcing)
      .when(offer)
      .then({ type: 'OfferReceived', data: { flags: [] } });
    given(...sourcing)
      .when({ ...offer, weeklyPrice: 500 })
      .then({ type: 'OfferReceived', data: { flags: [] } });
    given(...sourcing)
      .when({ ...offer, weeklyPrice: 500.01 })
      .then({ type: 'OfferReceived', data: { flags: ['above-ceiling'] } });
    given(...sourcing)
      .when({ ...offer, weeklyPrice: 399 })
      .then({ type: 'OfferReceived', data: { flags: ['below-minimum-price'] } });
  });
  it('is not taken from a blocked provider', () => {
    given(...sourcing)
      .when({ ...offer, provider: standing('prov-a', { status: 'embargoed' }) })
      .thenRefused('provider.embargoed');
  });
  it('makes the request offered, and sourcing again when the last one is taken back', () => {
    expect(requestOf([...sourcing, offerOf('o1')]).status).toBe('offered');
    const back: Told = { type: 'OfferWithdrawn', data: { offerId: 'o1', because: 'provider' } };
    expect(requestOf([...sourcing, offerOf('o1'), offerOf('o2'), back]).status).toBe('offered');
    expect(requestOf([...sourcing, offerOf('o1'), back]).status).toBe('sourcing');
  });
  it('is confirmed once; again changes nothing', () => {
    given(...sourcing, offerOf('o1'))
      .when({ type: 'confirm-offer', offerId: 'o1' })
      .then({ type: 'OfferConfirmed' });
    given(...sourcing, offerOf('o1'), confirmed('o1'))
      .when({ type: 'confirm-offer', offerId: 'o1' })
      .then();
    given(...sourcing)
      .when({ type: 'confirm-offer', offerId: 'o9' })
      .thenRefused('offer.not-found');
  });
  it('that was awarded cannot be taken back, only fail', () => {
    given(...sourcing, offerOf('o1'), confirmed('o1'), awardOf('o1'))
      .when({ type: 'withdraw-offer', offerId: 'o1' })
      .thenRefused('offer.awarded');
  });
  it('is approved only above the ceiling', () => {
    const approve = { type: 'approve-offer', offerId: 'o1', approver: 'Head', by: 'ben' } as const;
    given(...sourcing, offerOf('o1'))
      .when(approve)
      .thenRefused('offer.approval-not-needed');
    given(...sourcing, offerOf('o1', 'prov-a', ['above-ceiling']))
      .when(approve)
      .then({ type: 'OfferApproved' });
  });
});

describe('a pause', () => {
  const pause: Told = { type: 'RequestPaused', data: { because: 'criteria' } };

  it('stops sourcing, and lets facts through', () => {
    given(...sourcing, pause)
      .when({ type: 'send', broker: 'bo', providers: [standing('prov-a')] })
      .thenRefused('request.paused');
    given(...sourcing, pause)
      .when({ type: 'respond', providerId: 'prov-a', response: 'declined', reason: 'capacity' })
      .then({ type: 'ProviderDeclined', data: { reason: 'capacity' } });
    given(...sourcing, offerOf('o1'), pause)
      .when({ type: 'withdraw-offer', offerId: 'o1' })
      .then({ type: 'OfferWithdrawn' });
  });
  it('gives back the state there was, with what happened meanwhile', () => {
    const back: Told = { type: 'OfferWithdrawn', data: { offerId: 'o1', because: 'provider' } };
    const resume: Told = { type: 'RequestResumed', data: { because: 'criteria' } };
    expect(requestOf([...sourcing, offerOf('o1'), pause]).status).toBe('paused');
    expect(requestOf([...sourcing, offerOf('o1'), pause, resume]).status).toBe('offered');
    expect(requestOf([...sourcing, offerOf('o1'), pause, back, resume]).status).toBe('sourcing');
  });
  it('of two causes lasts until both are lifted', () => {
    const other: Told = { type: 'RequestPaused', data: { because: 'case' } };
    const resume: Told = { type: 'RequestResumed', data: { because: 'criteria' } };
    expect(requestOf([...sourcing, pause, other, resume])).toMatchObject({ status: 'paused', causes: ['case'] });
  });
});
