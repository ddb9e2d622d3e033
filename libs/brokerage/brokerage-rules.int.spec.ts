import { EmbargoTicker } from './policies/embargo-ticker.js';
import { RequestQueue } from './request-queue/request-queue.js';
import { HandClock } from '../../test/support/hand-clock.js';
import { BrokerageSetting, itemsOf, must, offered, registered, wholeRequest } from '../../test/support/brokerage.js';

const day = 86_400_000;

describe('the rules of brokerage, over HTTP', () => {
  const clock = new HandClock();
  let setting: BrokerageSetting;
  beforeAll(async () => {
    setting = await BrokerageSetting.open({ clock });
  });
  afterAll(() => setting.close());
  afterEach(() => {
    clock.ahead = 0;
  });
  const dateIn = (days: number): string => new Date(Date.now() + days * day).toISOString().slice(0, 10);

  it('an embargo withdraws the open offers of the provider and flags its unstarted awards', async () => {
    const broker = await setting.app.api('broker');
    const [blocked, other] = [await registered(broker), await registered(broker)];
    const open = await offered(setting, [blocked, other]);
    const taken = await offered(setting, [blocked]);
    await must(
      broker.post(`/placement-requests/${taken.requestId}/award`, { offerId: taken.offerIds[0], reason: 'r' }),
    );
    await must(
      broker.post(`/providers/${blocked}/status`, { status: 'embargoed', reason: 'inspection', from: dateIn(0) }),
    );
    await setting.app.settled();
    const openNow = await broker.get(`/placement-requests/${open.requestId}`);
    expect(openNow.json).toMatchObject({ state: 'offered', offers: [{ state: 'withdrawn' }, { state: 'confirmed' }] });
    const takenNow = await broker.get(`/placement-requests/${taken.requestId}`);
    expect(takenNow.json).toMatchObject({ state: 'awarded', awardInDoubt: 'embargoed' });
    const send = await broker.post(`/placement-requests/${open.requestId}/send`, { providerIds: [blocked], wave: 2 });
    expect(send.json).toMatchObject({ status: 409, code: 'provider.embargoed', providerId: blocked });
    const matches = await broker.get(`/placement-requests/${open.requestId}/matches`);
    expect(matches.json['excluded']).toContainEqual({
      providerId: blocked,
      reasons: [expect.stringContaining('embargoed')],
    });
    await must(broker.post(`/providers/${blocked}/status`, { status: 'open', reason: 'lifted', from: dateIn(0) }));
    expect(
      (await broker.post(`/placement-requests/${open.requestId}/send`, { providerIds: [blocked], wave: 2 })).status,
    ).toBe(200);
  });

  it('an embargo set for a day to come takes effect on that day', async () => {
    const broker = await setting.app.api('broker');
    const providerId = await registered(broker);
    const { requestId, offerIds } = await offered(setting, [providerId]);
    await must(
      broker.post(`/providers/${providerId}/status`, {
        status: 'suspended',
        reason: 'x',
        from: dateIn(3),
        to: dateIn(5),
      }),
    );
    await setting.app.settled();
    const state = async (api = broker) => (await api.get(`/placement-requests/${requestId}`)).json['state'];
    const tick = () => setting.app.get(EmbargoTicker).tick();
    await tick();
    expect(await state()).toBe('offered');
    clock.ahead = 4 * day;
    const then = await setting.app.api('broker');
    const refused = await then.post(`/placement-requests/${requestId}/award`, { offerId: offerIds[0], reason: 'r' });
    expect(refused.json).toMatchObject({ status: 409, code: 'provider.suspended' });
    await tick();
    await tick();
    expect(await state(then)).toBe('sourcing');
    clock.ahead = 6 * day;
    const after = await setting.app.api('broker');
    expect((await after.get(`/providers/${providerId}`)).json).toMatchObject({ status: 'open' });
  });

  it('an award looks at capacity again, and at the ceiling', async () => {
    const broker = await setting.app.api('broker');
    const idt = await setting.app.api('idt');
    const providerId = await registered(broker);
    const { requestId, offerIds } = await offered(setting, [providerId], { weeklyPrice: 700 });
    const path = `/placement-requests/${requestId}`;
    const award = () => broker.post(`${path}/award`, { offerId: offerIds[0], reason: 'r' });
    expect((await award()).json).toMatchObject({ status: 409, code: 'offer.above-ceiling' });
    await must(idt.post(`${path}/offers/${String(offerIds[0])}/approve`, { approver: 'head of service' }));
    const full = { serviceType: 'home-care', accepting: 0, asOf: new Date().toISOString() };
    await must(broker.post(`/providers/${providerId}/capacity`, full));
    expect((await award()).json).toMatchObject({ status: 409, code: 'provider.no-capacity' });
    await must(
      broker.post(`/providers/${providerId}/capacity`, { ...full, accepting: 1, asOf: new Date().toISOString() }),
    );
    expect((await award()).status).toBe(200);
  });

  it('matches rank stale capacity last and mark it, and leave out who has none', async () => {
    const broker = await setting.app.api('broker');
    const report = (providerId: string, accepting: number, days: number) =>
      must(
        broker.post(`/providers/${providerId}/capacity`, {
          serviceType: 'extra-care',
          accepting,
          asOf: new Date(Date.now() - days * day).toISOString(),
        }),
      );
    const make = () => registered(broker, { services: ['extra-care'], cqcRating: 'good' });
    const [fresh, stale, none, foreign] = [
      await make(),
      await make(),
      await make(),
      await registered(broker, { services: ['extra-care'], areas: ['SW1'] }),
    ];
    await report(fresh, 1, 2);
    await report(stale, 9, 32);
    await report(none, 0, 1);
    const { requestId } = await offered(setting, [fresh], { serviceType: 'extra-care' });
    const { json } = await broker.get(`/placement-requests/${requestId}/matches`);
    const matches = json['matches'] as readonly { providerId: string; staleCapacity: boolean; reasons: string[] }[];
    expect(matches.map(({ providerId, staleCapacity }) => [providerId, staleCapacity])).toEqual([
      [fresh, false],
      [stale, true],
    ]);
    expect(matches[1]?.reasons.join()).toContain('stale');
    const excluded = json['excluded'] as readonly { providerId: string; reasons: string[] }[];
    const why = new Map(excluded.map(({ providerId, reasons }) => [providerId, reasons.join()]));
    expect(why.get(none)).toContain('no capacity');
    expect(why.get(foreign)).toContain('area');
  });

  it('a failed placement reopens its request with its history and its broker', async () => {
    const broker = await setting.app.api('broker');
    const { requestId, offerIds } = await offered(setting, [await registered(broker)]);
    const path = `/placement-requests/${requestId}`;
    await must(broker.post(`${path}/award`, { offerId: offerIds[0], reason: 'r' }));
    await must(broker.post(`${path}/fail`, { reason: 'no staff after all' }));
    const { json } = await broker.get(path);
    expect(json).toMatchObject({
      state: 'sourcing',
      broker: 'broker',
      awardedProviderId: null,
      offers: [{ state: 'failed' }],
      failures: [{ reason: 'no staff after all' }],
    });
    expect((json['history'] as readonly { type: string }[]).map(({ type }) => type)).toContain('PlacementAwarded');
  });

  it('a withdrawal is acknowledged by those who were asked', async () => {
    const broker = await setting.app.api('broker');
    const providerId = await registered(broker);
    const { requestId } = await offered(setting, [providerId]);
    const path = `/placement-requests/${requestId}`;
    const early = await broker.post(`${path}/withdrawal-receipts`, { providerId, acknowledgedBy: 'Sam' });
    expect(early.json).toMatchObject({ status: 409, code: 'request.not-withdrawn' });
    const withdrawn = await must(broker.post(`${path}/withdraw`, { reason: 'goes home with family' }));
    expect(withdrawn.json['notices']).toHaveLength(1);
    await must(broker.post(`${path}/withdrawal-receipts`, { providerId, acknowledgedBy: 'Sam' }));
    expect((await broker.get(path)).json).toMatchObject({
      state: 'withdrawn',
      withdrawal: { reason: 'goes home with family' },
      receipts: [{ providerId, acknowledgedBy: 'Sam' }],
    });
  });

  it('an interim request is linked to the one that is wanted', async () => {
    const idt = await setting.app.api('idt');
    const caseId = await setting.referred();
    const wanted = (await idt.post('/placement-requests', { caseId, serviceType: 'nursing' })).text('requestId');
    const interim = await idt.post('/placement-requests', { caseId, serviceType: 'respite', interimFor: wanted });
    expect((await idt.get(`/placement-requests/${interim.text('requestId')}`)).json).toMatchObject({
      interimFor: wanted,
    });
    const elsewhere = await idt.post('/placement-requests', {
      caseId: await setting.referred(),
      serviceType: 'respite',
      interimFor: wanted,
    });
    expect(elsewhere.json).toMatchObject({ status: 400, errors: [{ field: 'interimFor' }] });
  });

  it('refuses what is malformed, field by field', async () => {
    const idt = await setting.app.api('idt');
    const broker = await setting.app.api('broker');
    const caseId = await setting.referred();
    const post = async (body: object) =>
      (await idt.post('/placement-requests', { caseId, serviceType: 'home-care', ...body })).json;
    expect(await post({ serviceType: 'hotel' })).toMatchObject({ status: 400, errors: [{ field: 'serviceType' }] });
    // Not even a draft is a draft of nothing.
    for (const serviceType of [undefined, null]) {
      expect(await post({ serviceType })).toMatchObject({ status: 400, errors: [{ field: 'serviceType' }] });
    }
    expect(await post({ outwardPostcode: 'NW4 1AB' })).toMatchObject({
      status: 400,
      errors: [{ field: 'outwardPostcode' }],
    });
    expect(await post({ startBy: '2026-02-30' })).toMatchObject({ status: 400, errors: [{ field: 'startBy' }] });
    expect(await post({ hoursPerWeek: 200 })).toMatchObject({ status: 400, errors: [{ field: 'hoursPerWeek' }] });
    expect(await post({ needs: ['x'] })).toMatchObject({ status: 400, errors: [{ field: 'needs' }] });
    expect(await post({ preferences: { shoes: 'x' } })).toMatchObject({
      status: 400,
      errors: [{ field: 'preferences.shoes' }],
    });
    expect(await post({ surprise: 1 })).toMatchObject({ status: 400, errors: [{ field: 'surprise' }] });
    expect(await post({ occurredAt: new Date(Date.now() + 600_000).toISOString() })).toMatchObject({ status: 400 });
    expect((await idt.get('/placement-requests?state=lost')).status).toBe(400);
    expect((await broker.put('/providers/a%20b', {})).status).toBe(400);
    const provider = await registered(broker);
    const status = { status: 'embargoed', reason: 'x', from: '2026-11-10', to: '2026-11-09' };
    expect((await broker.post(`/providers/${provider}/status`, status)).json).toMatchObject({
      status: 400,
      errors: [{ field: 'to' }],
    });
    const price = { minimumSustainablePrice: { hotel: 3 } };
    await expect(registered(broker, price)).rejects.toThrow('minimumSustainablePrice');
    await expect(registered(broker, { cqcLocationId: '1-999' }, provider)).rejects.toThrow('provider.another-location');
  });

  describe('a provider', () => {
    it('sees only what it was asked for, its own offers, and nobody’s identity', async () => {
      const broker = await setting.app.api('broker');
      const provider = await setting.app.api('provider');
      await registered(broker, {}, 'prov-a');
      const other = await registered(broker);
      const mine = await offered(setting, ['prov-a', other]);
      const theirs = await offered(setting, [other]);
      await setting.app.settled();
      const seen = itemsOf(await provider.get('/placement-requests'));
      expect(seen.map((item) => item['requestId'])).toContain(mine.requestId);
      expect(seen.map((item) => item['requestId'])).not.toContain(theirs.requestId);
      expect((await provider.get(`/placement-requests/${theirs.requestId}`)).status).toBe(404);
      const view = await provider.get(`/placement-requests/${mine.requestId}`);
      expect(view.json).toMatchObject({
        awarded: false,
        person: null,
        offers: [{ providerId: 'prov-a', state: 'confirmed' }],
      });
      expect(JSON.stringify([seen, view.body])).not.toMatch(
        new RegExp(`Testcase|${other}|${mine.caseId}|weeklyCeiling|personId`),
      );
      expect(itemsOf(await provider.get('/providers')).map((item) => item['providerId'])).toEqual(['prov-a']);
      expect((await provider.get(`/providers/${other}`)).status).toBe(404);
    });

    it('answers only for itself, and only what it was asked', async () => {
      const broker = await setting.app.api('broker');
      const provider = await setting.app.api('provider');
      const other = await registered(broker);
      const mine = await offered(setting, ['prov-a', other]);
      const theirs = await offered(setting, [other]);
      const path = `/placement-requests/${mine.requestId}`;
      const terms = { canStartOn: '2026-12-01', weeklyPrice: 1 };
      expect((await provider.post(`${path}/offers`, { providerId: other, ...terms })).status).toBe(403);
      expect((await provider.post(`${path}/offers`, { providerId: 'prov-a', ...terms })).status).toBe(201);
      const foreign = `/placement-requests/${theirs.requestId}`;
      expect((await provider.post(`${foreign}/offers`, { providerId: 'prov-a', ...terms })).status).toBe(404);
      expect(
        (await provider.post(`${foreign}/responses`, { providerId: 'prov-a', response: 'interested' })).status,
      ).toBe(404);
      expect((await provider.post(`${path}/offers/${String(mine.offerIds[1])}/withdraw`, {})).status).toBe(404);
      expect((await provider.post(`${path}/offers/${String(mine.offerIds[0])}/withdraw`, {})).status).toBe(200);
      expect((await provider.post(`${path}/award`, { offerId: mine.offerIds[0], reason: 'me' })).status).toBe(403);
      expect((await provider.get(`${path}/matches`)).status).toBe(403);
      const capacity = { serviceType: 'home-care', accepting: 1, asOf: '2026-11-20' };
      expect((await provider.post('/providers/prov-a/capacity', capacity)).status).toBe(200);
      expect((await provider.post(`/providers/${other}/capacity`, capacity)).status).toBe(403);
      expect((await provider.put('/providers/prov-a', {})).status).toBe(403);
    });

    it('learns who it is once the placement is awarded to it, and no longer when it failed', async () => {
      const broker = await setting.app.api('broker');
      const provider = await setting.app.api('provider');
      const mine = await offered(setting, ['prov-a']);
      const path = `/placement-requests/${mine.requestId}`;
      await must(broker.post(`${path}/award`, { offerId: mine.offerIds[0], reason: 'r' }));
      expect((await provider.get(path)).json).toMatchObject({
        awarded: true,
        person: { name: 'Una Testcase' },
        needs: wholeRequest.needs,
      });
      await must(broker.post(`${path}/fail`, { reason: 'r' }));
      expect((await provider.get(path)).json).toMatchObject({ awarded: false, person: null });
    });
  });

  it('others than brokers and the team see and do nothing', async () => {
    const broker = await setting.app.api('broker');
    const { requestId } = await offered(setting, [await registered(broker)]);
    for (const name of ['ward', 'analyst', 'reablement']) {
      const api = await setting.app.api(name);
      expect((await api.get(`/placement-requests/${requestId}`)).status).toBe(403);
      expect((await api.post(`/placement-requests/${requestId}/withdraw`, { reason: 'x' })).status).toBe(403);
    }
    const idt = await setting.app.api('idt');
    expect((await idt.post(`/placement-requests/${requestId}/claim`, {})).status).toBe(403);
    const nobody = await setting.app.api();
    expect((await nobody.get('/placement-requests')).status).toBe(401);
  });

  it('tells the queue live, with a position to resume from', async () => {
    const { app } = setting;
    const idt = await app.api('idt');
    const stop = new AbortController();
    const headers = { authorization: `Bearer ${idt.token ?? ''}` };
    const response = await fetch(`${app.url}/api/v1/placement-requests/stream`, { headers, signal: stop.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const opened = await idt.post('/placement-requests', { caseId: await setting.referred(), serviceType: 'live-in' });
    const requestId = opened.text('requestId');
    const told = await readUntil(response, requestId);
    stop.abort();
    const id = Number(/id: (\d+)\ndata: [^\n]*$/.exec(told.slice(0, told.indexOf(requestId)))?.[1]);
    expect(id).toBeGreaterThan(0);
    const again = new AbortController();
    const resumed = await fetch(`${app.url}/api/v1/placement-requests/stream`, {
      headers: { ...headers, 'last-event-id': String(Number(opened.text('position')) - 1) },
      signal: again.signal,
    });
    expect(await readUntil(resumed, requestId)).toContain('"state":"draft"');
    again.abort();
  });

  it('tells every request of a case that changed, and lets go of none at the end of a page', async () => {
    const { app } = setting;
    const idt = await app.api('idt');
    const caseId = await setting.referred();
    const opened: string[] = [];
    for (const serviceType of ['nursing', 'respite', 'live-in']) {
      opened.push((await must(idt.post('/placement-requests', { caseId, serviceType }))).text('requestId'));
    }
    await app.settled();
    const before = await app.store.head();
    await setting.pathway(caseId, 0);
    await app.settled();
    const page = await app.get(RequestQueue).changed('case', before, null, 2);
    expect(page.map(({ row }) => row.requestId).sort()).toEqual([...opened].sort());
    const stop = new AbortController();
    const response = await fetch(`${app.url}/api/v1/placement-requests/stream`, {
      headers: { authorization: `Bearer ${idt.token ?? ''}`, 'last-event-id': before },
      signal: stop.signal,
    });
    const told = await readUntil(response, ...opened);
    stop.abort();
    // Whoever is cut off before the last of them gets them all again.
    const ids = [...told.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids).toHaveLength(3);
    expect(ids.slice(0, -1)).toEqual([Number(before), Number(before)]);
  });

  it.each(['99999999999', 'yesterday', '1e3', '-1', '9'.repeat(40)])(
    'tells a reader who resumes from %s, which is nowhere here, to read the queue anew',
    async (position) => {
      const { token = '' } = await setting.app.api('broker');
      const stop = new AbortController();
      const response = await fetch(`${setting.app.url}/api/v1/placement-requests/stream`, {
        headers: { authorization: `Bearer ${token}`, 'last-event-id': position },
        signal: stop.signal,
      });
      expect(await readUntil(response, 'data: {}')).toMatch(/id: \d+\nevent: reset\ndata: \{\}/);
      stop.abort();
    },
  );
});

/** Reads a stream of events until all these texts came. */
const readUntil = async (response: Response, ...texts: readonly string[]): Promise<string> => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let read = '';
  while (reader && !texts.every((text) => read.includes(text))) {
    const { value, done } = await reader.read();
    if (done) break;
    read += value;
  }
  return read;
};
