import type { ApiClient } from '../support/api-client.js';
import { Council } from './support/council.js';

type Json = Readonly<Record<string, unknown>>;
const roles = ['ward', 'idt', 'broker', 'reablement', 'provider', 'analyst', 'admin'] as const;
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

/** The rows of api.md "Who may do what": who may (in whatever measure), and the calls of the row. */
const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['refer, criteria to reside, expected date', ['ward', 'idt'], [
    'POST /cases', 'POST /cases/none/criteria-to-reside', 'POST /cases/none/expected-discharge-date',
  ]],
  ['read stay, case, board', ['ward', 'idt', 'broker', 'reablement'], [
    'GET /stays', 'GET /stays/none', 'GET /cases/none', 'GET /cases/none/timeline', 'GET /board', 'GET /board/changes?since=2026-01-01T00:00:00Z',
  ]],
  ['other case commands, huddles', ['idt'], [
    'POST /cases/none/accept', 'POST /cases/none/assign', 'POST /cases/none/pathway', 'POST /cases/none/delays',
    'POST /cases/none/delays/none/end', 'POST /cases/none/actions', 'POST /cases/none/actions/none/complete',
    'POST /cases/none/escalations', 'POST /cases/none/escalations/none/resolve', 'POST /cases/none/involvement',
    'POST /cases/none/choice', 'POST /cases/none/carers-assessment', 'POST /cases/none/pause', 'POST /cases/none/resume',
    'POST /cases/none/withdraw', 'POST /cases/none/discharge', 'POST /cases/none/close',
    'POST /cases/none/entries/none/mark-in-error', 'POST /huddles/none/reviews', 'POST /huddles/none/finish',
  ]],
  ['open, complete, approve, withdraw a request', ['idt', 'broker'], [
    'POST /placement-requests', 'POST /placement-requests/none/complete', 'POST /placement-requests/none/approve',
    'POST /placement-requests/none/withdraw',
  ]],
  ['read requests', ['idt', 'broker', 'provider'], ['GET /placement-requests', 'GET /placement-requests/none']],
  ['claim, match, send, award, start, fail; providers', ['broker'], [
    'POST /placement-requests/none/claim', 'POST /placement-requests/none/release', 'GET /placement-requests/none/matches',
    'POST /placement-requests/none/send', 'POST /placement-requests/none/award', 'POST /placement-requests/none/start',
    'POST /placement-requests/none/fail', 'PUT /providers/none', 'POST /providers/none/status',
  ]],
  ['respond, offer, confirm, capacity, receipts', ['broker', 'provider'], [
    'POST /placement-requests/none/responses', 'POST /placement-requests/none/offers',
    'POST /placement-requests/none/offers/none/confirm', 'POST /placement-requests/none/withdrawal-receipts',
  ]],
  ['read episodes, checks', ['idt', 'reablement'], ['GET /reablement-episodes', 'GET /day-91-checks']],
  ['episodes, checks', ['reablement'], [
    'POST /reablement-episodes', 'POST /reablement-episodes/none/goals', 'POST /reablement-episodes/none/goals/none/reviews',
    'POST /reablement-episodes/none/hours', 'POST /reablement-episodes/none/reviews', 'POST /reablement-episodes/none/end',
    'POST /day-91-checks/none/attempts', 'POST /day-91-checks/none/evidence', 'POST /day-91-checks/none/outcome',
    'POST /day-91-checks/none/reopen',
  ]],
  ['values of figures, aggregate exports', ['ward', 'idt', 'broker', 'reablement', 'analyst'], [
    'GET /metrics/los.mean?from=2026-01-01&to=2026-02-01', 'GET /exports/drd?period=2026-01',
  ]],
  ['values of figures, for a provider of its own awards, answers and episodes', ['ward', 'idt', 'broker', 'reablement', 'analyst', 'provider'], [
    'GET /metrics', 'GET /metrics/brokerage.declines?from=2026-01-01&to=2026-02-01',
  ]],
  ['people behind figures', ['idt', 'analyst'], ['GET /metrics/los.mean/people?from=2026-01-01&to=2026-02-01']],
  ['people behind figures of reablement', ['idt', 'reablement', 'analyst'], [
    'GET /metrics/reablement.91-day-at-home/people?from=2026-01-01&to=2026-02-01',
  ]],
  ['record-level export', ['idt'], ['GET /exports/cld?period=2026-Q1']],
  ['quarantine, feeds', ['ward', 'idt'], [
    'GET /quarantine', 'GET /feeds', 'POST /quarantine/none/retry', 'POST /quarantine/none/dismiss',
    'POST /feeds/none/try', 'GET /feeds/none/messages/none',
  ]],
  ['the mapping of a feed', ['idt'], ['POST /feeds', 'GET /feeds/none/mapping', 'PUT /feeds/none/mapping']],
]; // prettier-ignore

describe('who may do what, from outside', () => {
  let council: Council;
  const as = (role: string): ApiClient => council.door.as(role);
  const call = (client: ApiClient, line: string) => {
    const [method, path = ''] = line.split(' ');
    return method === 'GET' ? client.get(path) : method === 'PUT' ? client.put(path, {}) : client.post(path, {});
  };

  beforeAll(async () => {
    council = await Council.open();
  }, 60_000);
  afterAll(async () => council?.close(), 30_000);

  it.each(table)(
    '%s',
    async (_row, may, calls) => {
      const nobody = await council.door.app.api();
      for (const line of calls) {
        expect([line, 'nobody', (await call(nobody, line)).status]).toEqual([line, 'nobody', 401]);
        for (const role of roles) {
          const { status, json } = await call(as(role), line);
          const allowed = may.includes(role) || role === 'admin';
          const says =
            status === 403
              ? 'refused'
              : status === 401 || status >= 500
                ? `${String(status)} ${String(json['code'])}`
                : 'allowed';
          const fine = line.includes('exports/cld') && status === 501 ? 'allowed' : says;
          expect([line, role, fine]).toEqual([line, role, allowed ? 'allowed' : 'refused']);
        }
      }
    },
    30_000,
  );

  it('a ward sees and refers the people of its own hospital only', async () => {
    const own = await council.referred();
    const other = await council.referred({}, '1944-03-03', 'RRV');
    await council.door.app.settled();
    const ward = as('ward');
    const rows = listOf((await ward.get('/board')).json['rows']).map(({ caseId }) => caseId);
    expect(rows).toContain(own.caseId);
    expect(rows).not.toContain(other.caseId);
    expect((await ward.get(`/cases/${own.caseId}`)).status).toBe(200);
    for (const path of [`/cases/${other.caseId}`, `/cases/${other.caseId}/timeline`, `/stays/${other.stayId}`])
      expect([path, [403, 404].includes((await ward.get(path)).status)]).toEqual([path, true]);
    const criteria = { meets: true, assessor: 'Nurse' };
    expect([403, 404]).toContain((await ward.post(`/cases/${other.caseId}/criteria-to-reside`, criteria)).status);
    expect((await ward.post(`/cases/${own.caseId}/expected-discharge-date`, { date: '2026-12-24' })).status).toBe(200);
    const referral = {
      person: {
        nhsNumber: other.person.nhsNumber,
        birthDate: '1944-03-03',
        sex: 'F',
        postcode: 'N12 0AA',
        familyName: 'X',
        givenNames: 'Y',
      },
      hospital: 'RRV',
      homeAuthority: 'E09000003',
      needs: { summary: 'Help' },
      involvement: { person: 'Agrees' },
      referredBy: 'Ward',
    };
    expect((await ward.post('/cases', referral)).status).toBe(403);
    expect(listOf((await ward.get('/stays')).json['items']).every(({ hospital }) => hospital === 'RAL')).toBe(true);
    const window = 'from=2026-01-01&to=2026-02-01';
    expect((await ward.get(`/metrics/los.mean?${window}&hospital=RRV`)).status).toBe(403);
    const today = new Date().toISOString().slice(0, 10);
    const mine = await ward.get(`/metrics/nctr.remaining?at=${today}&groupBy=hospital`);
    expect(listOf(mine.json['groups']).map(({ key }) => key)).toEqual(['RAL']);
    const message = council.door.message(
      other.stay,
      { phase: 0, ward: 'LARCH', type: 'A08', at: council.ago(1), recorded: council.ago(1) },
      other.visit,
    );
    expect(
      (await ward.post('/ward-events/hl7v2', message, { 'content-type': 'x-application/hl7-v2+er7' })).status,
    ).not.toBe(500);
  });

  it('an analyst sees pseudonyms behind figures, and no case of anybody', async () => {
    await council.referred();
    await council.door.app.settled();
    const today = new Date().toISOString().slice(0, 10);
    const path = `/metrics/nctr.remaining/people?at=${today}`;
    const known = listOf((await as('idt').get(path)).json['items']);
    const hidden = listOf((await as('analyst').get(path)).json['items']);
    expect(hidden).toHaveLength(known.length);
    expect(known.length).toBeGreaterThan(0);
    const ids = JSON.stringify(known.map(({ personId, stayId, caseId }) => [personId, stayId, caseId]));
    for (const { personId, stayId, caseId } of hidden)
      for (const id of [personId, stayId, caseId]) if (typeof id === 'string') expect(ids).not.toContain(id);
  });

  it('what is behind an answer is never shown: no stack, no name of a file', async () => {
    for (const line of [
      'GET /nothing-here',
      'POST /cases/%00/accept',
      'GET /metrics/none?from=x',
      'GET /board?asOf=yesterday',
    ]) {
      const { status, body } = await call(as('idt'), line);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(JSON.stringify(body)).not.toMatch(/\bat \/|node_modules|\.ts:|select /i);
    }
  });
});
