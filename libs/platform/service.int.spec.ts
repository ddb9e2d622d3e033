import { Controller, Get, Module, Req, Res, type DynamicModule } from '@nestjs/common';
import { once } from 'node:events';
import { connect } from 'node:net';
import { get, type IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccessModule } from '#libs/access/access.module.js';
import { May } from '#libs/access/may.js';
import { hashOfSecret } from '#libs/access/secrets.js';
import { Sessions } from '#libs/access/sessions.js';
import { Users } from '#libs/access/postgres-users.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { startTestApp, type TestApp } from '../../test/support/app.js';
import { startTestDatabase } from '../../test/support/database.js';
import { QuietFeed, QuietFeedModule } from '../../test/support/quiet-feed.js';
import { Database } from './database.js';
import { Health } from './health.js';
import { migrate } from './migrations.js';
import { PlatformModule, type PlatformOptions } from './platform.module.js';
import { refuseTakenPorts } from './ports.js';
import { closeEndedStreams, openSse, openStreams, type SseStream } from './sse.js';

let stream: SseStream | undefined;
let opened: ((stream: SseStream) => void) | undefined;

@Controller('api/v1/news')
class NewsController {
  @Get()
  @May('case.read')
  news(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    stream = openSse(request, reply);
    opened?.(stream);
  }
}

let beginSlow = (): void => undefined;
let finishSlow = (): void => undefined;
const slowBegun = new Promise<void>((resolve) => (beginSlow = resolve));
const slowFinished = new Promise<void>((resolve) => (finishSlow = resolve));

@Controller('api/v1/slow')
class SlowController {
  @Get()
  @May('case.read')
  async slow(): Promise<{ done: boolean }> {
    beginSlow();
    await slowFinished;
    return { done: true };
  }
}

@Module({ controllers: [NewsController, SlowController] })
class NewsModule {
  static with(options: PlatformOptions): DynamicModule {
    return { module: NewsModule, imports: [PlatformModule.with(options), AccessModule, QuietFeedModule] };
  }
}

const start = (env: Record<string, string> = {}): Promise<TestApp> =>
  startTestApp({ module: (options) => NewsModule.with(options), env });

const follow = async (
  app: TestApp,
  headers: Record<string, string>,
): Promise<{ response: IncomingMessage; stream: SseStream }> => {
  const open = new Promise<SseStream>((resolve) => (opened = resolve));
  const response = await new Promise<IncomingMessage>((resolve) => get(`${app.url}/api/v1/news`, { headers }, resolve));
  return { response, stream: await open };
};

const textUntil = async (response: IncomingMessage, end: string): Promise<string> => {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += String(chunk);
    if (text.includes(end)) break;
  }
  return text;
};

describe('the service', () => {
  let app: TestApp;
  let feed: QuietFeed;
  beforeAll(async () => {
    app = await start();
    const found = app.get(EventFeed);
    if (!(found instanceof QuietFeed)) throw new Error('another feed');
    feed = found;
  }, 60_000);
  afterAll(() => app.stop());
  const bearer = async (): Promise<Record<string, string>> => ({
    authorization: `Bearer ${(await app.api('idt')).token ?? ''}`,
  });

  describe('live streams', () => {
    it('send what happened with its position, so that a reader can resume', async () => {
      const { response, stream } = await follow(app, await bearer());
      expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
      expect(response.headers['x-accel-buffering']).toBe('no');
      expect(response.headers['content-security-policy']).toBeDefined();
      stream.send('17', undefined, { text: 'a\nb' });
      stream.send('18', 'reset', {});
      const text = await textUntil(response, 'id: 18');
      expect(text).toContain('id: 17\ndata: {"text":"a\\nb"}\n\n');
      expect(text).toContain('id: 18\nevent: reset\n');
    });

    it('end when the reader goes', async () => {
      const { response, stream } = await follow(app, await bearer());
      const closed = new Promise<void>((resolve) => stream.onClose(resolve));
      response.destroy();
      await closed;
      expect(stream.send('1', undefined, {})).toBe(false);
    });

    it('end when the session ends', async () => {
      const user = await app.get(Users).byUsername('idt');
      const { secret } = await app.get(Sessions).begin(user?.userId ?? '', undefined);
      const { response, stream } = await follow(app, { cookie: `homeward=${secret}` });
      response.resume();
      await Promise.all([once(response, 'end'), app.get(Sessions).end(secret)]);
      expect(stream.closed).toBe(true);
    });

    it('end when the token was ended or the user disabled, wherever that was done', async () => {
      const users = app.get(Users);
      await users.add({ username: 'lee', password: 'first', role: 'idt', organisation: 'E09000003' });
      const [kept, revoked, disabled] = [await app.api('idt'), await app.api('idt'), await app.api('lee', 'first')];
      const streams = [];
      for (const { token = '' } of [kept, revoked, disabled]) {
        const { response, stream } = await follow(app, { authorization: `Bearer ${token}` });
        response.resume();
        streams.push(stream);
      }
      // As another process does it: nothing in this one is told.
      await app.pool.query('DELETE FROM access.token WHERE token_hash = $1', [hashOfSecret(revoked.token ?? '')]);
      await app.pool.query("UPDATE access.account SET disabled = true WHERE username = 'lee'");
      await closeEndedStreams();
      expect(streams.map(({ closed }) => closed)).toEqual([false, true, true]);
      for (const stream of streams) stream.close();
    });

    it('go on while nobody can say whether their reader is still signed in', async () => {
      const { response, stream } = await follow(app, await bearer());
      response.resume();
      await app.pool.query('ALTER TABLE access.token RENAME TO token_away');
      await closeEndedStreams();
      await app.pool.query('ALTER TABLE access.token_away RENAME TO token');
      expect(stream.closed).toBe(false);
      stream.close();
    });

    it('let go of a reader who does not keep up, so that memory stays bounded', async () => {
      const { response, stream } = await follow(app, await bearer());
      response.pause();
      response.on('error', () => undefined);
      let sent = 0;
      while (stream.send(String(sent), undefined, { text: 'x'.repeat(100_000) }) && sent < 1000) sent += 1;
      expect(stream.closed).toBe(true);
      expect(sent).toBeLessThan(200);
    });

    it('wait for a reader who is told a long past in parts, and keep only one part of it', async () => {
      const { response, stream } = await follow(app, await bearer());
      const told = textUntil(response, '"last":true');
      for (let part = 1; part <= 100; part += 1) {
        expect(stream.send(String(part), undefined, { text: 'x'.repeat(100_000), last: part === 100 })).toBe(true);
        expect(await stream.taken()).toBe(true);
      }
      expect((await told).match(/^id: /gm)).toHaveLength(100);
      stream.close();
      expect(await stream.taken()).toBe(false);
    });

    it('stop waiting for a reader who is gone', async () => {
      const { response, stream } = await follow(app, await bearer());
      response.on('error', () => undefined).pause();
      const closed = new Promise<void>((resolve) => stream.onClose(resolve));
      const waiting = Array.from({ length: 9 }, (_, part) => {
        stream.send(String(part), undefined, { text: 'x'.repeat(100_000) });
        return stream.taken();
      });
      response.destroy();
      await Promise.all([closed, ...waiting]);
      expect(await stream.taken()).toBe(false);
    });

    it('end when the service stops, which does not wait for them', async () => {
      const other = await start();
      const { response } = await follow(other, { authorization: `Bearer ${(await other.api('idt')).token ?? ''}` });
      response.resume();
      const before = performance.now();
      await Promise.all([once(response, 'end'), other.stop()]);
      expect(performance.now() - before).toBeLessThan(5000);
      expect(openStreams()).toBe(0);
    });
  });

  it('finishes what runs when it stops, and takes nothing new', async () => {
    const other = await start();
    const idt = await other.api('idt');
    const running = idt.get('/api/v1/slow');
    await slowBegun;
    const stopping = other.stop();
    const late = await idt.get('/health/live').catch(() => undefined);
    expect(late === undefined || late.status === 503).toBe(true);
    finishSlow();
    expect((await running).json).toEqual({ done: true });
    await stopping;
  });

  describe('health', () => {
    it('is live, and ready when the database answers and every consumer runs', async () => {
      expect((await (await app.api()).get('/health/live')).json).toEqual({ status: 'live' });
      expect((await (await app.api()).get('/health/ready')).json).toEqual({ status: 'ready', notReady: [] });
    });

    it('names what is not ready', async () => {
      feed.consumers = [
        {
          name: 'discharge.board',
          version: 2,
          kind: 'projection',
          position: '3',
          lag: 40,
          parked: 0,
          state: 'building',
        },
      ];
      let listening = false;
      app
        .get(Health)
        .addCheck('mllp', () => (listening ? Promise.resolve(undefined) : Promise.reject(new Error('ECONNREFUSED'))));
      const answer = await (await app.api()).get('/health/ready');
      expect(answer.status).toBe(503);
      expect(answer.json['notReady']).toEqual([
        { name: 'mllp', why: 'cannot be reached' },
        { name: 'feed discharge.board v2', why: 'building, 40 events to go' },
      ]);
      listening = true;
      feed.consumers = [];
      expect((await (await app.api()).get('/health/ready')).status).toBe(200);
    });

    it('does not wait for a new version of a read model while the old one answers, but says when it cannot be built', async () => {
      const board = { name: 'discharge.board', kind: 'projection', position: '43', lag: 0, parked: 0 } as const;
      const built = { ...board, version: 2, position: '3', lag: 40, beside: true } as const;
      feed.consumers = [
        { ...board, version: 1, state: 'running' },
        { ...built, state: 'building' },
      ];
      expect((await (await app.api()).get('/health/ready')).json).toEqual({ status: 'ready', notReady: [] });
      const lag = async (): Promise<readonly string[]> =>
        (await (await fetch(`${app.url}/metrics`)).text()).match(/^homeward_consumer_lag_events\{.*$/gm) ?? [];
      expect(await lag()).toEqual([
        'homeward_consumer_lag_events{consumer="discharge.board",version="1"} 0',
        'homeward_consumer_lag_events{consumer="discharge.board",version="2"} 40',
      ]);

      feed.consumers = [
        { ...board, version: 1, state: 'running' },
        { ...built, state: 'failed', reason: 'CaseReferred at 4: TypeError' },
      ];
      const answer = await (await app.api()).get('/health/ready');
      expect(answer.status).toBe(503);
      expect(answer.json['notReady']).toEqual([
        { name: 'feed discharge.board v2', why: 'failed, the version before answers' },
      ]);
      const page = await fetch(`${app.url}/operations`, { headers: { ...(await bearer()), accept: 'text/html' } });
      const html = await page.text();
      expect(html).toContain('the version before answers until this one is built');
      expect(html).toContain('CaseReferred at 4: TypeError');

      feed.consumers = [{ ...board, version: 2, state: 'running' }];
      expect(await lag()).toEqual(['homeward_consumer_lag_events{consumer="discharge.board",version="2"} 0']);
      feed.consumers = [];
    });
  });

  describe('measurements', () => {
    it('name routes and not addresses, and are for this machine only', async () => {
      await (await app.api('idt')).get('/api/v1/unknown-person-id');
      const response = await fetch(`${app.url}/metrics`);
      const text = await response.text();
      expect(response.status).toBe(200);
      expect(text).toMatch(/homeward_http_seconds_count\{method="POST",route="\/api\/v1\/auth\/token",status="200"\}/);
      expect(text).not.toContain('unknown-person-id');
      expect((await fetch(`${app.url}/metrics`, { headers: { 'x-forwarded-for': '10.0.0.1' } })).status).toBe(403);
    });

    it('are for others with the token', async () => {
      const other = await start({ METRICS_TOKEN: 'sixteen-characters-at-least' });
      const ask = (token: string) =>
        fetch(`${other.url}/metrics`, { headers: { 'x-forwarded-for': '10.0.0.1', authorization: `Bearer ${token}` } });
      expect((await ask('sixteen-characters-at-least')).status).toBe(200);
      expect((await ask('wrong')).status).toBe(403);
      await other.stop();
    });
  });

  describe('assets', () => {
    it.each([
      '/assets/nhsuk-frontend.css',
      '/assets/nhsuk/nhsuk-frontend.min.js',
      '/assets/platform/page.js',
      '/assets/platform/homeward.css',
    ])('%s is there for everybody', async (path) => {
      const response = await fetch(`${app.url}${path}`);
      expect([response.status, response.headers.get('x-content-type-options')]).toEqual([200, 'nosniff']);
      if (path.endsWith('frontend.css')) expect(await response.text()).not.toContain('@font-face');
      else await response.body?.cancel();
    });

    it.each([
      '/assets/platform/../platform.module.ts',
      '/assets/platform/%2e%2e/layout.njk',
      '/assets/platform/..%2f..%2fsettings.ts',
    ])('%s is not', async (path) => {
      const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(Buffer.from(chunk));
      expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 (?:400|403|404) /);
    });
  });

  it('answers what is not HTTP with a problem, and goes on', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.end('\x0bMSH|^~\\&|PAS|RAL\r\n\r\n');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(Buffer.from(chunk));
    expect(Buffer.concat(chunks).toString()).toMatch(
      /^HTTP\/1.1 400 [\s\S]*application\/problem\+json[\s\S]*request\.malformed/,
    );
    expect((await (await app.api()).get('/health/live')).status).toBe(200);
  });

  describe('the operations page', () => {
    it('shows consumers and parked people, and lets the administrator try again', async () => {
      feed.consumers = [
        {
          name: 'discharge.board',
          version: 1,
          kind: 'projection',
          position: '12',
          lag: 3,
          parked: 2,
          state: 'running',
        },
      ];
      const parked = {
        consumer: 'discharge.board',
        type: 'CaseReferred',
        reason: 'TypeError',
        parkedAt: '2026-11-22T09:40:00.000Z',
      };
      feed.parkedEvents = [
        { ...parked, subject: 'p-1', position: '8', eventId: 'e1' },
        { ...parked, subject: 'p-1', position: '9', eventId: 'e2' },
      ];
      const seen = await (await app.api('idt')).get('/api/v1/operations/consumers');
      expect(seen.json).toMatchObject({
        head: '0',
        consumers: [{ name: 'discharge.board', lag: 3 }],
        parked: [{ subject: 'p-1' }, { eventId: 'e2' }],
      });
      const page = await fetch(`${app.url}/operations`, { headers: { ...(await bearer()), accept: 'text/html' } });
      const html = await page.text();
      expect(html).toContain('discharge.board v1');
      expect(html).toContain('Sunday 22 November 2026 at 09:40');
      expect(html).not.toContain('Try again');
      expect(
        (await (await app.api('idt')).post('/operations/parked/retry', { consumer: 'discharge.board', subject: 'p-1' }))
          .status,
      ).toBe(403);
      expect(
        (
          await (
            await app.api('admin')
          ).post('/operations/parked/retry', { consumer: 'discharge.board', subject: 'p-1' })
        ).json,
      ).toEqual({ released: 1 });
      const unheardOf = { consumer: 'discharge.bored', subject: 'p-1' };
      const refused = await (await app.api('admin')).post('/operations/parked/retry', unheardOf);
      expect(refused.json).toMatchObject({ status: 404, detail: 'This consumer does not exist.' });
      expect(feed.retried).toEqual([{ consumer: 'discharge.board', subject: 'p-1' }]);
    });
  });

  describe('migrations', () => {
    it('run once each, in order, also when two processes start at once, and never change', async () => {
      const database = app.get(Database);
      const first = { name: '0001-table', sql: 'CREATE TABLE probe.thing (n int)' };
      const second = { name: '0002-column', sql: 'ALTER TABLE probe.thing ADD COLUMN m int' };
      await Promise.all([migrate(database.pool, 'probe', [first]), migrate(database.pool, 'probe', [first])]);
      await Promise.all([
        migrate(database.pool, 'probe', [second, first]),
        migrate(database.pool, 'probe', [first, second]),
      ]);
      await database.query('INSERT INTO probe.thing (n, m) VALUES (1, 2)');
      await expect(migrate(database.pool, 'probe', [{ ...first, sql: 'SELECT 1' }])).rejects.toThrow(
        'changed after it had run',
      );
    });
  });

  it('says which port is taken before it starts anything', async () => {
    const port = Number(new URL(app.url).port);
    await expect(refuseTakenPorts({ HTTP_PORT: port, MLLP_PORT: 0 }, '127.0.0.1')).rejects.toThrow(
      `Port ${String(port)} is taken by another program. Stop it, or set HTTP_PORT to another port.`,
    );
  });

  it('answers 503 while the database is away, and works again when it is back', async () => {
    const database = await startTestDatabase();
    const other = await startTestApp({ module: (options) => NewsModule.with(options), database });
    const idt = await other.api('idt');
    const name = new URL(database.url).pathname.slice(1);
    await app.pool.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await app.pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    const away = await idt.post('/auth/token', { username: 'idt', password: 'homeward-demo' });
    expect([away.status, away.json['code'], away.headers.get('retry-after')]).toEqual([503, 'unavailable', '2']);
    expect((await idt.get('/health/ready')).json).toMatchObject({
      notReady: [{ name: 'database', why: 'cannot be reached' }],
    });
    await app.pool.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    expect((await idt.post('/auth/token', { username: 'idt', password: 'homeward-demo' })).status).toBe(200);
    await other.stop();
    await database.stop();
  });
});
