import type { ApiAnswer, ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ago, Line, listOf, message, ok, somebody, today, type Json, type Person } from './ward-message.js';

/** "Conventions" and "Who may do what" of the public page, line by line, by somebody who knows nothing but that page. */

let app: TestApp;
let idt: ApiClient;
let line: Line;
let caseId: string;

const referral = (who: Person): Json => ({
  person: {
    nhsNumber: who.nhs,
    familyName: 'Test',
    givenNames: 'Ada',
    birthDate: who.birthDate,
    sex: 'F',
    postcode: 'N12 0AA',
  },
  hospital: 'RAL',
  homeAuthority: 'Barnet',
  needs: { summary: 'x' },
  involvement: { person: 'y' },
  referredBy: 'Sister',
  occurredAt: ago(9, 12),
});

beforeAll(async () => {
  app = await startTestApp();
  idt = await app.api('idt');
  line = new Line(await app.api('admin'));
  const who = somebody();
  await line.take(message(who, 'A01', { at: ago(10, 9), place: 'ELM^1^A' }));
  caseId = ok(await idt.post('/cases', referral(who))).text('caseId');
}, 60_000);
afterAll(async () => app?.stop(), 30_000);

const problem = { 'content-type': expect.stringContaining('application/problem+json') as unknown };
const isProblem = (answer: ApiAnswer, status: number): void => {
  expect({ status: answer.status, 'content-type': answer.headers.get('content-type') }).toEqual({ status, ...problem });
  expect(answer.json).toMatchObject({
    status,
    code: expect.any(String) as unknown,
    title: expect.any(String) as unknown,
  });
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|at .*\.ts|Error:/);
};

describe('signing in', () => {
  it('gives a token that every demo user can use, and nobody else', async () => {
    const open = await app.api();
    for (const username of ['ward', 'idt', 'broker', 'broker2', 'reablement', 'provider', 'analyst', 'admin']) {
      const answer = await open.post('/auth/token', { username, password: 'homeward-demo' });
      expect(answer.json).toMatchObject({
        accessToken: expect.any(String) as unknown,
        expiresAt: expect.stringMatching(/^\d{4}-.*(Z|[+-]\d\d:\d\d)$/) as unknown,
      });
    }
    isProblem(await open.post('/auth/token', { username: 'idt', password: 'wrong' }), 401);
    isProblem(await open.post('/auth/token', { username: 'idt' }), 400);
    for (const path of [
      '/stays',
      '/board',
      `/cases/${caseId}`,
      '/placement-requests',
      '/metrics/los.mean?from=2026-01-01&to=2026-02-01',
      '/quarantine',
      '/feeds',
      '/providers',
      '/day-91-checks',
    ])
      isProblem(await open.get(path), 401);
    isProblem(await open.get('/board', { authorization: 'Bearer nonsense' }), 401);
  });
});

describe('a command', () => {
  it('takes If-Match with the revision seen, and refuses a stale one with 412', async () => {
    const first = ok(await idt.post(`/cases/${caseId}/accept`, {}));
    const seen = first.headers.get('etag') ?? '';
    expect(seen).toBe(`"${String(first.json['revision'])}"`);
    const body = { date: today };
    const second = ok(await idt.post(`/cases/${caseId}/expected-discharge-date`, body, { 'if-match': seen }));
    expect(second.headers.get('etag')).not.toBe(seen);
    isProblem(await idt.post(`/cases/${caseId}/expected-discharge-date`, body, { 'if-match': seen }), 412);
    expect((await idt.post(`/cases/${caseId}/expected-discharge-date`, body, { 'if-match': '*' })).status).toBe(200);
    for (const wrong of ['abc', '"x"'])
      expect([400, 412]).toContain((await idt.post(`/cases/${caseId}/accept`, {}, { 'if-match': wrong })).status);
  });

  it('takes occurredAt with an offset, up to five minutes ahead', async () => {
    const at = async (occurredAt: unknown): Promise<number> =>
      (await idt.post(`/cases/${caseId}/expected-discharge-date`, { date: today, occurredAt })).status;
    const ahead = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
    expect(await at(ahead(4.5))).toBe(200);
    expect(await at(ago(2, 9))).toBe(200);
    expect(await at(ago(2, 9).replace('.000Z', '+00:00'))).toBe(200);
    for (const wrong of [ahead(5.5), '2026-11-01', '2026-11-01T10:00:00', '2026-02-30T10:00:00Z', 'now', 5, ''])
      expect([wrong, await at(wrong)]).toEqual([wrong, 400]);
    for (const date of ['2026-02-30', '20261101', '2026-11-01T00:00:00Z', '', 5])
      expect([date, (await idt.post(`/cases/${caseId}/expected-discharge-date`, { date })).status]).toEqual([
        date,
        400,
      ]);
  });

  it('is answered once for an Idempotency-Key, user and path; another body under it is 422', async () => {
    const who = somebody();
    const key = { 'idempotency-key': `k-${who.nhs}` };
    const first = await idt.post('/cases', referral(who), key);
    const again = await idt.post('/cases', referral(who), key);
    expect([again.status, again.body, again.headers.get('etag')]).toEqual([201, first.body, first.headers.get('etag')]);
    isProblem(await idt.post('/cases', { ...referral(who), hospital: 'XYZ' }, key), 422);
    expect((await (await app.api('admin')).post('/cases', referral(who), key)).status).toBe(409);
    const action = { what: 'x', owner: { organisation: 'Barnet' }, due: today };
    const [one, two] = await Promise.all([1, 2].map(() => idt.post(`/cases/${caseId}/actions`, action, key)));
    const statuses = [one?.status, two?.status];
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(0);
    const later = await idt.post(`/cases/${caseId}/actions`, action, key);
    expect(later.status).toBe(201);
    for (const answer of [one, two])
      if (answer?.status === 201) expect(answer.json['actionId']).toBe(later.json['actionId']);
    // A refusal is an answer too.
    const refusedKey = { 'idempotency-key': `r-${who.nhs}` };
    const refused = await idt.post('/cases', referral(who), refusedKey);
    const refusedAgain = await idt.post('/cases', referral(who), refusedKey);
    expect([refused.status, refusedAgain.body]).toEqual([409, refused.body]);
  });
});

describe('a read', () => {
  it.each([
    '/stays',
    '/board',
    '/quarantine',
    '/feeds',
    '/placement-requests',
    '/providers',
    '/day-91-checks',
    '/reablement-episodes',
    '/people/merges',
    '/people/conflicts',
    '/metrics',
  ])('%s waits for a position, and is 400 for what is none', async (path) => {
    const admin = await app.api('admin');
    const made = ok(await idt.post(`/cases/${caseId}/accept`, {}));
    expect((await admin.get(`${path}?waitFor=${made.text('position')}`)).status).toBe(200);
    for (const wrong of ['x', '-1', '1.5']) isProblem(await admin.get(`${path}?waitFor=${wrong}`), 400);
  });

  it('says 503 with Retry-After after 5 seconds when the position does not come', async () => {
    const started = Date.now();
    const answer = await idt.get('/board?waitFor=999999999');
    isProblem(answer, 503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Date.now() - started).toBeGreaterThanOrEqual(4_500);
  });

  it.each([
    '/stays',
    '/quarantine',
    '/placement-requests',
    '/day-91-checks',
    '/reablement-episodes',
    '/people/merges',
    '/people/conflicts',
    '/providers',
    '/feeds',
    '/huddles',
  ])('the list %s has items and nextCursor, and takes at most 500', async (path) => {
    const admin = await app.api('admin');
    const answer = ok(await admin.get(`${path}?limit=500`));
    expect(listOf(answer, 'items')).toBeInstanceOf(Array);
    expect(answer.json).toHaveProperty('nextCursor');
    for (const wrong of ['501', '0', '-1', 'x', '1.5']) isProblem(await admin.get(`${path}?limit=${wrong}`), 400);
    isProblem(await admin.get(`${path}?cursor=nonsense`), 400);
  });
});

describe('an error', () => {
  it('is problem+json with a code, and the fields where the input is bad', async () => {
    const bad = await idt.post(`/cases/${caseId}/pathway`, { pathway: 9, extra: 1 });
    isProblem(bad, 400);
    expect(
      (bad.json['errors'] as Json[]).every(
        (error) => typeof error['field'] === 'string' && typeof error['message'] === 'string',
      ),
    ).toBe(true);
    expect((bad.json['errors'] as Json[]).map(({ field }) => field)).toEqual(
      expect.arrayContaining(['pathway', 'extra', 'reason', 'decidedBy']),
    );
    isProblem(await idt.post(`/cases/${caseId}/pathway`, '{', { 'content-type': 'application/json' }), 400);
    isProblem(await idt.post(`/cases/${caseId}/pathway`, '[]', { 'content-type': 'application/json' }), 400);
    isProblem(await idt.post(`/cases/${caseId}/pathway`, 'x', { 'content-type': 'text/plain' }), 415);
    isProblem(await idt.post(`/cases/${caseId}/pathway`, { reason: 'x'.repeat(2_000_000) }), 413);
    isProblem(await idt.get('/nothing-here'), 404);
    isProblem(await idt.get('/cases/nothing'), 404);
    isProblem(await idt.get('/cases/%00'), 400);
    isProblem(await idt.get(`/cases/${'x'.repeat(65)}`), 404);
    isProblem(await (await app.api('ward')).post(`/cases/${caseId}/pathway`, {}), 403);
  });
});

describe('who may do what', () => {
  const table: [string, string, 'get' | 'post' | 'put', Record<string, boolean>][] = [
    [
      'board',
      '/board',
      'get',
      { ward: true, idt: true, broker: true, reablement: true, provider: false, analyst: false },
    ],
    [
      'stays',
      '/stays',
      'get',
      { ward: true, idt: true, broker: true, reablement: true, provider: false, analyst: false },
    ],
    [
      'accept',
      '/cases/none/accept',
      'post',
      { ward: false, idt: true, broker: false, reablement: false, provider: false, analyst: false },
    ],
    [
      'criteria',
      '/cases/none/criteria-to-reside',
      'post',
      { ward: true, idt: true, broker: false, reablement: false, provider: false, analyst: false },
    ],
    [
      'expected date',
      '/cases/none/expected-discharge-date',
      'post',
      { ward: true, idt: true, broker: false, reablement: false, provider: false, analyst: false },
    ],
    [
      'huddles',
      '/huddles',
      'post',
      { ward: false, idt: true, broker: false, reablement: false, provider: false, analyst: false },
    ],
    [
      'open a request',
      '/placement-requests',
      'post',
      { ward: false, idt: true, broker: true, reablement: false, provider: false, analyst: false },
    ],
    [
      'read requests',
      '/placement-requests',
      'get',
      { ward: false, idt: true, broker: true, reablement: false, provider: true, analyst: false },
    ],
    [
      'claim',
      '/placement-requests/none/claim',
      'post',
      { ward: false, idt: false, broker: true, reablement: false, provider: false, analyst: false },
    ],
    [
      'providers',
      '/providers/none',
      'put',
      { ward: false, idt: false, broker: true, reablement: false, provider: false, analyst: false },
    ],
    [
      'respond',
      '/placement-requests/none/responses',
      'post',
      { ward: false, idt: false, broker: true, reablement: false, provider: true, analyst: false },
    ],
    [
      'episodes',
      '/reablement-episodes',
      'post',
      { ward: false, idt: false, broker: false, reablement: true, provider: false, analyst: false },
    ],
    [
      'read checks',
      '/day-91-checks',
      'get',
      { ward: false, idt: true, broker: false, reablement: true, provider: false, analyst: false },
    ],
    [
      'figures',
      `/metrics/brokerage.declines?from=2026-01-01&to=2026-02-01`,
      'get',
      { ward: true, idt: true, broker: true, reablement: true, provider: true, analyst: true },
    ],
    [
      'quarantine',
      '/quarantine',
      'get',
      { ward: true, idt: true, broker: false, reablement: false, provider: false, analyst: false },
    ],
    [
      'feeds',
      '/feeds',
      'get',
      { ward: true, idt: true, broker: false, reablement: false, provider: false, analyst: false },
    ],
  ];
  it.each(table)('%s', async (_what, path, method, may) => {
    for (const [role, yes] of Object.entries(may)) {
      const { status } = await (await app.api(role))[method](path, ...(method === 'get' ? [] : [{}]));
      expect([role, status !== 403]).toEqual([role, yes]);
    }
  });
});
