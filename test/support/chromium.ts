import { AxeBuilder } from '@axe-core/playwright';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { demoPassword } from '#libs/access/demo-users.js';

/** A real browser: the one named in `CHROMIUM_PATH`, else the one that comes with the npm packages. */
export const startChromium = async (): Promise<Browser> =>
  playwright.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? (await chromium.executablePath()),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
  });

export interface SignedInPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of script and console since the sign-in. */
  readonly faults: string[];
}

export const signedInPage = async (
  browser: Browser,
  url: string,
  username: string,
  options: { width?: number; javaScriptEnabled?: boolean } = {},
): Promise<SignedInPage> => {
  const { width = 1366, javaScriptEnabled = true } = options;
  const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(`${url}/sign-in`);
  await page.fill('#username', username);
  await page.fill('#password', demoPassword);
  await page.click('main button:has-text("Sign in")');
  await page.waitForURL((at) => !at.pathname.startsWith('/sign-in'));
  return { page, context, faults };
};

/** What axe finds wrong with the page as it stands. */
export const violationsOf = async (page: Page): Promise<string[]> => {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};
