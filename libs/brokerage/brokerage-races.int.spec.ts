import { newId } from '#libs/platform/ids.js';
import { BrokerageSetting, itemsOf, must, offered, registered } from '../../test/support/brokerage.js';

const statuses = (answers: readonly { readonly status: number }[]): readonly number[] =>
  answers.map(({ status }) => status).sort((a, b) => a - b);

describe('at the same moment', () => {
  let setting: BrokerageSetting;
  beforeAll(async () => {
    setting = await BrokerageSetting.open();
  });
  afterAll(() => setting.close());

  it('two brokers cannot claim one request', async () => {
    const { app } = setting;
    const [idt, one, two] = await Promise.all([app.api('idt'), app.api('broker'), app.api('broker2')]);
    const caseId = await setting.referred();
    for (let round = 0; round < 5; round += 1) {
      const opened = await idt.post('/placement-requests', { caseId, serviceType: 'home-care' });
      const path = `/placement-requests/${opened.text('requestId')}`;
      const answers = await Promise.all([one.post(`${path}/claim`, {}), two.post(`${path}/claim`, {})]);
      expect(statuses(answers)).toEqual([200, 409]);
    }
  });

  it('one award is made of many', async () => {
    const { app } = setting;
    const broker = await app.api('broker');
    const providerIds = [await registered(broker), await registered(broker), await registered(broker)];
    const { requestId, offerIds } = await offered(setting, providerIds);
    const path = `/placement-requests/${requestId}`;
    const answers = await Promise.all(
      [...offerIds, ...offerIds].map((offerId) => broker.post(`${path}/award`, { offerId, reason: 'race' })),
    );
    expect(statuses(answers)).toEqual([200, 409, 409, 409, 409, 409]);
    const { json } = await broker.get(path);
    const offers = json['offers'] as readonly { state: string }[];
    expect(offers.map((offer) => offer.state).sort()).toEqual(['awarded', 'closed', 'closed']);
  });

  it('an award and an embargo leave no award unflagged and no open offer', async () => {
    const { app } = setting;
    const broker = await app.api('broker');
    for (let round = 0; round < 4; round += 1) {
      const providerId = await registered(broker);
      const { requestId, offerIds } = await offered(setting, [providerId]);
      const path = `/placement-requests/${requestId}`;
      const [award] = await Promise.all([
        broker.post(`${path}/award`, { offerId: offerIds[0], reason: 'race' }),
        must(broker.post(`/providers/${providerId}/status`, { status: 'embargoed', reason: 'x', from: '2026-01-01' })),
      ]);
      await app.settled();
      const { json } = await broker.get(path);
      if (award.status === 200) expect(json).toMatchObject({ state: 'awarded', awardInDoubt: 'embargoed' });
      else expect(json).toMatchObject({ state: 'sourcing', offers: [{ state: 'withdrawn' }] });
    }
  });

  it('a stale If-Match is refused', async () => {
    const { app } = setting;
    const idt = await app.api('idt');
    const opened = await idt.post('/placement-requests', { caseId: await setting.referred(), serviceType: 'respite' });
    const path = `/placement-requests/${opened.text('requestId')}`;
    expect(opened.headers.get('etag')).toBe('"0"');
    const stale = await idt.post(`${path}/withdraw`, { reason: 'x' }, { 'if-match': '"7"' });
    expect(stale.status).toBe(412);
    expect((await idt.post(`${path}/withdraw`, { reason: 'x' }, { 'if-match': '"0"' })).status).toBe(200);
  });

  it('the same Idempotency-Key makes one request', async () => {
    const { app } = setting;
    const idt = await app.api('idt');
    const caseId = await setting.referred();
    const key = { 'idempotency-key': newId() };
    const first = await idt.post('/placement-requests', { caseId, serviceType: 'respite' }, key);
    const again = await idt.post('/placement-requests', { caseId, serviceType: 'respite' }, key);
    expect(again.json).toEqual(first.json);
    await app.settled();
    expect(itemsOf(await idt.get(`/placement-requests?caseId=${caseId}`))).toHaveLength(1);
  });
});
