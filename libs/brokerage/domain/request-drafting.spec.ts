import { approved, completed, given, requested, requestOf, sourcing, whole } from '../testing/given.js';

describe('a draft', () => {
  it('is opened with a case and a service type', () => {
    given()
      .when({ type: 'open', caseId: 'c1', by: 'hand', details: { serviceType: 'nursing' } })
      .then({ type: 'PlacementRequested', data: { caseId: 'c1', by: 'hand', details: { serviceType: 'nursing' } } });
  });

  it('says which fields are missing, and that empty needs are none', () => {
    given(requested)
      .when({ type: 'complete', by: 'anna', details: { needs: {}, funding: 'chc' } })
      .thenRefused('request.incomplete', { missing: ['needs', 'startBy', 'outwardPostcode', 'preferences'] });
  });

  it('is completed from what it had and what is given now, and may change its type until then', () => {
    const { needs, ...rest } = whole;
    const draft = {
      ...requested,
      data: { caseId: 'c1', by: 'hand' as const, details: { serviceType: 'reablement' as const, needs } },
    };
    given({ ...draft, type: 'PlacementRequested' })
      .when({ type: 'complete', by: 'anna', details: rest })
      .then({ type: 'RequestCompleted', data: { details: rest, completedBy: 'anna' } });
  });

  it('is not completed twice', () => {
    given(requested, completed)
      .when({ type: 'complete', by: 'anna', details: whole })
      .thenRefused('request.already-complete');
  });

  it('keeps its sealed needs when it is completed without them', () => {
    const sealed = { sealed: 'x', by: 'p', in: 'e', field: 'details.needs' };
    const { needs: _needs, ...rest } = whole;
    const request = requestOf([
      {
        type: 'PlacementRequested',
        data: { caseId: 'c1', by: 'hand', details: { serviceType: 'home-care', needs: sealed } },
      },
      { type: 'RequestCompleted', data: { details: rest, completedBy: 'anna' } },
    ]);
    expect(request).toMatchObject({ status: 'complete', details: { needs: sealed, startBy: '2026-12-01' } });
  });
});

describe('an approval', () => {
  const approve = { type: 'approve', approver: 'Ben', by: 'ben', named: null } as const;

  it('starts the clock of sourcing', () => {
    given(requested, completed)
      .when(approve)
      .then({ type: 'RequestApproved', data: { approver: 'Ben', approvedBy: 'ben' } });
    expect(requestOf([requested, completed, { ...approved, at: '2026-11-20T10:00:00.000Z' }])).toMatchObject({
      status: 'approved',
      sourcingFrom: '2026-11-20T10:00:00.000Z',
    });
  });

  it('is refused to the requester', () => {
    given(requested, completed)
      .when({ ...approve, by: 'anna' })
      .thenRefused('request.approver-is-requester');
  });

  it('is refused in the name of the requester, whoever is signed in', () => {
    given(requested, completed)
      .when({ ...approve, named: 'anna' })
      .thenRefused('request.approver-is-requester');
  });

  it('needs a complete request', () => {
    given(requested).when(approve).thenRefused('request.not-complete');
    given(requested, completed, approved).when(approve).thenRefused('request.already-approved');
  });
});

describe('a request', () => {
  it('that nobody opened is not found, whatever is asked of it', () => {
    given().when({ type: 'claim', broker: 'bo' }).thenRefused('request.not-found');
    given().when({ type: 'withdraw', reason: 'x' }).thenRefused('request.not-found');
    given().when({ type: 'acknowledge', providerId: 'prov-a', acknowledgedBy: 'x' }).thenRefused('request.not-found');
  });

  it('that is withdrawn takes nothing more but receipts of those who were asked', () => {
    const gone = [...sourcing, { type: 'RequestWithdrawn', data: { because: 'hand', reason: 'goes home' } }] as const;
    given(...gone)
      .when({ type: 'claim', broker: 'bo' })
      .thenRefused('request.withdrawn');
    given(...gone)
      .when({ type: 'withdraw', reason: 'again' })
      .thenRefused('request.withdrawn');
    given(...gone)
      .when({ type: 'acknowledge', providerId: 'prov-a', acknowledgedBy: 'Sam' })
      .then({ type: 'WithdrawalAcknowledged', data: { providerId: 'prov-a' } });
    given(...gone)
      .when({ type: 'acknowledge', providerId: 'prov-z', acknowledgedBy: 'Sam' })
      .thenRefused('provider.not-asked');
    given(...sourcing)
      .when({ type: 'acknowledge', providerId: 'prov-a', acknowledgedBy: 'S' })
      .thenRefused('request.not-withdrawn');
  });
});
