import { PeopleDirectory } from '#libs/people/port.js';
import { BrokerageSetting, must, offered, registered } from '../../../test/support/brokerage.js';

const byFeed = {
  correlationId: 'test',
  actor: { id: 'ward-feed', role: 'feed', organisation: 'RAL' },
  source: 'test',
};

describe('requests follow their case', () => {
  let setting: BrokerageSetting;
  beforeAll(async () => {
    setting = await BrokerageSetting.open();
  });
  afterAll(() => setting.close());

  const closed = (caseId: string, by: 'hand' | 'death' | 'merged') =>
    setting.onCase(caseId, { type: 'CaseClosed', data: { by, reason: null, diedAt: null } });
  const withdrawn = (caseId: string, by: 'hand' | 'admission-cancelled' = 'hand') =>
    setting.onCase(caseId, { type: 'ReferralWithdrawn', data: { by, reason: null } });
  const discharged = (caseId: string) =>
    setting.onCase(caseId, {
      type: 'CaseDischarged',
      data: {
        by: 'ward',
        stayId: null,
        dischargedAt: new Date().toISOString(),
        destinationCode: '19',
        methodCode: '1',
      },
    });
  const paused = (caseId: string, by: 'hand' | 'criteria' = 'criteria', at?: string) =>
    setting.onCase(caseId, { type: 'CasePaused', data: { by, reason: null } }, at);
  const resumed = (caseId: string, by: 'hand' | 'criteria' = 'criteria', at?: string) =>
    setting.onCase(caseId, { type: 'CaseResumed', data: { by } }, at);
  const states = async (caseId: string) =>
    (await setting.requestsOf(caseId)).map((request) => [request['serviceType'], request['state']]);

  it('a pathway opens a draft of its kind, and the same pathway again opens none', async () => {
    for (const [pathway, serviceType] of [
      [1, 'reablement'],
      [2, 'rehab-bed'],
      [3, 'residential'],
    ] as const) {
      const caseId = await setting.referred();
      await setting.pathway(caseId, pathway);
      await setting.pathway(caseId, pathway);
      expect(await states(caseId)).toEqual([[serviceType, 'draft']]);
    }
    const none = await setting.referred();
    await setting.pathway(none, 0);
    expect(await states(none)).toEqual([]);
  });

  it('another pathway changes a draft, and withdraws and asks anew what is past that', async () => {
    const caseId = await setting.referred();
    await setting.pathway(caseId, 1);
    await setting.app.settled();
    await setting.pathway(caseId, 2);
    expect(await states(caseId)).toEqual([['rehab-bed', 'draft']]);
    const [draft] = await setting.requestsOf(caseId);
    const idt = await setting.app.api('idt');
    await must(
      idt.post(`/placement-requests/${String(draft?.['requestId'])}/complete`, {
        needs: { summary: 'a bed' },
        startBy: '2026-12-01',
        outwardPostcode: 'NW4',
        preferences: {},
        funding: 'discharge-fund',
      }),
    );
    await setting.pathway(caseId, 3);
    expect(await states(caseId)).toEqual([
      ['rehab-bed', 'withdrawn'],
      ['residential', 'draft'],
    ]);
  });

  it('a pathway of 0 withdraws the request, and one marked in error gives back what it withdrew', async () => {
    const caseId = await setting.referred();
    await setting.pathway(caseId, 1);
    await setting.app.settled();
    const mistake = await setting.pathway(caseId, 0);
    expect(await states(caseId)).toEqual([['reablement', 'withdrawn']]);
    await setting.inError(caseId, mistake, 'PathwayAssigned');
    expect(await states(caseId)).toEqual([['reablement', 'draft']]);
  });

  it('the only pathway marked in error withdraws its request', async () => {
    const caseId = await setting.referred();
    const mistake = await setting.pathway(caseId, 1);
    await setting.app.settled();
    await setting.inError(caseId, mistake, 'PathwayAssigned');
    expect(await states(caseId)).toEqual([['reablement', 'withdrawn']]);
  });

  it('the pathway decided last counts, not the one entered last', async () => {
    const caseId = await setting.referred();
    await setting.pathway(caseId, 2, '2026-11-20T10:00:00.000Z');
    await setting.pathway(caseId, 1, '2026-11-19T10:00:00.000Z');
    expect(await states(caseId)).toEqual([['rehab-bed', 'draft']]);
  });

  it('a request that a hand withdrew is not asked for again', async () => {
    const caseId = await setting.referred();
    await setting.pathway(caseId, 1);
    const [draft] = await setting.requestsOf(caseId);
    const idt = await setting.app.api('idt');
    await must(
      idt.post(`/placement-requests/${String(draft?.['requestId'])}/withdraw`, { reason: 'family will help' }),
    );
    await setting.pathway(caseId, 1);
    await paused(caseId);
    await resumed(caseId);
    expect(await states(caseId)).toEqual([['reablement', 'withdrawn']]);
  });

  it('a withdrawn referral withdraws every request, and its reopening gives them back as they were', async () => {
    const broker = await setting.app.api('broker');
    const { caseId, requestId } = await offered(setting, [await registered(broker)]);
    await setting.app.settled();
    await withdrawn(caseId, 'admission-cancelled');
    await setting.app.settled();
    const gone = await broker.get(`/placement-requests/${requestId}`);
    expect(gone.json).toMatchObject({
      state: 'withdrawn',
      withdrawnBecause: 'referral-withdrawn',
      offers: [{ state: 'withdrawn' }],
    });
    await setting.onCase(caseId, { type: 'CaseReopened', data: { undoes: 'admission-cancelled' } });
    await setting.app.settled();
    const back = await broker.get(`/placement-requests/${requestId}`);
    expect(back.json).toMatchObject({ state: 'offered', offers: [{ state: 'confirmed' }], broker: 'broker' });
  });

  it('a withdrawal of the referral marked in error gives the requests back too', async () => {
    const caseId = await setting.referred();
    await setting.pathway(caseId, 1);
    await setting.app.settled();
    const mistake = await withdrawn(caseId);
    expect(await states(caseId)).toEqual([['reablement', 'withdrawn']]);
    await setting.inError(caseId, mistake, 'ReferralWithdrawn');
    expect(await states(caseId)).toEqual([['reablement', 'draft']]);
  });

  it('no request can be opened on a case that ended', async () => {
    const caseId = await setting.referred();
    await closed(caseId, 'hand');
    const idt = await setting.app.api('idt');
    const answer = await idt.post('/placement-requests', { caseId, serviceType: 'nursing' });
    expect(answer.json).toMatchObject({ status: 409, code: 'case.not-open' });
  });

  it('death withdraws also care that has begun, and a death taken back gives it back', async () => {
    const broker = await setting.app.api('broker');
    const { caseId, requestId, offerIds } = await offered(setting, [await registered(broker)]);
    await must(broker.post(`/placement-requests/${requestId}/award`, { offerId: offerIds[0], reason: 'r' }));
    await must(broker.post(`/placement-requests/${requestId}/start`, {}));
    await setting.app.settled();
    await closed(caseId, 'death');
    await setting.app.settled();
    expect((await broker.get(`/placement-requests/${requestId}`)).json).toMatchObject({
      state: 'withdrawn',
      withdrawnBecause: 'died',
      awardedProviderId: null,
    });
    await setting.onCase(caseId, { type: 'CaseReopened', data: { undoes: 'death' } });
    await setting.app.settled();
    expect((await broker.get(`/placement-requests/${requestId}`)).json).toMatchObject({ state: 'started' });
  });

  it('a death after the discharge withdraws what was still to come', async () => {
    const broker = await setting.app.api('broker');
    const { caseId, requestId } = await offered(setting, [await registered(broker)]);
    await discharged(caseId);
    await setting.app.settled();
    const directory = setting.app.get(PeopleDirectory);
    const at = new Date().toISOString();
    await directory.recordDeath(setting.personOf(caseId), at, 'RAL', byFeed, at);
    await setting.app.settled();
    expect((await broker.get(`/placement-requests/${requestId}`)).json).toMatchObject({ withdrawnBecause: 'died' });
    await directory.withdrawDeath(setting.personOf(caseId), 'RAL', byFeed, at);
    await setting.app.settled();
    expect((await broker.get(`/placement-requests/${requestId}`)).json).toMatchObject({ state: 'offered' });
  });

  it('criteria met again pause a request, and the time is counted out of its clock', async () => {
    const broker = await setting.app.api('broker');
    const { caseId, requestId } = await offered(setting, [await registered(broker)]);
    const view = async () => (await broker.get(`/placement-requests/${requestId}`)).json;
    await setting.app.settled();
    const { clock } = await view();
    const from = Date.parse(String((clock as { startedAt?: unknown }).startedAt));
    await paused(caseId, 'criteria', new Date(from + 60_000).toISOString());
    await setting.app.settled();
    expect(await view()).toMatchObject({ state: 'paused', pausedBy: ['criteria'] });
    const refused = await broker.post(`/placement-requests/${requestId}/send`, { providerIds: ['prov-1'], wave: 2 });
    expect(refused.json).toMatchObject({ status: 409, code: 'request.paused' });
    await paused(caseId, 'hand');
    await resumed(caseId, 'criteria');
    await setting.app.settled();
    expect(await view()).toMatchObject({ state: 'paused', pausedBy: ['case'] });
    await resumed(caseId, 'hand', new Date(from + 120_000).toISOString());
    await setting.app.settled();
    expect(await view()).toMatchObject({ state: 'offered' });
  });

  it('a request opened while its case is paused is paused too; a discharge lets it go on', async () => {
    const caseId = await setting.referred();
    await paused(caseId);
    await setting.pathway(caseId, 1);
    expect(await states(caseId)).toEqual([['reablement', 'paused']]);
    await discharged(caseId);
    expect(await states(caseId)).toEqual([['reablement', 'draft']]);
    await setting.onCase(caseId, { type: 'DischargeReversed', data: { stayId: null } });
    expect(await states(caseId)).toEqual([['reablement', 'paused']]);
  });

  it('an award stands when the case is closed after the discharge', async () => {
    const broker = await setting.app.api('broker');
    const { caseId, requestId, offerIds } = await offered(setting, [await registered(broker)]);
    await must(broker.post(`/placement-requests/${requestId}/award`, { offerId: offerIds[0], reason: 'r' }));
    await discharged(caseId);
    await closed(caseId, 'hand');
    expect(await states(caseId)).toEqual([['home-care', 'awarded']]);
  });

  it('dealing with the whole log again changes nothing, with or without what was remembered', async () => {
    await setting.app.settled();
    const { pool } = setting.app;
    const count = async () => (await pool.query<{ n: string }>('SELECT count(*) AS n FROM log.events')).rows[0]?.n;
    const before = await count();
    for (const forgets of [false, true]) {
      if (forgets)
        await pool.query(
          'TRUNCATE brokerage.followed_case_v1, brokerage.followed_request_v1, brokerage.provider_request_v1',
        );
      await setting.replayPolicies();
      expect(await count()).toBe(before);
    }
  });
});
