import type { Browser } from 'playwright-core';
import { londonDate } from '#libs/nhs/civil-date.js';
import { arrive } from '../../apps/homeward/demo/borough.js';
import { FrontDoor } from '../../apps/homeward/demo/front-door.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { signedInPage, startChromium, violationsOf } from '../support/chromium.js';

const small = {
  goingHomeAlone: 8,
  finished: 6,
  followedUp: 4,
  inBed: 3,
  weeks: 6,
  open: [
    ['referred', 1],
    ['delayed', 1],
    ['sent', 1],
    ['offered', 1],
    ['awarded', 1],
  ],
} as const;

/** A small borough that arrives through the front door, and every page it fills, as people open them. */
describe('the pages of a borough', () => {
  let app: TestApp;
  let browser: Browser;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    app = await startTestApp();
    browser = await startChromium();
    const now = new Date().toISOString();
    await arrive(
      new FrontDoor(app.url, 'pages', new AbortController().signal),
      londonDate(now),
      now,
      () => undefined,
      small,
    );
    await app.settled();
    const [idt, broker, reablement] = await Promise.all([app.api('idt'), app.api('broker'), app.api('reablement')]);
    const first = (answer: { json: Readonly<Record<string, unknown>> }, list: string, field: string): string =>
      String((answer.json[list] as readonly Readonly<Record<string, unknown>>[])[0]?.[field]);
    ids['caseId'] = first(await idt.get('/board'), 'rows', 'caseId');
    ids['requestId'] = first(await broker.get('/placement-requests?state=offered'), 'items', 'requestId');
    ids['checkId'] = first(await reablement.get('/day-91-checks'), 'items', 'checkId');
    ids['feedId'] = first(await idt.get('/feeds'), 'items', 'feedId');
    ids['episodeId'] = first(await reablement.get('/reablement-episodes'), 'items', 'episodeId');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  }, 30_000);

  it('the board holds the open cases of the borough, and nobody is lost on the way', async () => {
    const idt = await app.api('idt');
    const { rows } = (await idt.get('/board')).json as { rows: readonly { status: string }[] };
    expect(rows).toHaveLength(5);
    const { items } = (await idt.get('/stays?limit=500')).json as { items: readonly { status: string }[] };
    expect(items).toHaveLength(8 + 6 + 4 + 3 + 5);
    expect(await app.feed.parked()).toEqual([]);
  });

  it.each([
    ['idt', '/huddle'],
    ['idt', '/huddle?names=hidden'],
    ['idt', '/cases/:caseId'],
    ['idt', '/cases/new'],
    ['broker', '/brokerage'],
    ['broker', '/brokerage/requests/:requestId'],
    ['broker', '/providers'],
    ['reablement', '/day-91'],
    ['reablement', '/day-91/:checkId'],
    ['reablement', '/reablement'],
    ['reablement', '/reablement/:episodeId'],
    ['reablement', '/reablement/start'],
    ['analyst', '/insights'],
    ['analyst', '/insights/drd.average-delay'],
    ['admin', '/operations'],
    ['admin', '/operations/feeds'],
    ['admin', '/operations/feeds/:feedId/try'],
    ['admin', '/operations/quarantine'],
    ['idt', '/account'],
  ])(
    '%s opens %s: nothing for axe to find, and it fits a desk and a phone',
    async (user, pattern) => {
      const path = pattern.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? 'missing');
      for (const width of [1366, 390]) {
        const { page, context, faults } = await signedInPage(browser, app.url, user, { width });
        const answer = await page.goto(app.url + path);
        expect(answer?.status()).toBe(200);
        expect(await violationsOf(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        expect(faults).toEqual([]);
        await context.close();
      }
    },
    60_000,
  );

  it('the board follows the ward without a reload', async () => {
    const { page, context } = await signedInPage(browser, app.url, 'idt');
    await page.goto(`${app.url}/huddle`);
    const idt = await app.api('idt');
    await idt.post(`/cases/${ids['caseId'] ?? ''}/delays`, { reason: 'WB1' });
    await page.getByText('WB1').first().waitFor({ timeout: 5000 });
    await context.close();
  }, 30_000);

  it('the board and its filters work without JavaScript', async () => {
    const { page, context } = await signedInPage(browser, app.url, 'idt', { javaScriptEnabled: false });
    await page.goto(`${app.url}/huddle?hospital=RAL`);
    expect(await page.locator('main table tbody tr').count()).toBeGreaterThan(0);
    await page.goto(`${app.url}/huddle?hospital=NONE`);
    expect(await page.locator('main').innerText()).not.toContain('RAL');
    await context.close();
  }, 30_000);
});
