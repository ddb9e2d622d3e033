import { AxeBuilder } from '@axe-core/playwright';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';
import { demoPassword } from '#libs/access/demo-users.js';
import { BrokerageSetting, must, offered, registered } from '../../../test/support/brokerage.js';

describe('the pages of brokerage in a browser', () => {
  let setting: BrokerageSetting;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    setting = await BrokerageSetting.open();
    browser = await playwright.launch({
      executablePath: await chromium.executablePath(),
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
    const context = await browser.newContext({ viewport: { width: 1366, height: 900 } });
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(`${setting.app.url}/sign-in`);
    await page.fill('#username', 'broker');
    await page.fill('#password', demoPassword);
    await page.click('main button:has-text("Sign in")');
    await page.waitForURL(/\/brokerage/);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await setting.close();
  });

  const looks = async (path: string, name: string): Promise<void> => {
    for (const width of [1366, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(setting.app.url + path);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${path} ${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual(
        [],
      );
      expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(width);
      const folder = process.env['SHOTS'];
      if (folder) await page.screenshot({ path: `${folder}/${name}-${String(width)}.png`, fullPage: true });
    }
    expect(faults).toEqual([]);
  };

  it('are accessible and fit a desk and a phone, in every state', async () => {
    const { app } = setting;
    const [broker, idt] = await Promise.all([app.api('broker'), app.api('idt')]);
    const providerIds = [
      await registered(broker, {
        languages: ['Greek', 'English'],
        skills: ['dementia'],
        minimumSustainablePrice: { 'home-care': 460 },
      }),
      await registered(broker, { services: ['nursing'], areas: ['N12'] }),
    ];
    const [first = '', second = ''] = providerIds;
    await must(
      broker.post(`/providers/${first}/capacity`, { serviceType: 'home-care', accepting: 2, asOf: '2026-08-01' }),
    );
    await must(
      broker.post(`/providers/${second}/status`, {
        status: 'slowed',
        reason: 'staff',
        from: '2026-11-01',
        referralsPerWeek: 2,
      }),
    );
    const draft = (
      await idt.post('/placement-requests', { caseId: await setting.referred(), serviceType: 'nursing' })
    ).text('requestId');
    const open = await offered(setting, providerIds, { weeklyPrice: 510 });
    await must(
      broker.post(`/placement-requests/${open.requestId}/responses`, {
        providerId: second,
        response: 'declined',
        reason: 'price',
      }),
    );
    const awarded = await offered(setting, providerIds);
    await must(
      broker.post(`/placement-requests/${awarded.requestId}/award`, {
        offerId: awarded.offerIds[0],
        reason: 'earliest',
      }),
    );
    const gone = await offered(setting, providerIds);
    await must(broker.post(`/placement-requests/${gone.requestId}/withdraw`, { reason: 'goes home with family' }));
    await app.settled();
    await looks('/brokerage', 'queue');
    await looks(`/brokerage/requests/${draft}`, 'draft');
    await looks(`/brokerage/requests/${open.requestId}`, 'offered');
    await looks(`/brokerage/requests/${awarded.requestId}`, 'awarded');
    await looks(`/brokerage/requests/${gone.requestId}`, 'withdrawn');
    await looks('/providers', 'providers');
    await looks(`/providers/${first}`, 'provider');
    const sent = await must(
      broker.post(`/placement-requests/${open.requestId}/send`, { providerIds: [first], wave: 2 }),
    );
    const [notice] = sent.json['notices'] as readonly { url: string }[];
    await looks(notice?.url ?? '', 'offer-link');
  }, 120_000);

  it('show a new request in the queue without a reload', async () => {
    await page.setViewportSize({ width: 1366, height: 900 });
    await page.goto(`${setting.app.url}/brokerage`);
    const idt = await setting.app.api('idt');
    const opened = await idt.post('/placement-requests', { caseId: await setting.referred(), serviceType: 'live-in' });
    await page.waitForSelector(`[data-request="${opened.text('requestId')}"]`, { timeout: 10_000 });
    expect(faults).toEqual([]);
  }, 30_000);

  it('take a claim by keyboard alone', async () => {
    const idt = await setting.app.api('idt');
    const opened = await idt.post('/placement-requests', { caseId: await setting.referred(), serviceType: 'respite' });
    await page.goto(`${setting.app.url}/brokerage/requests/${opened.text('requestId')}`);
    await page.getByRole('button', { name: 'Take this request' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Hand it back' }).waitFor();
    expect(await page.textContent('body')).toContain('You hold this request.');
  }, 30_000);
});
