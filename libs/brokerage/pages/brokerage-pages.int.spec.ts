import { BrokerageSetting, must, offered, registered } from '../../../test/support/brokerage.js';
import { Browser } from '../../../test/support/browser.js';

describe('the pages of brokerage, without JavaScript', () => {
  let setting: BrokerageSetting;
  beforeAll(async () => {
    setting = await BrokerageSetting.open();
  });
  afterAll(() => setting.close());

  const form = {
    serviceType: 'home-care',
    summary: 'help with washing',
    marks: ['dementia'],
    languages: 'Greek, English',
    startBy: '2026-12-01',
    outwardPostcode: 'nw4',
    funding: 'local-authority',
    weeklyCeiling: '500',
  };

  it('take a request from the queue to the start of the care', async () => {
    const { app } = setting;
    const providerId = await registered(await app.api('broker'), { languages: ['Greek'], skills: ['dementia'] });
    const caseId = await setting.referred();
    const idt = await Browser.signedIn(app.url, 'idt');
    const broker = await Browser.signedIn(app.url, 'broker');
    await idt.open('/brokerage');
    const opened = await idt.send('/brokerage', { caseId, serviceType: 'reablement' });
    const path = opened.location ?? '';
    expect(path).toMatch(/^\/brokerage\/requests\//);
    await app.settled();
    expect((await idt.open('/brokerage')).html).toContain(path);

    expect((await idt.open(path)).html).toContain('Missing: needs, start date, area, preferences, funding');
    expect((await idt.send(`${path}/ask/complete`, form)).location).toBe(path);
    expect((await idt.open(path)).html).toContain('somebody else has to approve it');
    await broker.open(path);
    expect((await broker.send(`${path}/ask/approve`, { approver: 'Panel of Monday' })).location).toBe(path);
    await broker.send(`${path}/source/claim`, {});
    await app.settled();
    const sourcing = (await broker.open(path)).html;
    expect(sourcing).toContain('Providers that fit');
    expect(sourcing).toContain('language: Greek');
    expect((await broker.send(`${path}/source/send`, { providerIds: [providerId] })).location).toBe(path);
    await broker.send(`${path}/answer/offer`, { providerId, canStartOn: '2026-11-30', weeklyPrice: '£450' });
    const offerId = /name="offerId" value="([^"]+)"/.exec((await broker.open(path)).html)?.[1] ?? '';
    await broker.send(`${path}/answer/confirm-offer`, { offerId });
    await broker.open(path);
    expect(
      (await broker.send(`${path}/source/award`, { offerId, reason: 'first', familyChoice: 'yes' })).location,
    ).toBe(path);
    await broker.open(path);
    expect((await broker.send(`${path}/source/start`, {})).location).toBe(path);
    const done = (await broker.open(path)).html;
    expect(done).toContain('The care began');
    expect(done).toContain('Una Testcase');
  });

  it('say beside the field what is wrong, and keep what was typed', async () => {
    const { app } = setting;
    const caseId = await setting.referred();
    const idt = await Browser.signedIn(app.url, 'idt');
    await idt.open('/brokerage');
    const path = (await idt.send('/brokerage', { caseId, serviceType: 'home-care' })).location ?? '';
    const refused = await idt.send(`${path}/ask/complete`, {
      ...form,
      outwardPostcode: 'NW4 1AB',
      hoursPerWeek: 'many',
    });
    expect(refused.status).toBe(400);
    expect(refused.html).toContain('There is a problem');
    expect(refused.html).toContain('href="#complete-outwardPostcode"');
    expect(refused.html).toContain('Outward postcode must be the first half of a postcode');
    expect(refused.html).toContain('value="many"');
    expect(refused.html).toContain('help with washing');
    const unknown = await idt.send('/brokerage', { caseId: 'nobody', serviceType: 'home-care' });
    expect(unknown.status).toBe(404);
    expect(unknown.html).toContain('There is no case with this id.');
  });

  it('let a provider answer through its link, without identity until the award', async () => {
    const { app } = setting;
    const personId = await setting.person({ familyName: 'Papadopoulou', givenNames: 'Eleni' });
    const caseId = await setting.referred({ personId });
    const [idt, broker] = await Promise.all([app.api('idt'), app.api('broker')]);
    const [providerId, other] = [await registered(broker), await registered(broker)];
    const path = `/placement-requests/${(await idt.post('/placement-requests', { caseId, serviceType: 'home-care' })).text('requestId')}`;
    await must(
      idt.post(`${path}/complete`, {
        needs: {
          summary: 'Mrs Papadopoulou of 12 Church Road, NW4 1AB needs help; call 020 7946 0018',
          phone: '02079460018',
        },
        startBy: '2026-12-01',
        outwardPostcode: 'NW4',
        preferences: { languages: ['Greek'], religion: 'Greek Orthodox' },
        funding: 'chc',
        weeklyCeiling: 444,
      }),
    );
    await must(broker.post(`${path}/approve`, { approver: 'panel' }));
    const sent = await must(broker.post(`${path}/send`, { providerIds: [providerId, other], wave: 1 }));
    const [notice] = sent.json['notices'] as readonly { url: string }[];
    const url = notice?.url ?? '';
    const provider = new Browser(app.url);

    const first = (await provider.open(url)).html;
    expect(first).toContain('Home care in NW4');
    expect(first).toContain('Greek');
    expect(first).not.toMatch(/Papadop|Eleni|Church Road|NW4 1AB|7946|Orthodox|needs help|444|continuing/);

    expect((await provider.send(`${url}/respond`, { response: '' })).status).toBe(400);
    expect((await provider.send(`${url}/respond`, { response: 'interested' })).location).toBe(url);
    const second = (await provider.open(url)).html;
    expect(second).toContain('needs help');
    expect(second).not.toMatch(/Papadop|Eleni|Church Road|NW4 1AB|7946|444/);

    await provider.send(`${url}/offer`, { canStartOn: '2026-12-01', weeklyPrice: '400', notes: 'two regular carers' });
    const offerId = /name="offerId" value="([^"]+)"/.exec((await provider.open(url)).html)?.[1] ?? '';
    await provider.send(`${url}/confirm-offer`, { offerId });
    await must(broker.post(`${path}/award`, { offerId, reason: 'the only one' }));
    const third = (await provider.open(url)).html;
    expect(third).toContain('Eleni Papadopoulou');
    const { rows } = await app.pool.query(`SELECT 1 FROM access.audit WHERE user_id = $1`, [`link:${providerId}`]);
    expect(rows.length).toBeGreaterThan(0);

    const [, lost] = sent.json['notices'] as readonly { url: string }[];
    const elsewhere = (await provider.open(lost?.url ?? '')).html;
    expect(elsewhere).toContain('went to another provider');
    expect(elsewhere).not.toMatch(/Papadop|Eleni|two regular carers|£400/);
  });

  it('do not let a forged or foreign link in', async () => {
    const { app } = setting;
    const broker = await app.api('broker');
    const { requestId } = await offered(setting, [await registered(broker)]);
    const visitor = new Browser(app.url);
    const says = Buffer.from(JSON.stringify([requestId, 'prov-a', Date.now() + 1e9])).toString('base64url');
    for (const token of ['x', `${says}.AAAA`, `${says}.${'A'.repeat(43)}`, `${says}.`, '.', 'a.b.c']) {
      expect((await visitor.open(`/offers/${token}`)).status).toBe(404);
    }
  });

  it('show providers with the age of their capacity and their status', async () => {
    const { app } = setting;
    const api = await app.api('broker');
    const providerId = await registered(api);
    const asOf = new Date(Date.now() - 40 * 86_400_000).toISOString();
    await must(api.post(`/providers/${providerId}/capacity`, { serviceType: 'home-care', accepting: 3, asOf }));
    const broker = await Browser.signedIn(app.url, 'broker');
    await broker.open(`/providers/${providerId}`);
    const bad = await broker.send(`/providers/${providerId}/status`, {
      status: 'slowed',
      reason: 'staff',
      from: '2026-02-30',
    });
    expect(bad.status).toBe(400);
    expect(bad.html).toContain('href="#status-from"');
    const set = await broker.send(`/providers/${providerId}/status`, {
      status: 'slowed',
      reason: 'staff',
      from: '2026-11-01',
      referralsPerWeek: '2',
    });
    expect(set.location).toBe(`/providers/${providerId}`);
    await app.settled();
    const list = (await broker.open('/providers')).html;
    expect(list).toMatch(/Stale: .*40 days old/);
    expect(list).toContain('Slowed');
  });

  it('show a restricted record only to who says why', async () => {
    const { app } = setting;
    const caseId = await setting.referred({ flags: ['restricted'] });
    const idt = await app.api('idt');
    const requestId = (
      await idt.post('/placement-requests', { caseId, serviceType: 'nursing', needs: { summary: 'hidden need' } })
    ).text('requestId');
    const closed = await idt.get(`/placement-requests/${requestId}`);
    expect(closed.json).toMatchObject({ restricted: true, person: null, needs: null });
    expect(JSON.stringify(closed.body)).not.toContain('hidden need');
    const open = await idt.get(`/placement-requests/${requestId}?why=covering%20for%20a%20colleague`);
    expect(open.json).toMatchObject({ needs: { summary: 'hidden need' }, person: { name: 'Una Testcase' } });
    const browser = await Browser.signedIn(app.url, 'idt');
    const page = (await browser.open(`/brokerage/requests/${requestId}`)).html;
    expect(page).toContain('This record is restricted');
    expect(page).not.toMatch(/hidden need|Una Testcase/);
    // What somebody writes there may say something of the person: it never stands in an address.
    const asked = await browser.open(`/brokerage/requests/${requestId}?why=covering`);
    expect(asked.html).not.toMatch(/hidden need|Una Testcase/);
    expect((await browser.send(`/brokerage/requests/${requestId}/open`, {})).status).toBe(400);
    await browser.open(`/brokerage/requests/${requestId}`);
    const shown = await browser.send(`/brokerage/requests/${requestId}/open`, { why: 'covering for a colleague' });
    expect([shown.status, shown.html]).toEqual([200, expect.stringContaining('hidden need')]);
    expect(shown.html).toContain('Una Testcase');
    const kept = await (await app.api('admin')).get(`/audit?caseId=${caseId}&limit=1`);
    expect(kept.json['items']).toMatchObject([{ what: 'request', why: 'covering for a colleague' }]);
  });
});
