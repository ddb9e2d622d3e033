import { contextAlone } from '#apps/service.js';
import { DischargeModule } from '#libs/discharge/discharge.module.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { Browser } from '../support/browser.js';

const start = (env: Readonly<Record<string, string>> = {}): Promise<TestApp> =>
  startTestApp({ module: (platform) => contextAlone(platform, DischargeModule), env });

/** Where the menu of this user leads, and where `/` does. */
const menuOf = async (app: TestApp, username: string): Promise<{ menu: readonly string[]; first: string | null }> => {
  const browser = await Browser.signedIn(app.url, username);
  const [account, first] = [await browser.open('/account'), await browser.open('/')];
  return {
    menu: [...account.html.matchAll(/navigation-link" href="([^"]+)"/g)].map(([, href = '']) => href),
    first: first.location,
  };
};

describe('the menu of one service of five', () => {
  it('leads to the pages of the others too, behind the proxy that puts them under one address', async () => {
    const app = await start({ PUBLIC_URL: 'http://homeward.example' });
    try {
      expect(await menuOf(app, 'broker')).toEqual({
        menu: ['/huddle', '/brokerage', '/providers', '/insights'],
        first: '/brokerage',
      });
      const { menu } = await menuOf(app, 'admin');
      expect(menu.slice(-3)).toEqual(['/operations', '/operations/feeds', '/operations/quarantine']);
    } finally {
      await app.stop();
    }
  }, 60_000);

  it('names its own pages alone where nothing stands in front', async () => {
    const app = await start();
    try {
      expect(await menuOf(app, 'broker')).toEqual({ menu: ['/huddle'], first: '/huddle' });
    } finally {
      await app.stop();
    }
  }, 60_000);
});
