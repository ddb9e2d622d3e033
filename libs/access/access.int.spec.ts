import { Controller, Get, Module, Post, type DynamicModule } from '@nestjs/common';
import { PlatformModule, type PlatformOptions } from '../platform/platform.module.js';
import { startTestApp, type TestApp } from '../../test/support/app.js';
import { apiClient, type ApiClient } from '../../test/support/api-client.js';
import { Browser, csrfOf, type Visited } from '../../test/support/browser.js';
import { startTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { HandClock } from '../../test/support/hand-clock.js';
import { QuietFeed, QuietFeedModule } from '../../test/support/quiet-feed.js';
import { EventFeed } from '../event-feed/port.js';
import { AccessModule } from './access.module.js';
import { Audit } from './audit.js';
import { demoPassword, demoUsers } from './demo-users.js';
import { May } from './may.js';
import { Users } from './postgres-users.js';
import { wrongPasswordsPerAddress } from './sign-in.js';
import { Signed } from './signed.js';
import type { SignedIn } from './signed-in.js';

@Controller()
class Doors {
  @Get('api/v1/whoami')
  @May('case.read')
  whoami(@Signed() user: SignedIn): SignedIn {
    return user;
  }

  @Post('api/v1/change')
  @May('own.session')
  change(): { done: boolean } {
    return { done: true };
  }

  @Get('api/v1/forgotten')
  forgotten(): string {
    return 'a route without @May or @Open';
  }
}

@Module({ controllers: [Doors] })
class DoorsModule {
  static with(options: PlatformOptions): DynamicModule {
    return { module: DoorsModule, imports: [PlatformModule.with(options), AccessModule, QuietFeedModule] };
  }
}

const signIn = async (browser: Browser, username: string, password = demoPassword, next?: string): Promise<Visited> => {
  const { html } = await browser.request('/sign-in');
  const form = { username, password, _csrf: csrfOf(html), ...(next === undefined ? {} : { next }) };
  return browser.request('/sign-in', form);
};

describe('access', () => {
  const clock = new HandClock();
  let database: TestDatabase;
  let app: TestApp;
  let nobody: ApiClient;
  const start = (env: Record<string, string> = {}, demo: 'users' | 'off' = 'users') =>
    startTestApp({ module: (options) => DoorsModule.with(options), clock, database, env, demo });

  beforeAll(async () => {
    database = await startTestDatabase();
    app = await start();
    nobody = apiClient(app.url);
  }, 60_000);
  afterAll(async () => {
    await app.stop();
    await database.stop();
  });
  afterEach(() => {
    clock.ahead = 0;
  });

  describe('a token', () => {
    it.each(demoUsers.map(({ username }) => username))('is given to the demo user %s', async (username) => {
      const answer = await nobody.post('/auth/token', { username, password: demoPassword });
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({
        accessToken: expect.stringMatching(/^[\w-]{43}$/),
        expiresAt: expect.stringMatching(/Z$/),
      });
    });

    it('says who calls, and what the capability grants them', async () => {
      const ward = await (await app.api('ward')).get('/whoami');
      expect(ward.json).toMatchObject({
        username: 'ward',
        role: 'ward',
        organisation: 'RAL',
        grant: 'own',
        via: 'token',
      });
      expect((await (await app.api('idt')).get('/whoami')).json).toMatchObject({ grant: 'yes' });
      expect((await (await app.api('admin')).get('/whoami')).json).toMatchObject({ role: 'admin', grant: 'yes' });
    });

    it('is refused when wrong, missing or of another scheme, with 401 and WWW-Authenticate', async () => {
      for (const authorization of ['Bearer nonsense-nonsense-nonsense', 'Basic aWR0OmhvbWV3YXJk', 'Bearer', '']) {
        const answer = await nobody.get('/whoami', { authorization });
        expect([authorization, answer.status]).toEqual([authorization, 401]);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      }
      expect((await nobody.get('/whoami')).json).toMatchObject({ status: 401, code: 'not-signed-in' });
    });

    it('expires after twelve hours, and ends at once when signed out', async () => {
      const idt = await app.api('idt');
      clock.ahead = 12 * 3_600_000 + 1000;
      expect((await idt.get('/whoami')).status).toBe(401);
      clock.ahead = 0;
      expect((await idt.get('/whoami')).status).toBe(200);
      expect((await idt.post('/auth/sign-out')).status).toBe(204);
      expect((await idt.get('/whoami')).status).toBe(401);
    });

    it('is kept only as a hash', async () => {
      const { token = '' } = await app.api('idt');
      const { rows } = await app.pool.query<{ all: string }>(
        `SELECT string_agg(t::text, '') AS all FROM access.token t`,
      );
      expect(rows[0]?.all).toMatch(/x[0-9a-f]{64}/);
      expect(rows[0]?.all).not.toContain(token);
    });
  });

  describe('the guard', () => {
    it('denies a route that says neither who may nor why everybody may', async () => {
      expect((await (await app.api('admin')).get('/forgotten')).status).toBe(403);
      expect((await nobody.get('/forgotten')).status).toBe(403);
    });

    it('answers 403 to a role the table does not name', async () => {
      const refused = await (await app.api('provider')).get('/whoami');
      expect([refused.status, refused.json['code']]).toEqual([403, 'not-allowed']);
    });
  });

  describe('passwords', () => {
    it('are argon2id', async () => {
      const { rows } = await app.pool.query<{ password_hash: string }>('SELECT password_hash FROM access.account');
      expect(rows.every((row) => row.password_hash.startsWith('$argon2id$'))).toBe(true);
    });

    it('say the same of a wrong password as of a name nobody has', async () => {
      const wrong = await nobody.post('/auth/token', { username: 'broker2', password: 'wrong' });
      const unknown = await nobody.post('/auth/token', { username: 'somebody', password: 'wrong' });
      expect(wrong.status).toBe(401);
      expect(wrong.body).toEqual(unknown.body);
    });

    it('lock a username after ten wrong ones, even against the right one, and let go later', async () => {
      const attempts = await Promise.all(
        Array.from({ length: 25 }, () => nobody.post('/auth/token', { username: 'Analyst', password: 'wrong' })),
      );
      const statuses = attempts.map(({ status }) => status);
      expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(10);
      expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(14);
      const locked = await nobody.post('/auth/token', { username: 'analyst', password: demoPassword });
      expect([locked.status, locked.json['code']]).toEqual([429, 'sign-in.locked']);
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await nobody.post('/auth/token', { username: 'idt', password: demoPassword })).status).toBe(200);
      clock.ahead = 61_000;
      expect((await nobody.post('/auth/token', { username: 'analyst', password: demoPassword })).status).toBe(200);
    });

    it('are counted by the address of the caller, which a proxy of ours tells and nobody else may', async () => {
      const proxied = await start({ PUBLIC_URL: 'http://homeward.example' });
      const from = (url: string, address: string) =>
        apiClient(url).post('/auth/token', { username: address, password: 'wrong' }, { 'x-forwarded-for': address });
      const callers = Array.from({ length: wrongPasswordsPerAddress + 5 }, (_, at) => `203.0.113.${String(at)}`);
      const behind = await Promise.all(callers.map((address) => from(proxied.url, address)));
      expect(new Set(behind.map(({ status }) => status))).toEqual(new Set([401]));
      const other = await start();
      const claimed = await Promise.all(callers.map((address) => from(other.url, address)));
      expect(claimed.some(({ status }) => status === 429)).toBe(true);
      await Promise.all([proxied.stop(), other.stop()]);
    });

    it('that are right count for nothing: a program may sign in as often as it likes', async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => nobody.post('/auth/token', { username: 'idt', password: demoPassword })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    });

    it.each([
      [{}],
      [{ username: 'idt' }],
      [{ username: 'idt', password: 7 }],
      [{ username: ['idt'], password: 'x' }],
      [{ username: 'idt', password: 'x', more: 1 }],
    ])('are asked for in the right shape: %j', async (body) => {
      expect((await nobody.post('/auth/token', body)).status).toBe(400);
    });
  });

  describe('users', () => {
    it('can be added, given another password and disabled, which signs them out', async () => {
      const users = app.get(Users);
      expect(
        await users.add({ username: 'sam', password: 'first', role: 'idt', organisation: 'E09000003' }),
      ).toMatchObject({ ok: true });
      expect(await users.add({ username: 'SAM', password: 'x', role: 'ward', organisation: 'RAL' })).toEqual({
        ok: false,
        code: 'username.taken',
      });
      const sam = await app.api('sam', 'first');
      await users.setPassword('sam', 'second');
      expect((await sam.get('/whoami')).status).toBe(401);
      expect((await nobody.post('/auth/token', { username: 'sam', password: 'first' })).status).toBe(401);
      await users.setDisabled('sam', true);
      expect((await nobody.post('/auth/token', { username: 'sam', password: 'second' })).status).toBe(401);
      expect(await users.byUsername('sam')).toBeUndefined();
    });

    it('of the demo are nobody when the demo is off', async () => {
      const other = await start({}, 'off');
      expect((await apiClient(other.url).post('/auth/token', { username: 'idt', password: demoPassword })).status).toBe(
        401,
      );
      const { token = '' } = await app.api('idt');
      expect((await apiClient(other.url, token).get('/whoami')).status).toBe(401);
      await other.stop();
    });
  });

  describe('pages', () => {
    it('lead who is not signed in to the sign-in page and back', async () => {
      const browser = new Browser(app.url);
      const led = await browser.request('/account?x=1');
      expect([led.status, led.location]).toEqual([303, '/sign-in?next=%2Faccount%3Fx%3D1']);
      const done = await signIn(browser, 'idt', demoPassword, '/account?x=1');
      expect([done.status, done.location]).toEqual([303, '/account?x=1']);
      expect((await browser.request('/account')).html).toContain('Your account');
    });

    it.each(['//evil.example', '/\\evil.example', '/\t/evil.example', 'https://evil.example', '/a\\b', '/sign-out'])(
      'never lead elsewhere after signing in: %s',
      async (next) => {
        expect((await signIn(new Browser(app.url), 'idt', demoPassword, next)).location).toBe('/');
      },
    );

    it('lead each role to a first page that exists', async () => {
      const browser = new Browser(app.url);
      await signIn(browser, 'admin');
      expect((await browser.request('/')).location).toBe('/operations');
      expect((await browser.request('/operations')).status).toBe(200);
    });

    it('keep what was typed, and say what was wrong beside the field', async () => {
      const browser = new Browser(app.url);
      const { html, status } = await signIn(browser, 'idt"><script>', '');
      expect(status).toBe(400);
      expect(html).toContain('There is a problem');
      expect(html).toContain('href="#password"');
      expect(html).toContain('idt&quot;&gt;&lt;script&gt;');
      expect(html).not.toContain('<script>"');
    });

    it('take no form without the token of the session', async () => {
      const browser = new Browser(app.url);
      await signIn(browser, 'idt');
      expect((await browser.request('/sign-out', {})).status).toBe(403);
      expect((await browser.request('/sign-out', { _csrf: 'wrong' })).status).toBe(403);
      const { html } = await browser.request('/account');
      expect((await browser.request('/sign-out', { _csrf: csrfOf(html) })).location).toBe('/sign-in');
      expect((await browser.request('/account')).status).toBe(303);
    });

    it('answer a form sent twice under one Idempotency-Key, which is for the API alone', async () => {
      const feed = app.get(EventFeed);
      if (!(feed instanceof QuietFeed)) throw new Error('another feed');
      feed.consumers = [
        { name: 'none', version: 1, kind: 'policy', position: '0', lag: 0, parked: 0, state: 'running' },
      ];
      const browser = new Browser(app.url);
      await signIn(browser, 'admin');
      const { html } = await browser.request('/operations');
      const body = { consumer: 'none', subject: 'none', _csrf: csrfOf(html) };
      const send = () => browser.request('/operations/parked/retry', body, { 'idempotency-key': 'twice' });
      expect([(await send()).status, (await send()).status]).toEqual([303, 303]);
      // Back to the page, also where a proxy has it below a path of its own.
      expect((await send()).location).toBe('../../operations');
    });

    it('take no sign-in form that was not asked for here', async () => {
      expect(
        (await new Browser(app.url).request('/sign-in', { username: 'idt', password: demoPassword, _csrf: 'x' }))
          .status,
      ).toBe(403);
    });

    it('let a page’s script call the API with the cookie, and change things only with the token', async () => {
      const browser = new Browser(app.url);
      await signIn(browser, 'idt');
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      expect((await nobody.get('/whoami', { cookie })).json).toMatchObject({ via: 'session' });
      expect((await nobody.post('/change', {}, { cookie })).status).toBe(403);
      const token = /name="csrf-token" content="([^"]+)"/.exec((await browser.request('/account')).html)?.[1] ?? '';
      expect((await nobody.post('/change', {}, { cookie, 'x-csrf-token': token })).status).toBe(201);
    });

    it('begin a new session at every sign-in, and end the one before', async () => {
      const browser = new Browser(app.url);
      await signIn(browser, 'idt');
      const first = browser.cookies.get('homeward') ?? '';
      await signIn(browser, 'idt');
      expect(browser.cookies.get('homeward')).not.toBe(first);
      expect((await nobody.get('/whoami', { cookie: `homeward=${first}` })).status).toBe(401);
    });

    it('end a session after four hours without use, and after twelve in any case', async () => {
      const browser = new Browser(app.url);
      await signIn(browser, 'idt');
      clock.ahead = 3.5 * 3_600_000;
      expect((await browser.request('/account')).status).toBe(200);
      clock.ahead = 7 * 3_600_000;
      expect((await browser.request('/account')).status).toBe(200);
      clock.ahead = 10.5 * 3_600_000;
      expect((await browser.request('/account')).status).toBe(200);
      clock.ahead = 12 * 3_600_000 + 1000;
      expect((await browser.request('/account')).status).toBe(303);
      clock.ahead = 0;
      const idle = new Browser(app.url);
      await signIn(idle, 'idt');
      clock.ahead = 4 * 3_600_000 + 1000;
      expect((await idle.request('/account')).status).toBe(303);
    });

    it('send cookies that script cannot read, and strict headers', async () => {
      const browser = new Browser(app.url);
      const { headers } = await browser.request('/sign-in');
      expect(headers.getSetCookie()[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toMatch(/script-src 'self' 'nonce-[0-9a-f]+'/);
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    });

    it('send Secure cookies and HSTS where the service is reached over https', async () => {
      const secure = await start({ PUBLIC_URL: 'https://homeward.example' });
      const { headers } = await new Browser(secure.url).request('/sign-in');
      expect(headers.getSetCookie()[0]).toMatch(/^__Host-.*; Secure; /);
      expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
      await secure.stop();
    });

    it('tell a person what went wrong as a page, without what was sent', async () => {
      const browser = new Browser(app.url);
      await signIn(browser, 'ward');
      const missing = await browser.request('/no-such-page');
      expect(missing.status).toBe(404);
      expect(missing.html).toContain('Not found');
      expect((await browser.request('/operations')).html).toContain('You are signed in as ward');
    });
  });

  describe('the audit of reads', () => {
    it('keeps one entry a view, and gives it back newest first to who may', async () => {
      const audit = app.get(Audit);
      const user: SignedIn = {
        userId: 'u1',
        username: 'idt',
        role: 'idt',
        organisation: 'E09000003',
        grant: 'yes',
        via: 'token',
      };
      for (const caseId of ['c1', 'c2', 'c3'])
        await audit.read({ user, what: 'case', caseIds: [caseId], personIds: ['p1'] });
      const admin = await app.api('admin');
      const first = await admin.get('/audit?limit=2&personId=p1');
      const second = await admin.get(`/audit?limit=2&personId=p1&cursor=${first.text('nextCursor')}`);
      expect(first.json['items']).toMatchObject([
        { caseIds: ['c3'], what: 'case', username: 'idt', why: null },
        { caseIds: ['c2'] },
      ]);
      expect(second.json).toMatchObject({ items: [{ caseIds: ['c1'] }], nextCursor: null });
      expect((await admin.get('/audit?caseId=c2')).json['items']).toHaveLength(1);
      expect((await (await app.api('idt')).get('/audit')).status).toBe(403);
    });
  });
});
