import { makeTestNumber } from '#libs/nhs/nhs-number.js';
import { newId } from '#libs/platform/ids.js';
import type { ApiAnswer, ApiClient } from '../../test/support/api-client.js';
import { startTestApp, type TestApp } from '../../test/support/app.js';

/** A command whose process died between the append and the answer, asked again with its Idempotency-Key. */
describe('a repeat after the first answer was lost', () => {
  let app: TestApp;
  let idt: ApiClient;
  beforeAll(async () => {
    app = await startTestApp();
    idt = await app.api('idt');
  }, 60_000);
  afterAll(() => app.stop());

  let people = 700;
  const referral = (): object => ({
    person: {
      nhsNumber: makeTestNumber((people += 1)),
      familyName: 'Test',
      givenNames: 'Ann',
      birthDate: '1940-02-01',
      sex: '2',
      postcode: 'EN5 1AA',
    },
    hospital: 'RAL',
    homeAuthority: 'E09000003',
    needs: { summary: 'help at home' },
    involvement: { person: 'agrees' },
    referredBy: 'ward sister',
  });

  const eventsIn = async (): Promise<number> =>
    Number((await app.pool.query<{ n: string }>('SELECT count(*) AS n FROM log.events')).rows[0]?.n);

  /** Sends, forgets the answer as a killed process would, lets `meanwhile` happen, and sends again. */
  const twice = async (
    path: string,
    body: object,
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<[ApiAnswer, ApiAnswer]> => {
    const key = newId();
    const first = await idt.post(path, body, { 'idempotency-key': key });
    await app.settled();
    await app.pool.query(
      `UPDATE platform.idempotency_key SET state = 'running', answer = NULL, instance_id = 'killed' WHERE key = $1`,
      [key],
    );
    await meanwhile();
    await app.settled();
    const before = await eventsIn();
    const second = await idt.post(path, body, { 'idempotency-key': key });
    await app.settled();
    expect(await eventsIn()).toBe(before);
    return [first, second];
  };

  it('opens no second case and names the first', async () => {
    const [first, second] = await twice('/cases', referral());
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.json['caseId']).toBe(first.json['caseId']);
  });

  it('raises no second action, whatever has happened to the case since', async () => {
    const caseId = (await idt.post('/cases', referral())).text('caseId');
    const action = { what: 'Order a key safe', owner: { organisation: 'council' }, due: '2026-12-01' };
    const [first, second] = await twice(`/cases/${caseId}/actions`, action, () =>
      idt.post(`/cases/${caseId}/withdraw`, { reason: 'recovered' }),
    );
    expect(first.status).toBe(201);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
  });

  it('accepts a case once, and answers as the first time', async () => {
    const caseId = (await idt.post('/cases', referral())).text('caseId');
    const [first, second] = await twice(`/cases/${caseId}/accept`, {});
    expect(first.status).toBe(200);
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
  });
});
