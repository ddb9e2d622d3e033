import type { Browser } from 'playwright-core';
import { addDays, londonDate, startOfLondonDay } from '#libs/nhs/civil-date.js';
import { newId } from '#libs/platform/ids.js';
import { Browser as WithoutScript } from '../../../test/support/browser.js';
import { signedInPage, startChromium, violationsOf } from '../../../test/support/chromium.js';
import { begun, ReablementSetting } from '../../../test/support/reablement.js';

const now = new Date().toISOString();
const today = londonDate(now);
const at = (date: string): string => new Date(Date.parse(startOfLondonDay(date)) + 10 * 3_600_000).toISOString();
const leftOn = addDays(today, -88);

let setting: ReablementSetting;
let browser: Browser;
let home: Awaited<ReturnType<ReablementSetting['homePerson']>>;
let unanswered: typeof home;
let episodeId: string;
const pathway = {
  pathway: 1,
  reason: 'home first',
  whyNotHome: null,
  returningCareHomeResident: false,
  decidedBy: 'hub',
  guidanceVersion: '2024-01',
} as const;

beforeAll(async () => {
  [setting, browser] = await Promise.all([ReablementSetting.open(now), startChromium()]);
  const people = await Promise.all([1, 2, 3, 4].map(() => setting.homePerson({ dischargedAt: at(leftOn) })));
  const [first, second, third, fourth] = people;
  if (!first || !second || !third || !fourth) throw new Error('Nobody is home.');
  [home, unanswered] = [first, second];
  for (const { caseId, personId } of people)
    await setting.onCase(caseId, personId, { type: 'PathwayAssigned', data: pathway });
  await setting.stay(home.personId, {
    stayId: newId(),
    status: 'discharged',
    admittedAt: at(addDays(leftOn, 20)),
    dischargedAt: at(addDays(leftOn, 30)),
  });
  await setting.stay(third.personId, { stayId: newId(), admittedAt: at(addDays(leftOn, 40)) });
  await setting.died(fourth.personId, at(addDays(leftOn, 50)));
  await setting.app.settled();
  const api = await setting.api();
  const start = { ...begun, startedOn: addDays(leftOn, 1) };
  episodeId = (await api.post('/reablement-episodes', { ...start, caseId: home.caseId })).text('episodeId');
  await api.post(`/reablement-episodes/${episodeId}/goals`, { goal: 'Walk to the shop' });
  await api.post('/reablement-episodes', { ...start, caseId: third.caseId });
  await setting.app.settled();
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await setting?.close();
}, 30_000);

const paths = (): string[] => [
  '/day-91',
  '/day-91?state=done',
  '/day-91?state=scheduled',
  `/day-91/${home.checkId}`,
  '/reablement',
  `/reablement/start?caseId=${unanswered.caseId}`,
  '/reablement/start',
  `/reablement/${episodeId}`,
];

describe('the pages of reablement and day 91', () => {
  it('have no fault that axe finds, on a desk and on a phone, and fit both', async () => {
    const { page, context, faults } = await signedInPage(browser, setting.app.url, 'reablement');
    for (const path of paths()) {
      for (const width of [1366, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(setting.app.url + path);
        expect([path, width, await violationsOf(page)]).toEqual([path, width, []]);
        const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
        expect([path, wide <= width]).toEqual([path, true]);
        const folder = process.env['SHOTS'];
        if (folder) {
          const name = path.replaceAll(/[/?=]/g, '_').slice(0, 24);
          await page.screenshot({ path: `${folder}/${name}-${String(width)}.png`, fullPage: true });
        }
      }
    }
    expect(faults).toEqual([]);
    await context.close();
  }, 90_000);

  it('answer a form that is wrong beside the field, in words, and keep what was typed', async () => {
    const { page, context } = await signedInPage(browser, setting.app.url, 'reablement', { javaScriptEnabled: false });
    await page.goto(`${setting.app.url}/day-91/${unanswered.checkId}`);
    await page.selectOption('#source', 'carer');
    await page.fill('#date', addDays(today, 1));
    await page.click('button:has-text("Add the evidence")');
    expect(await page.textContent('#kind-error')).toContain('Choose what you know');
    expect(await page.getAttribute('.nhsuk-error-summary a', 'href')).toBe('#kind');
    await page.selectOption('#kind', 'seen-at-home');
    await page.click('button:has-text("Add the evidence")');
    expect(await page.textContent('#date-error')).toContain('The day must not be later than today');
    expect([await page.inputValue('#source'), await page.inputValue('#date')]).toEqual(['carer', addDays(today, 1)]);

    await page.check('input[value="not-contactable"]');
    await page.fill('#decidedBy', 'Jo Lead');
    await page.click('button:has-text("Record the answer")');
    expect(await page.textContent('#status-error')).toContain('needs 3 attempts; 0 are recorded');
    expect(await page.isChecked('input[value="not-contactable"]')).toBe(true);
    expect(await page.inputValue('#decidedBy')).toBe('Jo Lead');

    await page.goto(`${setting.app.url}/reablement/start?caseId=${unanswered.caseId}`);
    expect(await page.textContent('main')).toContain('Ada Testpatient');
    await page.fill('#plannedWeeks', '7');
    await page.fill('#hoursPerWeek', 'many');
    await page.click('button:has-text("Record the start")');
    expect(await page.textContent('#providerId-error')).toContain('Enter the provider');
    expect(await page.textContent('#plannedWeeks-error')).toContain('Planned weeks must be at most 6');
    expect(await page.textContent('#hoursPerWeek-error')).toContain('Hours a week must be a number');
    expect(await page.textContent('#assessorType-error')).toContain('Choose who assessed');
    expect([await page.inputValue('#plannedWeeks'), await page.inputValue('#hoursPerWeek')]).toEqual(['7', 'many']);

    await page.goto(`${setting.app.url}/reablement/${episodeId}`);
    await page.click('button:has-text("Set the goal")');
    expect(await page.textContent('#goal-error')).toContain('Enter the goal');
    await page.fill('#endedOn', leftOn);
    await page.selectOption('#outcome', 'independent');
    await page.click('button:has-text("End reablement")');
    expect(await page.textContent('#endedOn-error')).toContain('The end must not be before the start');
    expect([await page.inputValue('#endedOn'), await page.inputValue('#outcome')]).toEqual([leftOn, 'independent']);
    await context.close();
  }, 60_000);

  it('take a check from the list to its answer and back, by keyboard alone', async () => {
    const { page, context, faults } = await signedInPage(browser, setting.app.url, 'reablement');
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const tabTo = async (selector: string): Promise<void> => {
      for (let step = 0; step < 80; step += 1) {
        await press('Tab');
        if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`)) return;
      }
      throw new Error(`The keyboard does not come to ${selector}`);
    };
    await page.goto(`${setting.app.url}/day-91`);
    await tabTo(`a[href="/day-91/${unanswered.checkId}"]`);
    await Promise.all([page.waitForURL(/\/day-91\/.+/), press('Enter')]);
    await tabTo('#result');
    await press('S');
    await tabTo('form[action$="/attempts"] button');
    await Promise.all([page.waitForNavigation(), press('Enter')]);
    expect(await page.textContent('.nhsuk-notification-banner')).toContain('The attempt is logged.');
    expect(await page.textContent('main')).toContain('Spoke to the person');
    await tabTo('input[name="status"]');
    await press('Space');
    await tabTo('#decidedBy');
    await page.keyboard.type('Jo Lead');
    await Promise.all([page.waitForNavigation(), press('Enter')]);
    expect(await page.textContent('main')).toContain('Own home, Jo Lead');
    await tabTo('#reason');
    await page.keyboard.type('Rang back');
    await Promise.all([page.waitForNavigation(), press('Enter')]);
    expect(await page.textContent('main')).toContain('None yet');
    expect(faults).toEqual([]);
    await context.close();
  }, 60_000);

  it('work through an episode without script', async () => {
    const visitor = await WithoutScript.signedIn(setting.app.url, 'reablement');
    await visitor.open(`/reablement/start?caseId=${unanswered.caseId}`);
    const made = await visitor.send('/reablement/start', {
      caseId: unanswered.caseId,
      providerId: 'prov-a',
      startedOn: addDays(leftOn, 1),
      plannedWeeks: '6',
      hoursPerWeek: '7.5',
      assessorType: 'joint',
      inLongTermSupport: 'no',
    });
    expect([made.status, made.location]).toEqual([303, expect.stringMatching(/^\/reablement\/.+/)]);
    const path = made.location ?? '';
    await visitor.send(`${path}/goals`, { goal: 'Cook supper' });
    const { html } = await visitor.open(path);
    const goalId = /<option value="([^"]+)"[^>]*>\s*Cook supper/.exec(html)?.[1] ?? '';
    const sent = [
      await visitor.send(`${path}/goal-reviews`, { goalId, progress: 'Cooks with help', met: 'no' }),
      await visitor.send(`${path}/hours`, { weekStarting: addDays(leftOn, 1), hours: '7' }),
      await visitor.send(`${path}/reviews`, { note: 'Steadier', hoursPerWeek: '' }),
      await visitor.send(`${path}/end`, { endedOn: addDays(leftOn, 30), outcome: 'independent' }),
    ];
    expect(sent.map(({ status }) => status)).toEqual([303, 303, 303, 303]);
    const ended = (await visitor.open(path)).html;
    for (const words of ['Cooks with help', 'Steadier', '7 hours', 'Independent, no service', 'Ended'])
      expect([words, ended.includes(words)]).toEqual([words, true]);
    expect(ended).not.toContain('Set the goal');
  }, 30_000);

  it('show the team of the hospital everything and no form', async () => {
    const visitor = await WithoutScript.signedIn(setting.app.url, 'idt');
    const page = await visitor.open(`/day-91/${home.checkId}`);
    expect([page.status, page.html.includes('Record the answer')]).toEqual([200, false]);
    expect(page.html).toContain('Readmitted');
    expect((await visitor.open('/reablement/start')).status).toBe(403);
    expect((await visitor.send(`/day-91/${home.checkId}/outcome`, { status: 'own-home', decidedBy: 'x' })).status).toBe(
      403,
    );
  });

  it('name nobody to call where a death is recorded', async () => {
    const visitor = await WithoutScript.signedIn(setting.app.url, 'reablement');
    expect((await visitor.open('/day-91?state=done')).html).toContain('do not call');
  });
});
