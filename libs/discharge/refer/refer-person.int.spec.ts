import { makeTestNumber } from '#libs/nhs/index.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import type { ApiClient } from '../../../test/support/api-client.js';
import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { dischargeAlone } from '../testing/discharge-app.js';
import { referralBody, wardNews } from '../testing/ward-news.js';
import { referralStream } from './reservation.js';

const module = dischargeAlone;

let database: TestDatabase;
let app: TestApp;
let other: TestApp;
let idt: ApiClient;
let sequence = 5000;

beforeAll(async () => {
  database = await startTestDatabase();
  app = await startTestApp({ module, database });
  other = await startTestApp({ module, database });
  idt = await app.api('idt');
}, 60_000);

afterAll(async () => {
  await app.stop();
  await other.stop();
  await database.stop();
});

const person = (): string => makeTestNumber((sequence += 1));
const personIdOf = async (nhsNumber: string): Promise<string> => {
  const metadata = { correlationId: 's', actor: { id: 'f', role: 'feed', organisation: 'RAL' }, source: 'mllp' };
  const identifier = { kind: 'nhs-number', value: nhsNumber, verified: true } as const;
  return (await app.get(PeopleDirectory).identify([identifier], metadata, '2026-11-01T09:00:00.000Z')).personId;
};
const admitted = async (nhsNumber: string, stayId = `stay-of-${nhsNumber}`): Promise<string> => {
  const personId = await personIdOf(nhsNumber);
  await wardNews(app.store)('PatientAdmitted', { stayId, personId }, '2026-11-01T09:00:00.000Z');
  return stayId;
};
const typesOf = async (caseId: string): Promise<string[]> =>
  (await app.store.readStream(`case-${caseId}`)).map(({ type }) => type);

describe('a referral', () => {
  it('opens a case on the stay the person is in, with its id, its stay and its revision', async () => {
    const number = person();
    const stayId = await admitted(number);
    const answer = await idt.post('/cases', referralBody(number));
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ id: answer.text('caseId'), stayId, revision: 1 });
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.json).not.toHaveProperty('previousCaseId');
    await app.settled();
    expect(await typesOf(answer.text('caseId'))).toEqual(['CaseReferred', 'CaseLinkedToStay']);
  });

  it('is taken of somebody no ward has told of yet, and finds the stay when it is heard of', async () => {
    const number = person();
    const answer = await idt.post('/cases', referralBody(number, { occurredAt: '2026-11-02T10:00:00Z' }));
    expect(answer.json).toMatchObject({ stayId: null, revision: 0 });
    const stayId = await admitted(number);
    await app.settled();
    const events = await app.store.readStream(`case-${answer.text('caseId')}`);
    expect(events.at(-1)).toMatchObject({ type: 'CaseLinkedToStay', data: { stayId } });
  });

  it('a second one for the stay is refused, and says which case is open', async () => {
    const number = person();
    await admitted(number);
    const first = await idt.post('/cases', referralBody(number));
    const second = await idt.post('/cases', referralBody(number));
    expect(second.status).toBe(409);
    expect(second.json).toMatchObject({ code: 'case.already-open', caseId: first.text('caseId') });
  });

  it('made by many at once over two processes opens one case', async () => {
    const number = person();
    await admitted(number);
    const clients = [idt, await other.api('idt')];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => (clients[n % 2] ?? idt).post('/cases', referralBody(number))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 11 }, () => 409)]);
    const caseId = answers.find(({ status }) => status === 201)?.text('caseId');
    for (const { status, json } of answers) if (status === 409) expect(json['caseId']).toBe(caseId);
  });

  it('made by many at once of somebody without a stay opens one case too', async () => {
    const number = person();
    const clients = [idt, await other.api('idt')];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (clients[n % 2] ?? idt).post('/cases', referralBody(number))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
  });

  it('is completed after a crash between the reservation and the case, and blocks nobody', async () => {
    const number = person();
    await admitted(number);
    const done = await idt.post('/cases', referralBody(number));
    await idt.post(`/cases/${done.text('caseId')}/withdraw`, { reason: 'Referred by mistake' });
    // What a process that died right after the reservation leaves: the reservation of another case, and no case.
    const stream = referralStream(done.text('personId'), 'RAL');
    const [reserved] = await app.store.readStream(stream);
    if (!reserved) throw new Error('no reservation');
    await app.store.append(
      stream,
      'any',
      [{ ...reserved, eventId: `lost-${number}`, data: { ...reserved.data, caseId: `lost-${number}` } }],
      reserved.metadata,
    );
    const again = await idt.post('/cases', referralBody(number));
    expect(again.json).toMatchObject({ status: 409, code: 'case.already-open', caseId: `lost-${number}` });
    expect(await typesOf(`lost-${number}`)).toContain('CaseReferred');
    expect((await idt.post(`/cases/lost-${number}/accept`)).status).toBe(200);
  });

  it('repeated with its idempotency key gives the same case', async () => {
    const number = person();
    const key = { 'idempotency-key': `refer-${number}` };
    const first = await idt.post('/cases', referralBody(number), key);
    const again = await idt.post('/cases', referralBody(number), key);
    expect([again.status, again.json['caseId']]).toEqual([201, first.json['caseId']]);
  });

  it('after an earlier one names the earlier case', async () => {
    const number = person();
    const first = await idt.post('/cases', referralBody(number));
    await idt.post(`/cases/${first.text('caseId')}/close`, { reason: 'Not needed' });
    const second = await idt.post('/cases', referralBody(number, { hospital: 'R1K' }));
    expect(second.json['previousCaseId']).toBe(first.text('caseId'));
  });

  it('by a ward is taken for its own hospital only', async () => {
    const ward = await app.api('ward');
    expect((await ward.post('/cases', referralBody(person(), { hospital: 'R1K' }))).json).toMatchObject({
      status: 403,
      code: 'case.other-hospital',
    });
    const own = await ward.post('/cases', referralBody(person()));
    expect(own.status).toBe(201);
    expect((await ward.post(`/cases/${own.text('caseId')}/accept`)).status).toBe(403);
    const elsewhere = await idt.post('/cases', referralBody(person(), { hospital: 'R1K' }));
    const date = { date: '2026-12-01' };
    expect((await ward.post(`/cases/${elsewhere.text('caseId')}/expected-discharge-date`, date)).status).toBe(403);
    expect((await ward.post(`/cases/${own.text('caseId')}/expected-discharge-date`, date)).status).toBe(200);
  });

  it('that is not right is refused with every field that is not', async () => {
    const answer = await idt.post('/cases', {
      ...referralBody('9990000019'),
      homeAuthority: '  ',
      expectedDischargeDate: '2026-02-30',
      flags: ['dementia', 'unheard-of'],
      needs: { note: 'no summary' },
      nonsense: true,
    });
    expect(answer.status).toBe(400);
    const errors = answer.json['errors'];
    const fields = Array.isArray(errors) ? errors.map(({ field }: { field: string }) => field).sort() : [];
    expect(fields).toEqual(
      ['expectedDischargeDate', 'flags', 'homeAuthority', 'needs', 'nonsense', 'person.nhsNumber'].sort(),
    );
    const nobody = {
      ...referralBody(''),
      person: { familyName: 'A', givenNames: 'B', birthDate: '1940-01-01', sex: 'F', postcode: 'N1' },
    };
    expect((await idt.post('/cases', nobody)).status).toBe(400);
    expect((await idt.post('/cases', referralBody(person(), { occurredAt: '2226-01-01T00:00:00Z' }))).status).toBe(400);
  });
});
