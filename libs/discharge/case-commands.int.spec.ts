import { makeTestNumber } from '#libs/nhs/index.js';
import type { ApiAnswer, ApiClient } from '../../test/support/api-client.js';
import { startTestApp, type TestApp } from '../../test/support/app.js';
import { dischargeAlone } from './testing/discharge-app.js';
import { referralBody } from './testing/ward-news.js';

const module = dischargeAlone;

let app: TestApp;
let idt: ApiClient;
let sequence = 7000;

beforeAll(async () => {
  app = await startTestApp({ module });
  idt = await app.api('idt');
}, 60_000);
afterAll(() => app.stop());

const referred = async (): Promise<
  (path: string, body?: unknown, headers?: Record<string, string>) => Promise<ApiAnswer>
> => {
  const number = makeTestNumber((sequence += 1));
  const caseId = (await idt.post('/cases', referralBody(number))).text('caseId');
  return (path, body, headers) => idt.post(`/cases/${caseId}${path}`, body, headers);
};
const pathway = { pathway: 1, reason: 'Needs help at home', decidedBy: 'Therapist' };

describe('the commands of a case', () => {
  it('answer with what was made, its revision and the position to wait for', async () => {
    const post = await referred();
    const action = { what: 'Ring the daughter', owner: { organisation: 'council', person: 'idt' }, due: '2026-12-01' };
    const steps: [string, unknown, number, string?][] = [
      ['/accept', undefined, 200],
      ['/assign', { worker: 'idt' }, 200],
      ['/criteria-to-reside', { meets: false, codes: [], assessor: 'Consultant' }, 200],
      ['/pathway', pathway, 200],
      ['/expected-discharge-date', { date: '2026-12-02', reason: 'Equipment late' }, 200],
      ['/expected-discharge-date', { date: null }, 200],
      ['/delays', { reason: 'CAP1', owner: 'council', note: 'No calls before Friday' }, 201, 'delayId'],
      ['/actions', action, 201, 'actionId'],
      ['/escalations', { level: 2, to: 'Team lead', why: 'Nobody has answered' }, 201, 'escalationId'],
      ['/involvement', { person: 'Wants to go home', carer: { view: 'Agrees' } }, 200],
      ['/choice', { outcome: 'Prefers a home near her daughter' }, 200],
      ['/carers-assessment', { accepted: true }, 200],
      ['/pause', { reason: 'Family asks for time' }, 200],
      ['/resume', undefined, 200],
    ];
    let revision = 0;
    const made: Record<string, string> = {};
    for (const [path, body, status, named] of steps) {
      const answer = await post(path, body);
      revision += 1;
      expect([path, answer.status, answer.json['revision']]).toEqual([path, status, revision]);
      expect(answer.headers.get('etag')).toBe(`"${String(revision)}"`);
      expect(answer.text('position')).toMatch(/^[1-9]\d*$/);
      if (named) made[named] = answer.text(named);
    }
    expect((await post(`/delays/${made['delayId'] ?? ''}/end`)).status).toBe(200);
    expect((await post(`/actions/${made['actionId'] ?? ''}/complete`)).status).toBe(200);
    expect((await post(`/escalations/${made['escalationId'] ?? ''}/resolve`)).status).toBe(200);
    expect((await post(`/actions/${made['actionId'] ?? ''}/complete`)).json['code']).toBe('action.already-completed');
    expect((await post('/discharge', { destinationCode: '19' })).status).toBe(200);
    expect((await post('/pathway', pathway)).json).toMatchObject({ status: 409, code: 'case.not-open' });
    expect((await post('/close', { reason: 'All done' })).status).toBe(200);
  });

  it('hold to the revision the caller has seen', async () => {
    const post = await referred();
    expect((await post('/accept', {}, { 'if-match': '"0"' })).status).toBe(200);
    expect((await post('/pathway', pathway, { 'if-match': '"0"' })).status).toBe(412);
    expect((await post('/pathway', pathway, { 'if-match': '"1"' })).status).toBe(200);
  });

  it('keep free text and needs sealed in the log', async () => {
    const post = await referred();
    await post('/pathway', { ...pathway, reason: 'Umbrella stand in the hall' });
    await post('/withdraw', { reason: 'Umbrella stand in the hall' });
    const { rows } = await app.pool.query<{ found: string }>(
      `SELECT count(*) AS found FROM log.events WHERE events::text LIKE '%Umbrella%' OR events::text LIKE '%commode%'
         OR events::text LIKE '%TESTPATIENT%'`,
    );
    expect(rows[0]?.found).toBe('0');
  });

  it.each<[string, string, unknown]>([
    ['an unknown pathway', '/pathway', { ...pathway, pathway: 4 }],
    ['a pathway that is text', '/pathway', { ...pathway, pathway: '1' }],
    ['a pathway without its reason', '/pathway', { pathway: 1, decidedBy: 'Therapist' }],
    ['an unknown field', '/pathway', { ...pathway, colour: 'red' }],
    ['a worker nobody knows', '/assign', { worker: 'nobody-here' }],
    ['a worker who is a provider', '/assign', { worker: 'provider' }],
    ['an unknown delay reason', '/delays', { reason: 'CAP12' }],
    ['an unknown delay owner', '/delays', { reason: 'CAP1', owner: 'somebody' }],
    ['a date that does not exist', '/expected-discharge-date', { date: '2026-02-30' }],
    ['an expected date left out', '/expected-discharge-date', { reason: 'x' }],
    ['an action without an owner', '/actions', { what: 'x', due: '2026-12-01' }],
    ['an action due on no day', '/actions', { what: 'x', owner: { organisation: 'c' }, due: 'tomorrow' }],
    ['an escalation beyond the ladder', '/escalations', { level: 6, to: 'x', why: 'x' }],
    ['a withdrawal without its reason', '/withdraw', { reason: ' ' }],
    ['an unknown destination', '/discharge', { destinationCode: '18' }],
    ['criteria without an assessor', '/criteria-to-reside', { meets: true }],
    ['a time more than five minutes ahead', '/accept', { occurredAt: '2226-01-01T00:00:00Z' }],
    ['a time that does not exist', '/accept', { occurredAt: '2026-02-30T10:00:00Z' }],
  ])('refuse %s and say which field is wrong', async (_, path, body) => {
    const post = await referred();
    const answer = await post(path, body);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, expect.stringContaining('problem+json')]);
    expect(answer.json['errors']).toHaveLength(1);
  });

  it('do not find a case, a delay or an entry that is not there', async () => {
    expect((await idt.post('/cases/nobody/accept')).json).toMatchObject({ status: 404, code: 'case.not-found' });
    const post = await referred();
    expect((await post('/delays/none/end')).status).toBe(404);
    expect((await post('/entries/none/mark-in-error', { reason: 'x' })).json).toMatchObject({
      status: 404,
      code: 'entry.not-found',
    });
  });
});
