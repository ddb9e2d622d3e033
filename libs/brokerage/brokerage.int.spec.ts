import { BrokerageSetting, itemsOf, must, offered, registered, wholeRequest } from '../../test/support/brokerage.js';

describe('brokerage, over HTTP', () => {
  let setting: BrokerageSetting;
  beforeAll(async () => {
    setting = await BrokerageSetting.open();
  });
  afterAll(() => setting.close());

  it('takes a request from its draft to the care that began', async () => {
    const { app } = setting;
    const [idt, broker] = await Promise.all([app.api('idt'), app.api('broker')]);
    const providerId = await registered(broker, { languages: ['Greek'], skills: ['dementia'] });
    await must(
      broker.post(`/providers/${providerId}/capacity`, {
        serviceType: 'home-care',
        accepting: 2,
        asOf: new Date().toISOString(),
      }),
    );
    const caseId = await setting.referred();

    const opened = await idt.post('/placement-requests', { caseId, serviceType: 'home-care' });
    expect(opened.status).toBe(201);
    const requestId = opened.text('requestId');
    expect(opened.json['id']).toBe(requestId);
    const path = `/placement-requests/${requestId}`;

    const incomplete = await idt.post(`${path}/complete`, { funding: 'local-authority' });
    expect(incomplete.status).toBe(409);
    expect(incomplete.json).toMatchObject({
      code: 'request.incomplete',
      missing: ['needs', 'startBy', 'outwardPostcode', 'preferences'],
    });
    await must(idt.post(`${path}/complete`, wholeRequest));

    const own = await idt.post(`${path}/approve`, { approver: 'somebody' });
    expect(own.json).toMatchObject({ status: 409, code: 'request.approver-is-requester' });
    const named = await broker.post(`${path}/approve`, { approver: 'idt' });
    expect(named.json).toMatchObject({ status: 409, code: 'request.approver-is-requester' });
    await must(broker.post(`${path}/approve`, { approver: 'Head of service' }));

    await must(broker.post(`${path}/claim`, {}));
    const matches = await broker.get(`${path}/matches`);
    expect(matches.json['matches']).toMatchObject([{ providerId, staleCapacity: false }]);
    const sent = await must(broker.post(`${path}/send`, { providerIds: [providerId], wave: 1 }));
    expect(sent.json['notices']).toEqual([{ providerId, url: expect.stringMatching(/^\/offers\/[\w.-]+$/) }]);

    await must(broker.post(`${path}/responses`, { providerId, response: 'interested' }));
    const offer = await broker.post(`${path}/offers`, {
      providerId,
      canStartOn: '2026-11-30',
      weeklyPrice: 480,
      notes: 'two carers at noon',
    });
    expect(offer.status).toBe(201);
    const offerId = offer.text('offerId');

    const early = await broker.post(`${path}/award`, { offerId, reason: 'earliest start' });
    expect(early.json).toMatchObject({ status: 409, code: 'offer.not-confirmed' });
    await must(broker.post(`${path}/offers/${offerId}/confirm`, {}));
    await must(broker.post(`${path}/award`, { offerId, reason: 'earliest start', familyChoice: true }));
    const started = await must(broker.post(`${path}/start`, {}));

    const view = await broker.get(`${path}?waitFor=${started.text('position')}`);
    expect(view.json).toMatchObject({
      requestId,
      caseId,
      personId: setting.personOf(caseId),
      state: 'started',
      serviceType: 'home-care',
      needs: wholeRequest.needs,
      preferences: wholeRequest.preferences,
      broker: 'broker',
      requester: 'idt',
      awardedProviderId: providerId,
      startsOn: '2026-11-30',
      missing: [],
      interimFor: null,
      offers: [{ offerId, state: 'awarded', weeklyPrice: 480, notes: 'two carers at noon', flags: [] }],
      responses: [{ providerId, response: 'interested' }],
      clock: { targetHours: 24, pausedHours: 0 },
    });
    const list = await broker.get(`/placement-requests?state=started&mine=true&caseId=${caseId}`);
    expect(itemsOf(list)).toMatchObject([{ requestId, broker: 'broker', counts: { sent: 1, interested: 1 } }]);
  });

  it('keeps nothing personal in the clear in the log', async () => {
    const broker = await setting.app.api('broker');
    const { requestId } = await offered(setting, [await registered(broker)]);
    const { rows } = await setting.app.pool.query<{ text: string }>(
      `SELECT string_agg(to_jsonb(e)::text, ' ') AS text FROM (SELECT * FROM log.events WHERE stream_id = $1) e`,
      [`request-${requestId}`],
    );
    expect(rows[0]?.text).toContain('PlacementRequested');
    expect(rows[0]?.text).not.toMatch(/washing|Greek|female/);
  });

  it('does not know a case that nobody referred', async () => {
    const idt = await setting.app.api('idt');
    const answer = await idt.post('/placement-requests', { caseId: 'nobody', serviceType: 'nursing' });
    expect(answer.json).toMatchObject({ status: 404, code: 'case.not-found' });
  });
});
