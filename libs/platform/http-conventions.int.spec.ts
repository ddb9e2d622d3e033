import { Body, Controller, Get, HttpCode, Module, Param, Post, Query, type DynamicModule } from '@nestjs/common';
import { AccessModule } from '#libs/access/access.module.js';
import { May } from '#libs/access/may.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext, Executed } from '#libs/event-store/decider.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { StoreUnavailable } from '#libs/event-store/port.js';
import { startTestApp, type TestApp } from '../../test/support/app.js';
import type { ApiClient } from '../../test/support/api-client.js';
import { QuietFeed, QuietFeedModule } from '../../test/support/quiet-feed.js';
import { answer, type Answer } from './answer.js';
import { Context } from './command-context.js';
import { newId } from './ids.js';
import { listOf, ListQuery, type List } from './list.js';
import { PlatformModule, type PlatformOptions } from './platform.module.js';
import { CommandBody, IsCivilDate, IsCode, IsId, IsPart, IsParts, IsText, MayBeLeftOut } from './validation.js';

class LocalId {
  @IsText(20)
  authority!: string;
}

class Note extends CommandBody {
  @IsText(20)
  text!: string;

  @MayBeLeftOut()
  @IsCivilDate()
  on?: string;

  @MayBeLeftOut()
  @IsCode(['red', 'green'])
  colour?: string;

  @MayBeLeftOut()
  @IsPart(() => LocalId)
  from?: LocalId;

  @MayBeLeftOut()
  @IsParts(() => LocalId, 2)
  localIds?: LocalId[];

  @MayBeLeftOut()
  @IsId()
  ref?: string;
}

const runs: string[] = [];
let fail: Error | undefined;
let hold: Promise<void> | undefined;

@Controller('api/v1/notes')
class NotesController {
  @Post()
  @May('case.command')
  async write(
    @Body() note: Note,
    @Context() context: CommandContext,
    @Signed() user: SignedIn,
  ): Promise<Answer & object> {
    const id = newId();
    runs.push(id);
    await hold;
    if (fail) throw fail;
    const done: Executed<undefined> = {
      ok: true,
      id,
      revision: runs.length,
      position: String(runs.length),
      state: undefined,
      events: [],
    };
    return answer(done, { noteId: id, note, context, grant: user.grant });
  }

  @Post('refused')
  @HttpCode(200)
  @May('case.command')
  refused(@Body() note: Note): Answer {
    runs.push(note.text);
    return answer({ ok: false, code: 'note.refused', message: 'A rule refuses this note.', details: { caseId: 'c1' } });
  }

  @Get()
  @May('case.read')
  list(@Query() { limit, cursor }: ListQuery): List<string> {
    return listOf(['a', 'b', 'c', 'd', 'e'], limit, cursor, (item) => item);
  }

  @Get('boom')
  @May('case.read')
  boom(): never {
    throw new TypeError('Ethel Ward, 999 000 0018');
  }

  @Get('away')
  @May('case.read')
  away(): never {
    throw new StoreUnavailable('connect ECONNREFUSED');
  }

  @Get('one/:id')
  @May('case.read')
  one(@Param('id') id: string): { id: string; revision: number } {
    return { id, revision: 7 };
  }
}

@Module({ controllers: [NotesController] })
class NotesModule {
  static with(options: PlatformOptions): DynamicModule {
    return { module: NotesModule, imports: [PlatformModule.with(options), AccessModule, QuietFeedModule] };
  }
}

describe('the conventions of HTTP', () => {
  let app: TestApp;
  let idt: ApiClient;

  beforeAll(async () => {
    app = await startTestApp({ module: (options) => NotesModule.with(options) });
    idt = await app.api('idt');
  }, 60_000);
  afterAll(() => app.stop());
  beforeEach(() => {
    runs.length = 0;
    fail = undefined;
    hold = undefined;
  });

  describe('commands', () => {
    it('answers what was made with 201, its id, revision, position and an ETag', async () => {
      const made = await idt.post('/notes', { text: 'hello' });
      expect(made.status).toBe(201);
      expect(made.json).toMatchObject({ revision: 1, position: '1', grant: 'yes' });
      expect(made.json['noteId']).toBe(made.json['id']);
      expect(made.headers.get('etag')).toBe('"1"');
    });

    it('takes the time of the command from occurredAt, in UTC, and the revision from If-Match', async () => {
      const made = await idt.post(
        '/notes',
        { text: 'x', occurredAt: '2026-06-01T10:00:00.123456+01:00' },
        { 'if-match': 'W/"12"' },
      );
      expect(made.json['context']).toMatchObject({ occurredAt: '2026-06-01T09:00:00.123Z', expectedRevision: 12 });
      expect(made.json['context']).toMatchObject({
        metadata: { source: 'api', actor: { role: 'idt', organisation: 'E09000003' } },
      });
    });

    it.each([
      '2026-02-30T10:00:00Z',
      '2026-06-01T10:00:00',
      '2026-06-01',
      'yesterday',
      '2026-06-01T25:00:00Z',
      12,
      {},
      '2026-13-01T00:00:00Z',
    ])('refuses %p as a time', async (occurredAt) => {
      const refused = await idt.post('/notes', { text: 'x', occurredAt });
      expect(refused.status).toBe(400);
      expect(refused.json['errors']).toEqual([{ field: 'occurredAt', message: expect.any(String) }]);
      expect(runs).toEqual([]);
    });

    it('refuses what lies more than five minutes ahead, and takes what lies less', async () => {
      const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
      expect((await idt.post('/notes', { text: 'x', occurredAt: at(6) })).status).toBe(400);
      expect((await idt.post('/notes', { text: 'x', occurredAt: at(4) })).status).toBe(201);
    });

    it('answers 412 to an If-Match that can be no revision', async () => {
      const stale = await idt.post('/notes', { text: 'x' }, { 'if-match': '"abc"' });
      expect([stale.status, stale.json['code'], runs.length]).toEqual([412, 'revision.stale', 0]);
    });

    it('tells the code and details of a refusal as problem+json', async () => {
      const refused = await idt.post('/notes/refused', { text: 'x' });
      expect(refused.status).toBe(409);
      expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(refused.json).toEqual({
        type: 'about:blank',
        title: expect.any(String),
        status: 409,
        code: 'note.refused',
        detail: 'A rule refuses this note.',
        caseId: 'c1',
      });
    });
  });

  describe('bad input', () => {
    it.each([
      [{ text: 'x', extra: 1 }, 'extra'],
      [{}, 'text'],
      [{ text: '   ' }, 'text'],
      [{ text: 'x'.repeat(21) }, 'text'],
      [{ text: ['x'] }, 'text'],
      [{ text: 'x', on: '2026-02-29' }, 'on'],
      [{ text: 'x', on: 20260101 }, 'on'],
      [{ text: 'x', colour: 'blue' }, 'colour'],
      [{ text: 'x', from: [] }, 'from'],
      [{ text: 'x', from: 'RAL' }, 'from'],
      [{ text: 'x', from: {} }, 'from.authority'],
      [{ text: 'x', from: { authority: 'RAL', more: 1 } }, 'from.more'],
      [{ text: 'x', localIds: {} }, 'localIds'],
      [{ text: 'x', localIds: [{ authority: 'a' }, { authority: 3 }] }, 'localIds[1].authority'],
      [{ text: 'x', localIds: [null] }, 'localIds'],
      [{ text: 'x', ref: 'a/b' }, 'ref'],
      [{ text: 'a\0b' }, 'text'],
      [{ text: 'a\ud800b' }, 'text'],
    ])('names the field of %j', async (body, field) => {
      const refused = await idt.post('/notes', body);
      expect(refused.status).toBe(400);
      expect(refused.json).toMatchObject({ code: 'request.invalid-field', errors: [{ field }] });
      expect(runs).toEqual([]);
    });

    it.each([['[]'], ['"text"'], ['null and void'], ['{"text":'], ['{"__proto__":{"x":1},"text":"x"}'], ['12']])(
      'refuses the body %s',
      async (body) => {
        const refused = await idt.post('/notes', body, { 'content-type': 'application/json' });
        expect([refused.status, refused.headers.get('content-type')?.split(';')[0]]).toEqual([
          400,
          'application/problem+json',
        ]);
      },
    );

    it('refuses a body that is not UTF-8, one that is nested without end, and one too large', async () => {
      const json = { 'content-type': 'application/json' };
      expect((await idt.post('/notes', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), json)).status).toBe(400);
      expect((await idt.post('/notes', `{"text":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, json)).status).toBe(400);
      const large = await idt.post('/notes', JSON.stringify({ text: 'x'.repeat(1_100_000) }), json);
      expect([large.status, large.json['code']]).toEqual([413, 'request.too-large']);
    });

    it('answers 415 to content it does not take, and 404 to an address it does not have', async () => {
      expect((await idt.post('/notes', '<x/>', { 'content-type': 'application/xml' })).json).toMatchObject({
        status: 415,
        code: 'request.media-type',
      });
      const form = await idt.post('/notes', 'text=x', { 'content-type': 'application/x-www-form-urlencoded' });
      expect(form.json).toMatchObject({ status: 415 });
      expect((await idt.get('/nothing')).json).toMatchObject({ status: 404, code: 'not-found' });
      expect((await idt.get('/notes/one/%zz')).json).toMatchObject({ status: 400 });
      expect((await idt.get('/notes/one/%00')).status).toBe(400);
    });

    it('says nothing of an internal error: no stack, no name', async () => {
      const broken = await idt.get('/notes/boom');
      expect([broken.status, broken.json['code']]).toEqual([500, 'internal']);
      expect(JSON.stringify(broken.body)).not.toMatch(/Ethel|999|TypeError|\.ts|at /);
    });

    it('answers 503 with Retry-After while the database is away', async () => {
      const away = await idt.get('/notes/away');
      expect([away.status, away.json['code'], away.headers.get('retry-after')]).toEqual([503, 'unavailable', '2']);
    });
  });

  describe('lists', () => {
    it('come in pages that join without gap or overlap', async () => {
      const seen: unknown[] = [];
      let path = '/notes?limit=2';
      for (;;) {
        const page = await idt.get(path);
        seen.push(page.json['items']);
        if (page.json['nextCursor'] === null) break;
        path = `/notes?limit=2&cursor=${page.text('nextCursor')}`;
      }
      expect(seen).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    });

    it.each(['limit=501', 'limit=0', 'limit=x', 'limit=1.5', 'cursor=nonsense', 'colour=red'])(
      'refuse %s',
      async (query) => {
        expect((await idt.get(`/notes?${query}`)).status).toBe(400);
      },
    );
  });

  describe('reading one’s own write', () => {
    it('answers at once when the feed has come that far, and 503 with Retry-After when it does not', async () => {
      const feed = app.get(EventFeed);
      if (!(feed instanceof QuietFeed)) throw new Error('another feed');
      feed.position = 9n;
      expect((await idt.get('/notes?waitFor=9')).status).toBe(200);
      const behind = await idt.get('/notes/one/a?waitFor=10');
      expect([behind.status, behind.headers.get('retry-after')]).toEqual([503, '1']);
    });

    it.each(['0', '-1', 'abc', '1e3', '007', '99999999999999999999', ''])('refuses waitFor=%s', async (position) => {
      const refused = await idt.get(`/notes/one/a?waitFor=${position}`);
      expect([refused.status, refused.json['errors']]).toEqual([
        400,
        [{ field: 'waitFor', message: expect.any(String) }],
      ]);
    });

    it('gives the revision of what was read as its ETag', async () => {
      expect((await idt.get('/notes/one/a')).headers.get('etag')).toBe('"7"');
    });
  });

  describe('an Idempotency-Key', () => {
    const key = (): { 'idempotency-key': string } => ({ 'idempotency-key': newId() });

    it('gives the first answer again: status, ETag and body', async () => {
      const headers = key();
      const first = await idt.post('/notes', { text: 'once', colour: 'red' }, headers);
      const again = await idt.post('/notes', { colour: 'red', text: 'once' }, headers);
      expect(again.status).toBe(201);
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
      expect(runs).toHaveLength(1);
    });

    it('gives a refusal again', async () => {
      const headers = key();
      const first = await idt.post('/notes/refused', { text: 'once' }, headers);
      const again = await idt.post('/notes/refused', { text: 'once' }, headers);
      expect([again.status, again.body]).toEqual([409, first.body]);
      expect(again.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(runs).toHaveLength(1);
    });

    it('answers 422 to another body', async () => {
      const headers = key();
      await idt.post('/notes', { text: 'one' }, headers);
      const other = await idt.post('/notes', { text: 'two' }, headers);
      expect([other.status, other.json['code'], runs.length]).toEqual([422, 'idempotency.other-body', 1]);
    });

    it('belongs to one user and one path', async () => {
      const headers = key();
      await idt.post('/notes', { text: 'one' }, headers);
      await (await app.api('admin')).post('/notes', { text: 'two' }, headers);
      await idt.post('/notes/refused', { text: 'three' }, headers);
      expect(runs).toHaveLength(3);
    });

    it('does not keep a failure of ours; the repeat makes the same ids', async () => {
      const headers = key();
      fail = new StoreUnavailable('away');
      expect((await idt.post('/notes', { text: 'x' }, headers)).status).toBe(503);
      fail = undefined;
      expect((await idt.post('/notes', { text: 'x' }, headers)).status).toBe(201);
      expect(runs).toHaveLength(2);
      expect(runs[0]).toBe(runs[1]);
    });

    it('lets only one of many at once run, and gives the others its answer', async () => {
      const headers = key();
      let release = (): void => undefined;
      hold = new Promise((resolve) => (release = resolve));
      const all = Array.from({ length: 12 }, () => idt.post('/notes', { text: 'once' }, headers));
      await new Promise((resolve) => setImmediate(resolve));
      release();
      const answers = await Promise.all(all);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ json }) => json['noteId'])).size).toBe(1);
      expect(runs).toHaveLength(1);
    });

    it('is taken over at once from a process that died in the middle, under the same ids', async () => {
      const headers = key();
      const first = await idt.post('/notes', { text: 'once' }, headers);
      await app.pool.query(
        `UPDATE platform.idempotency_key SET state = 'running', answer = NULL, instance_id = 'gone' WHERE key = $1`,
        [headers['idempotency-key']],
      );
      const again = await idt.post('/notes', { text: 'once' }, headers);
      expect(again.json['noteId']).toBe(first.json['noteId']);
      expect(runs).toHaveLength(2);
    });

    it('is forgotten after 24 hours, and then stands for a new command', async () => {
      const headers = key();
      await idt.post('/notes', { text: 'once' }, headers);
      await app.pool.query(
        `UPDATE platform.idempotency_key SET begun_at = now() - interval '24 hours', expires_at = now() WHERE key = $1`,
        [headers['idempotency-key']],
      );
      expect((await idt.post('/notes', { text: 'another' }, headers)).status).toBe(201);
      expect(new Set(runs).size).toBe(2);
    });

    it.each(['', 'ü', 'x'.repeat(256), 'a b'])('must be visible ASCII of at most 255 (%p)', async (text) => {
      const encoded = Buffer.from(text, 'utf8').toString('latin1');
      expect((await idt.post('/notes', { text: 'x' }, { 'idempotency-key': encoded })).status).toBe(400);
    });
  });

  it('is described by its own OpenAPI document, body and all', async () => {
    const { json } = await idt.get('/api/openapi.json');
    expect(json['paths']).toMatchObject({
      '/api/v1/notes': {
        post: {
          'x-capability': 'case.command',
          requestBody: {
            content: {
              'application/json': {
                schema: {
                  required: ['text'],
                  additionalProperties: false,
                  properties: {
                    text: { type: 'string', maxLength: 20 },
                    on: { type: 'string', format: 'date' },
                    colour: { enum: ['red', 'green'] },
                    occurredAt: { format: 'date-time' },
                    from: { type: 'object', properties: { authority: { type: 'string' } } },
                    localIds: { type: 'array', items: { type: 'object', required: ['authority'] } },
                  },
                },
              },
            },
          },
        },
        get: { parameters: expect.arrayContaining([expect.objectContaining({ name: 'limit', in: 'query' })]) },
      },
    });
  });
});
