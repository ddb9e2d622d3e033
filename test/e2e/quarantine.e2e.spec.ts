import type { Browser, Page } from 'playwright-core';
import { adt, type Adt } from '#libs/intake/testing/adt.js';
import { intakeAlone } from '#libs/intake/testing/intake-app.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { signedInPage, startChromium, violationsOf } from '../support/chromium.js';

/** Where pictures of the pages go, for whoever wants to look at them. */
const pictures = process.env['PICTURES'];

/** The quarantine as a ward clerk works it, in a real browser. */
describe('the quarantine in a browser', () => {
  let app: TestApp;
  let browser: Browser;
  const ids: Record<string, string> = {};

  const send = async (...messages: readonly Adt[]): Promise<void> => {
    const admin = await app.api('admin');
    const type = { 'content-type': 'x-application/hl7-v2+er7' };
    expect((await admin.post('/ward-events/hl7v2', messages.map(adt).join('\r'), type)).status).toBe(200);
  };

  beforeAll(async () => {
    app = await startTestApp({ module: intakeAlone });
    browser = await startChromium();
    const one = { visit: 'V1^^^RAL', place: 'OAK^1^A^RAL' };
    const discharge = { event: 'A03', occurred: '20261103150000', recorded: '20261103150500' };
    await send(
      { ...one, event: 'A01', controlId: 'first', recorded: '20261332090500' },
      { ...one, ...discharge, controlId: 'second', pv1: { 36: 'HOME' } },
      { ...discharge, visit: 'V2^^^RAL', controlId: 'third', pv1: { 36: 'HOME' } },
      { event: 'A01', visit: 'V3^^^RAL', controlId: 'fourth', recorded: '', pid3: 'X^^^RAL^MR', patientClass: '' },
    );
    const idt = await app.api('idt');
    const { items } = (await idt.get('/quarantine')).json as { items: { id: string; controlId: string }[] };
    for (const { id, controlId } of items) ids[controlId] = id;
    ids['retry'] = (await idt.post('/quarantine/retry', { reason: 'unknown-code' })).text('retryId');
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  }, 30_000);

  it.each([
    ['/operations/quarantine'],
    ['/operations/quarantine?reason=unknown-code&feed='],
    ['/operations/quarantine/:first'],
    ['/operations/quarantine/:first/message'],
    ['/operations/quarantine/:fourth/message'],
    ['/operations/quarantine/retries/:retry'],
    ['/operations/feeds'],
  ])(
    '%s: nothing for axe to find, and it fits a desk and a phone',
    async (pattern) => {
      const path = pattern.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? 'missing');
      for (const width of [1366, 390]) {
        const { page, context, faults } = await signedInPage(browser, app.url, 'idt', { width });
        const answer = await page.goto(app.url + path);
        expect(answer?.status()).toBe(200);
        if (pictures !== undefined)
          await page.screenshot({
            path: `${pictures}/${pattern.replaceAll(/\W+/g, '-')}-${String(width)}.png`,
            fullPage: true,
          });
        expect(await violationsOf(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        expect(faults).toEqual([]);
        await context.close();
      }
    },
    60_000,
  );

  /** Goes on with Tab until the element has the focus; what the keyboard cannot reach is never found. */
  const tabTo = async (page: Page, selector: string): Promise<void> => {
    for (let n = 0; n < 80; n += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    }
    throw new Error(`${selector} cannot be reached by keyboard.`);
  };

  it.each([
    ['with JavaScript', true, 'third', 'HOME', '19'],
    ['without JavaScript', false, 'first', '20261332090500', '20261103090500'],
  ])(
    'a message is corrected by keyboard, %s',
    async (_, javaScriptEnabled, name, wrong, right) => {
      const { page, context } = await signedInPage(browser, app.url, 'idt', { javaScriptEnabled });
      await page.goto(`${app.url}/operations/quarantine`);
      await tabTo(page, `a[href="/operations/quarantine/${ids[name] ?? ''}"]`);
      await page.keyboard.press('Enter');
      await page.waitForURL(/quarantine\/[^/]+$/);
      await tabTo(page, 'a[href$="/message"]');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/message$/);
      const marked = page.locator('mark');
      expect(await marked.innerText()).toContain(wrong);
      // Not by its colour alone: the field is named, and framed.
      expect(await marked.innerText()).toMatch(/[A-Z0-9]{3}-\d+/);
      expect(await page.evaluate('getComputedStyle(document.querySelector("mark")).borderTopStyle')).toBe('solid');
      await tabTo(page, 'textarea#message');
      await page.locator('textarea#message').fill('PID|1');
      await tabTo(page, 'main form button');
      await page.keyboard.press('Enter');
      await page.locator('.nhsuk-error-summary').waitFor();
      expect(await page.locator('textarea#message').inputValue()).toBe('PID|1');
      if (javaScriptEnabled) expect(await violationsOf(page)).toEqual([]);
      const text = String((await (await app.api('idt')).get(`/quarantine/${ids[name] ?? ''}/message`)).json['message']);
      await page.locator('textarea#message').fill(text.replaceAll(wrong, right));
      await tabTo(page, 'main form button');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/operations\/quarantine$/);
      expect(await page.locator('main').innerText()).toContain('The message was taken');
      await context.close();
    },
    90_000,
  );

  it('all of a reason are tried again from the page', async () => {
    const { page, context } = await signedInPage(browser, app.url, 'ward', { javaScriptEnabled: false });
    await page.goto(`${app.url}/operations/quarantine?reason=unknown-code`);
    await page.click('main form[action$="/retry"] button');
    await page.waitForURL(/\/retries\//);
    expect(await page.locator('main').innerText()).toMatch(/All \d were tried/);
    await context.close();
  }, 60_000);
});
