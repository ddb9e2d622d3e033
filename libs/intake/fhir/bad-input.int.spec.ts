import type { ApiAnswer } from '../../../test/support/api-client.js';
import { encounter } from '../testing/fhir.js';
import { bundleOf, errorsOf, fhirType, issuesOf, listIn, post } from '../testing/fhir-ward.js';
import { startWard, type Ward } from '../testing/ward.js';

let here: Ward;
beforeAll(async () => {
  here = await startWard();
}, 60_000);
afterAll(() => here.app.stop());

/** An OperationOutcome that gives nothing away. */
const refused = (answer: ApiAnswer, status: number, code: string): void => {
  const text = JSON.stringify(answer.body ?? null);
  expect([answer.status, answer.headers.get('content-type'), answer.json['resourceType']]).toEqual([
    status,
    'application/fhir+json; charset=utf-8',
    'OperationOutcome',
  ]);
  expect([issuesOf(answer.body)[0]?.[0], issuesOf(answer.body)[0]?.[1]]).toEqual(['error', code]);
  expect(String(issuesOf(answer.body)[0]?.[3]).length).toBeGreaterThan(10);
  expect(text).not.toMatch(/\bat .*\.[jt]s:|node_modules|SELECT |INSERT |libs\/|Quibblethorpe/);
};
const send = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = fhirType): Promise<ApiAnswer> =>
  here.admin.post('/fhir/R4', body, headers);

describe('Bad input at the FHIR door', () => {
  test('is answered in FHIR, whoever finds it', async () => {
    refused(await send('{"resourceType":"Bundle"'), 400, 'invalid');
    refused(await send(Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d])), 400, 'invalid');
    refused(await send(''), 400, 'structure');
    refused(await send('[]'), 400, 'structure');
    refused(await send('"Quibblethorpe"'), 400, 'structure');
    refused(
      await send('<Bundle xmlns="http://hl7.org/fhir"/>', { 'content-type': 'application/fhir+xml' }),
      415,
      'not-supported',
    );
    refused(await send('{}', { 'content-type': 'application/json' }), 415, 'not-supported');
    refused(await send('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415, 'not-supported');
    refused(await send(`{"a":"${'x'.repeat(11_000_000)}"}`), 413, 'too-long');
    refused(await here.admin.get('/fhir/R4/Quibblethorpe'), 404, 'not-found');
    refused(await here.admin.get('/fhir/R4/StructureDefinition/Quibblethorpe'), 404, 'not-found');
    refused(await (await here.app.api()).post('/fhir/R4', '{}', fhirType), 401, 'login');
    refused(await (await here.app.api('analyst')).post('/fhir/R4', '{}', fhirType), 403, 'forbidden');
    refused(await here.admin.put('/fhir/R4/Encounter/a%00b', '{}', fhirType), 400, 'invalid');
  });

  test.each([
    'application/fhir+json',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/json',
  ])('a PATCH of %s is not offered, and says what is', async (type) => {
    const answer = await here.admin.patch('/fhir/R4/Encounter/enc-1', '[]', { 'content-type': type });
    refused(answer, 405, 'not-supported');
    expect(answer.headers.get('allow')).toBe('PUT');
  });

  test('nothing is read back or deleted', async () => {
    refused(await here.admin.get('/fhir/R4/Encounter/enc-1'), 405, 'not-supported');
    refused(await here.admin.delete('/fhir/R4/Encounter/enc-1'), 405, 'not-supported');
  });

  test('that is nested without end, or reaches for the prototype, is refused, also under an Idempotency-Key', async () => {
    const nested = `{"resourceType":"Bundle","type":"batch","entry":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    refused(await send(nested), 400, 'invalid');
    refused(await send(nested, { ...fhirType, 'idempotency-key': 'deep' }), 400, 'invalid');
    refused(await send('{"resourceType":"Bundle","__proto__":{"type":"batch"}}'), 400, 'invalid');
    refused(await send('{"resourceType":"Bundle","constructor":{"prototype":{"type":"batch"}}}'), 400, 'invalid');
    refused(await send('{"resourceType":"Bundle","type":"batch\\u0000"}'), 400, 'invalid');
    refused(await send('{"resourceType":"Bundle","type":"\\ud800"}'), 400, 'invalid');
  });

  test('of a million entries is refused at once', async () => {
    refused(
      await send(`{"resourceType":"Bundle","type":"batch","entry":[${'{},'.repeat(1_000_000)}{}]}`),
      400,
      'structure',
    );
    refused(await send(`{"resourceType":"Bundle","type":"batch","entry":[${'[],'.repeat(100)}{}]}`), 400, 'structure');
  });

  test('of thousands of Encounters is answered entry by entry while others are served', async () => {
    const many = Array.from({ length: 2000 }, (_, n) =>
      encounter({ id: `n-${String(n)}`, visit: 'MANY', version: String(n), status: n % 2 === 0 ? 'planned' : 'gone' }),
    );
    const started = Date.now();
    const [answer, ready] = await Promise.all([
      post(here.admin, bundleOf('batch', many)),
      here.admin.get('/health/live').then(({ status }) => [status, Date.now() - started] as const),
    ]);
    expect([answer.status, listIn(answer.body, 'entry').length, ready[0]]).toEqual([200, 2000, 200]);
  }, 60_000);

  test('is kept in quarantine only up to a size', async () => {
    const place = (n: number) => ({
      location: { display: `${String(n)}-${'W'.repeat(180)}` },
      period: { start: '2026-11-03T09:00:00Z', end: 'x'.repeat(180) },
    });
    const statusHistory = Array.from({ length: 200 }, () => ({
      status: 's'.repeat(200),
      period: { start: 'x'.repeat(200), end: 'x'.repeat(200) },
    }));
    const coding = Array.from({ length: 20 }, () => ({ system: 's'.repeat(500), code: 'c'.repeat(200) }));
    const identifier = Array.from({ length: 50 }, () => ({ type: { coding }, value: 'v', use: 'old' }));
    const large = encounter({
      id: 'large',
      at: [],
      more: {
        location: Array.from({ length: 500 }, (_, n) => ({ ...place(n), physicalType: { coding } })),
        statusHistory,
        identifier,
      },
    });
    const answer = await here.admin.put('/fhir/R4/Encounter/large', JSON.stringify(large), fhirType);
    expect(answer.status).toBe(422);
    expect(issuesOf(answer.body).at(-1)?.slice(0, 2)).toEqual(['warning', 'too-costly']);
    expect(errorsOf(answer.body).length).toBeGreaterThan(1);
  });
});
