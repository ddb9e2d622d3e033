import { londonDate } from '#libs/nhs/civil-date.js';
import { plus } from './support/figures/days.js';
import { Council, wholeRequest } from './support/council.js';

type Json = Readonly<Record<string, unknown>>;
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

/** api.md "Brokerage", and policies 4, 5, 6 and 10, as an outsider finds them. */
describe('brokerage, from outside', () => {
  let council: Council;
  const today = londonDate(new Date().toISOString());
  const refused = async (answer: Promise<{ status: number; json: Json }>): Promise<unknown[]> => {
    const { status, json } = await answer;
    return [status, json['code']];
  };
  const tryOn = (requestId: string, path: string, body: Json = {}, who = 'broker') =>
    council.door.as(who).post(`/placement-requests/${requestId}/${path}`, body);

  beforeAll(async () => {
    council = await Council.open();
  }, 60_000);
  afterAll(async () => council?.close(), 30_000);

  it('takes a request through its states, and a failure back to sourcing with its broker and history', async () => {
    const { caseId } = await council.referred();
    const opened = await council.door.post('idt', '/placement-requests', { caseId, serviceType: 'home-care' });
    expect(opened.status).toBe(201);
    const requestId = opened.text('requestId');
    const state = async (): Promise<unknown> => (await council.request(requestId))['state'];
    expect(await state()).toBe('draft');
    const incomplete = await tryOn(requestId, 'complete', { serviceType: 'home-care' }, 'idt');
    expect(incomplete.status).toBe(409);
    expect(incomplete.json['missing']).toEqual(
      expect.arrayContaining(['needs', 'startBy', 'outwardPostcode', 'funding']),
    );
    await council.on(requestId, 'complete', { ...wholeRequest, serviceType: 'home-care' }, 'idt');
    expect(await state()).toBe('complete');
    await council.on(requestId, 'approve', { approver: 'broker' });
    expect(await state()).toBe('approved');
    const providerId = await council.provider();
    const [offerId] = await council.offered(requestId, [providerId]);
    expect(await state()).toBe('offered');
    await council.on(requestId, 'award', { offerId, reason: 'Can start' });
    expect(await state()).toBe('awarded');
    await council.on(requestId, 'fail', { reason: 'Staff left' });
    const failed = await council.request(requestId);
    expect(failed).toMatchObject({ state: 'sourcing', broker: 'broker', offers: [{ offerId, state: 'failed' }] });
    const again = await council.on(requestId, 'offers', { providerId, canStartOn: plus(today, 1), weeklyPrice: 500 });
    await council.on(requestId, `offers/${again.text('offerId')}/confirm`);
    await council.on(requestId, 'award', { offerId: again.text('offerId'), reason: 'Once more' });
    await council.on(requestId, 'start');
    expect(await state()).toBe('started');
  });

  it('is approved by somebody else than the one who completed it', async () => {
    const { caseId } = await council.referred();
    const requestId = (
      await council.door.post('broker', '/placement-requests', { caseId, serviceType: 'home-care' })
    ).text('requestId');
    await council.on(requestId, 'complete', { ...wholeRequest, serviceType: 'home-care' }, 'idt');
    expect((await tryOn(requestId, 'approve', { approver: 'idt' }, 'idt')).status).toBe(409);
    expect((await tryOn(requestId, 'approve', { approver: 'idt' }, 'broker')).status).toBe(409);
    expect((await tryOn(requestId, 'approve', { approver: 'broker' }, 'idt')).status).toBe(409);
    expect((await tryOn(requestId, 'approve', { approver: 'broker' })).status).toBe(200);
  });

  it('runs a clock from approval to award that stands still while paused, and from the failure on again', async () => {
    const one = await council.referred();
    const requestId = (
      await council.door.post('idt', '/placement-requests', { caseId: one.caseId, serviceType: 'nursing' })
    ).text('requestId');
    await council.on(
      requestId,
      'complete',
      { ...wholeRequest, serviceType: 'nursing', occurredAt: council.ago(100) },
      'idt',
    );
    const approvedAt = council.ago(96);
    await council.on(requestId, 'approve', { approver: 'broker', occurredAt: approvedAt });
    expect((await council.request(requestId))['clock']).toMatchObject({
      startedAt: approvedAt,
      targetHours: 48,
      pausedHours: 0,
    });
    // By hand, and by criteria met again and lost in one breath.
    const pause = (path: string, hours: number, more: Json = {}) =>
      council.door.post('idt', `/cases/${one.caseId}/${path}`, { ...more, occurredAt: council.ago(hours) });
    await pause('pause', 90, { reason: 'Family away' });
    await pause('resume', 86);
    await pause('criteria-to-reside', 80, { meets: true, assessor: 'Nurse' });
    await pause('criteria-to-reside', 78, { meets: false, assessor: 'Nurse' });
    const waited = (await council.request(requestId))['clock'] as Json;
    expect(waited['pausedHours']).toBeCloseTo(6, 3);
    expect(Date.parse(String(waited['dueAt']))).toBeCloseTo(Date.parse(approvedAt) + 54 * 3_600_000, -4);
    const providerId = await council.provider();
    await council.on(requestId, 'claim', { occurredAt: council.ago(70) });
    await council.on(requestId, 'send', { providerIds: [providerId], wave: 1, occurredAt: council.ago(69) });
    const offer = await council.on(requestId, 'offers', {
      providerId,
      canStartOn: today,
      weeklyPrice: 900,
      occurredAt: council.ago(60),
    });
    await council.on(requestId, `offers/${offer.text('offerId')}/confirm`, { occurredAt: council.ago(59) });
    await council.on(requestId, 'award', {
      offerId: offer.text('offerId'),
      reason: 'Room',
      occurredAt: council.ago(58),
    });
    const failedAt = council.ago(50);
    await council.on(requestId, 'fail', { reason: 'No nurse', occurredAt: failedAt });
    expect((await council.request(requestId))['clock']).toMatchObject({ startedAt: failedAt, pausedHours: 0 });
  });

  it('flags a price below the floor and above the ceiling; above the ceiling is awarded only when approved', async () => {
    const requestId = await council.approved('home-care', { weeklyCeiling: 400 });
    const providerId = await council.provider({ minimumSustainablePrice: { 'home-care': 600 } });
    const [offerId] = await council.offered(requestId, [providerId], 500);
    const flags = listOf((await council.request(requestId))['offers'])[0]?.['flags'];
    expect([...(flags as readonly string[])].sort()).toEqual(['above-ceiling', 'below-minimum-price']);
    expect(await refused(tryOn(requestId, 'award', { offerId, reason: 'r' }))).toEqual([409, 'offer.above-ceiling']);
    expect(
      (await tryOn(requestId, `offers/${String(offerId)}/approve`, { approver: 'broker2' }, 'broker2')).status,
    ).toBe(200);
    expect((await tryOn(requestId, 'award', { offerId, reason: 'r' })).status).toBe(200);
  });

  it('awards only what is confirmed, closes the other offers, and shows provider and start on the case', async () => {
    const { caseId } = await council.referred();
    const requestId = await council.approved('home-care', {}, caseId);
    const [a, b] = [await council.provider(), await council.provider()];
    const [first] = await council.offered(requestId, [a, b]);
    const third = await council.provider();
    await council.on(requestId, 'send', { providerIds: [third], wave: 2 });
    const provisional = await council.on(requestId, 'offers', { providerId: third, canStartOn: today, weeklyPrice: 1 });
    expect((await tryOn(requestId, 'award', { offerId: provisional.text('offerId'), reason: 'r' })).status).toBe(409);
    await council.on(requestId, 'award', { offerId: first, reason: 'r', familyChoice: true });
    const states = listOf((await council.request(requestId))['offers']).map(({ state }) => state);
    expect(states).toEqual(['awarded', 'closed', 'closed']);
    expect((await council.theCase(caseId))['brokerage']).toMatchObject({
      requestId,
      state: 'awarded',
      awardedProviderId: a,
      startsOn: '2026-11-30',
    });
  });

  it('gives one request to one of two brokers, and one award to one of two offers, at the same moment', async () => {
    const requestId = await council.approved();
    const claims = await Promise.all(['broker', 'broker2'].map((who) => tryOn(requestId, 'claim', {}, who)));
    expect(claims.map(({ status }) => status).sort()).toEqual([200, 409]);
    const holder = claims[0]?.status === 200 ? 'broker' : 'broker2';
    expect((await tryOn(requestId, 'claim', {}, holder)).status).toBe(200);
    const providers = [await council.provider(), await council.provider()];
    await council.on(requestId, 'send', { providerIds: providers, wave: 1 }, holder);
    const offers = await Promise.all(
      providers.map(async (providerId) => {
        const offer = await council.on(requestId, 'offers', { providerId, canStartOn: today, weeklyPrice: 9 }, holder);
        await council.on(requestId, `offers/${offer.text('offerId')}/confirm`, {}, holder);
        return offer.text('offerId');
      }),
    );
    const awards = await Promise.all(
      [...offers, ...offers].map((offerId) => tryOn(requestId, 'award', { offerId, reason: 'r' }, holder)),
    );
    expect(awards.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(awards.every(({ status }) => [200, 409, 412].includes(status))).toBe(true);
    const states = listOf((await council.request(requestId))['offers']).map(({ state }) => state);
    expect([...states].sort()).toEqual(['awarded', 'closed']);
  });

  it('matches whom it may ask, ranks stale capacity last and marks it, and leaves out the rest with reasons', async () => {
    const requestId = await council.approved('residential');
    const fresh = await council.provider();
    const stale = await council.provider({}, undefined, null);
    await council.door.post('broker', `/providers/${stale}/capacity`, {
      serviceType: 'residential',
      accepting: 5,
      asOf: council.ago(33 * 24),
    });
    const full = await council.provider({}, undefined, 0);
    const elsewhere = await council.provider({ areas: ['SW1'] });
    const other = await council.provider({ services: ['home-care'] });
    const { json } = await council.door.as('broker').get(`/placement-requests/${requestId}/matches`);
    const matches = listOf(json['matches']);
    const ids = matches.map(({ providerId }) => providerId);
    expect(ids.indexOf(fresh)).toBeLessThan(ids.indexOf(stale));
    expect(ids.at(-1)).toBe(stale);
    expect(JSON.stringify(matches.at(-1))).toMatch(/stale|old|31 days/i);
    const out = new Map(listOf(json['excluded']).map(({ providerId, reasons }) => [providerId, reasons]));
    for (const providerId of [full, elsewhere, other]) expect(out.get(providerId)).toEqual([expect.any(String)]);
    const home = listOf((await council.door.as('broker').get('/providers')).json['items']).find(
      (one) => one['providerId'] === stale,
    );
    expect(JSON.stringify(home)).toMatch(/"stale":true/);
  });

  it('sends nothing to who is embargoed, suspended or deregistered, by civil dates, and withdraws their open offers', async () => {
    const status = (providerId: string, what: string, from: string, to?: string) =>
      council.door.post('broker', `/providers/${providerId}/status`, {
        status: what,
        reason: 'Inspection',
        from,
        ...(to ? { to } : {}),
      });
    const requestId = await council.approved();
    await council.on(requestId, 'claim');
    for (const what of ['embargoed', 'suspended', 'deregistered']) {
      const providerId = await council.provider();
      await status(providerId, what, today);
      expect((await tryOn(requestId, 'send', { providerIds: [providerId], wave: 1 })).status).toBe(409);
    }
    const [past, later] = [await council.provider(), await council.provider()];
    await status(past, 'embargoed', plus(today, -9), plus(today, -1));
    await status(later, 'embargoed', plus(today, 1));
    const sent = await council.on(requestId, 'send', { providerIds: [past, later], wave: 1 });
    expect(
      listOf(sent.json['notices']).map(({ providerId, url }) => [providerId, String(url).startsWith('/offers/')]),
    ).toEqual([
      [past, true],
      [later, true],
    ]);
    const offer = await council.on(requestId, 'offers', { providerId: past, canStartOn: today, weeklyPrice: 9 });
    const awarded = await council.approved();
    const [won] = await council.offered(awarded, [past]);
    await council.on(awarded, 'award', { offerId: won, reason: 'r' });
    await status(past, 'embargoed', today);
    expect(listOf((await council.request(requestId))['offers'])).toMatchObject([
      { offerId: offer.text('offerId'), state: 'withdrawn' },
    ]);
    expect(await council.request(awarded)).toMatchObject({ state: 'awarded', awardInDoubt: 'embargoed' });
  });

  it('shows a provider only what it was asked for, and nobody’s name before an award', async () => {
    const mine = await council.provider({}, 'prov-a');
    const other = await council.provider();
    const [asked, unasked] = [await council.approved(), await council.approved()];
    await council.on(asked, 'claim');
    const sent = await council.on(asked, 'send', { providerIds: [mine], wave: 1 });
    await council.on(unasked, 'claim');
    await council.on(unasked, 'send', { providerIds: [other], wave: 1 });
    await council.door.app.settled();
    const provider = council.door.as('provider');
    const seen = await provider.get('/placement-requests');
    expect(listOf(seen.json['items']).map(({ requestId }) => requestId)).toEqual([asked]);
    for (const view of [seen, await provider.get(`/placement-requests/${asked}`)]) {
      expect(view.status).toBe(200);
      expect(JSON.stringify(view.body)).not.toMatch(/namewithheld|99955|1940-02-15|N12 0AA/i);
    }
    expect([403, 404]).toContain((await provider.get(`/placement-requests/${unasked}`)).status);
    const answer = { providerId: other, response: 'declined', reason: 'capacity' };
    expect([403, 404]).toContain((await provider.post(`/placement-requests/${unasked}/responses`, answer)).status);
    expect([403, 404]).toContain((await provider.post(`/placement-requests/${asked}/responses`, answer)).status);
    expect(
      (await provider.post(`/placement-requests/${asked}/responses`, { ...answer, providerId: mine })).status,
    ).toBeLessThan(300);
    expect(
      (
        await provider.post(`/providers/${other}/capacity`, {
          serviceType: 'home-care',
          accepting: 1,
          asOf: council.ago(0),
        })
      ).status,
    ).toBe(403);
    const page = await (await council.door.app.api()).get(String(listOf(sent.json['notices'])[0]?.['url']));
    expect(page.status).toBe(200);
    expect(String(page.body)).not.toMatch(/namewithheld|999 ?55|1940/i);
  });

  it('withdraws with notice, and shows who acknowledged it', async () => {
    const providerId = await council.provider();
    const requestId = await council.approved();
    await council.offered(requestId, [providerId]);
    expect((await tryOn(requestId, 'withdrawal-receipts', { providerId, acknowledgedBy: 'Sam' })).status).toBe(409);
    await council.on(requestId, 'withdraw', { reason: 'Goes to her daughter' });
    await council.on(requestId, 'withdrawal-receipts', { providerId, acknowledgedBy: 'Sam' });
    expect(await council.request(requestId)).toMatchObject({
      state: 'withdrawn',
      receipts: [{ providerId, acknowledgedBy: 'Sam' }],
    });
    expect((await tryOn(requestId, 'claim')).status).toBe(409);
  });

  it('links an interim request to the one that is wanted', async () => {
    const { caseId } = await council.referred();
    const wanted = (await council.door.post('idt', '/placement-requests', { caseId, serviceType: 'residential' })).text(
      'requestId',
    );
    const made = await council.door.post('idt', '/placement-requests', {
      caseId,
      serviceType: 'nursing',
      interimFor: wanted,
    });
    expect(await council.request(made.text('requestId'))).toMatchObject({ interimFor: wanted, state: 'draft' });
  });

  it('drafts what the pathway asks for, changes it with the pathway, and takes it back', async () => {
    const { caseId } = await council.referred();
    const drafts = async (): Promise<unknown[]> => {
      await council.door.app.settled();
      const items = listOf((await council.door.as('idt').get(`/placement-requests?caseId=${caseId}`)).json['items']);
      return items.map(({ serviceType, state }) => [serviceType, state]);
    };
    const pathway = (which: number, more: Json = {}) =>
      council.door.post('idt', `/cases/${caseId}/pathway`, {
        pathway: which,
        reason: 'Agreed',
        decidedBy: 'Hub',
        ...more,
      });
    await pathway(1);
    expect(await drafts()).toEqual([['reablement', 'draft']]);
    await pathway(2, { whyNotHome: 'Stairs' });
    expect((await drafts()).filter((one) => JSON.stringify(one).includes('draft'))).toEqual([['rehab-bed', 'draft']]);
    await pathway(0);
    expect((await drafts()).filter((one) => !JSON.stringify(one).includes('withdrawn'))).toEqual([]);
  });

  it('lets arranging follow waiting for capacity when care is awarded, and back when it falls through', async () => {
    const { caseId } = await council.referred();
    await council.door.post('idt', `/cases/${caseId}/delays`, { reason: 'CAP2', owner: 'housing' });
    const requestId = await council.approved('home-care', {}, caseId);
    const [offerId] = await council.offered(requestId, [await council.provider()]);
    await council.on(requestId, 'award', { offerId, reason: 'r' });
    const delays = async (): Promise<unknown[]> =>
      listOf((await council.theCase(caseId))['delays']).filter(
        (one) => (one['ended'] ?? one['endedAt'] ?? one['to'] ?? null) === null,
      );
    expect(await delays()).toMatchObject([{ reason: 'IF2', owner: 'council' }]);
    await council.on(requestId, 'fail', { reason: 'Staff left' });
    expect(await delays()).toMatchObject([{ reason: 'CAP2', owner: 'council' }]);
  });

  it('pauses while criteria are met again, tells nobody new, and resumes', async () => {
    const { caseId } = await council.referred();
    const requestId = await council.approved('home-care', {}, caseId);
    await council.on(requestId, 'claim');
    const criteria = (meets: boolean) =>
      council.door.post('idt', `/cases/${caseId}/criteria-to-reside`, {
        meets,
        assessor: 'Nurse',
        occurredAt: council.ago(0),
      });
    await criteria(true);
    expect(await council.request(requestId)).toMatchObject({ state: 'paused' });
    expect(await council.theCase(caseId)).toMatchObject({ status: 'paused' });
    expect((await tryOn(requestId, 'send', { providerIds: [await council.provider()], wave: 1 })).status).toBe(409);
    await criteria(false);
    expect(await council.request(requestId)).toMatchObject({
      state: expect.stringMatching(/approved|sourcing/) as unknown,
    });
  });

  it('withdraws the request of somebody who died, and closes the case', async () => {
    const one = await council.referred();
    const requestId = await council.approved('home-care', {}, one.caseId);
    await council.offered(requestId, [await council.provider()]);
    const at = council.ago(1);
    await council.ward(one, { type: 'A03', at, recorded: at, dischargedAt: at, method: '4', destination: '79' });
    expect(await council.request(requestId)).toMatchObject({ state: 'withdrawn' });
    expect(await council.theCase(one.caseId)).toMatchObject({ status: 'closed' });
  });

  it('tells the queue live, and resumes after the last event seen', async () => {
    const read = async (lastEventId?: string, until?: (text: string) => boolean): Promise<string> => {
      const leaving = new AbortController();
      const answer = await fetch(`${council.door.app.url}/api/v1/placement-requests/stream`, {
        headers: {
          authorization: `Bearer ${council.door.as('broker').token ?? ''}`,
          ...(lastEventId ? { 'last-event-id': lastEventId } : {}),
        },
        signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(10_000)]),
      });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        200,
        expect.stringContaining('text/event-stream'),
      ]);
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of answer.body ?? []) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        if (until?.(text) ?? true) break;
      }
      leaving.abort();
      return text;
    };
    const requestId = await council.approved();
    const before = (await council.on(requestId, 'claim')).text('position');
    await council.on(requestId, 'release');
    await council.door.app.settled();
    const isFree = (text: string): boolean =>
      text.split('\n').some((line) => line.includes(requestId) && line.includes('"broker":null'));
    const text = await read(before, isFree);
    expect(text).not.toContain('event: reset');
    expect(isFree(text)).toBe(true);
    const ids = [...text.matchAll(/^id: ?(\d+)$/gm)].map(([, id]) => BigInt(id ?? 0));
    expect(ids.every((id) => id >= BigInt(before))).toBe(true);
    // From any id that was seen on, nothing after it is lost.
    await council.on(requestId, 'claim');
    const next = await read(String(ids.at(-1)), (so) =>
      so.split('\n').some((line) => line.includes(requestId) && /"broker":"[^"]+"/.test(line)),
    );
    expect(next).toContain(requestId);
    expect(await read('999999999999', (so) => so.includes('event:'))).toContain('event: reset');
  });
});
