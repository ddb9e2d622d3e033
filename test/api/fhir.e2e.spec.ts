import type { ApiAnswer, ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ago, message, ok, somebody, type Json, type Person } from './ward-message.js';

/** Ward events as FHIR, and what the team's cases make of them, by somebody who knows nothing but the public page and `docs/fhir.md`. */

let app: TestApp;
let admin: ApiClient;
let idt: ApiClient;
beforeAll(async () => {
  app = await startTestApp();
  [admin, idt] = await Promise.all([app.api('admin'), app.api('idt')]);
}, 60_000);
afterAll(async () => app?.stop(), 30_000);

const ods = { identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'RAL' } };
const v2 = 'http://terminology.hl7.org/CodeSystem/v2-0203';

const encounterOf = (person: Person, recorded: string, status: string, more: Json = {}): Json => ({
  resourceType: 'Encounter',
  id: `e-${person.visit}`,
  meta: { lastUpdated: recorded },
  identifier: [{ type: { coding: [{ system: v2, code: 'VN' }] }, value: person.visit, assigner: ods }],
  status,
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
  subject: { identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: person.nhs } },
  period: { start: ago(10, 9), ...(status === 'finished' ? { end: ago(3, 15) } : {}) },
  location: [{ location: { display: 'ELM' }, status: 'active', period: { start: ago(10, 9) } }],
  serviceProvider: ods,
  ...more,
});

const send = async (person: Person, recorded: string, status: string, more: Json = {}): Promise<ApiAnswer> => {
  const body = JSON.stringify(encounterOf(person, recorded, status, more));
  const answer = await admin.put(`/fhir/R4/Encounter/e-${person.visit}`, body, {
    'content-type': 'application/fhir+json',
  });
  return ok(answer);
};

const refer = async (person: Person): Promise<string> => {
  const answer = await idt.post('/cases', {
    person: {
      nhsNumber: person.nhs,
      familyName: 'Test',
      givenNames: 'Ada',
      birthDate: person.birthDate,
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
  return ok(answer).text('caseId');
};

const caseOf = async (caseId: string): Promise<Json> => {
  await app.settled();
  return ok(await idt.get(`/cases/${caseId}`)).json;
};

const criteria = (meets: boolean, assessedAt: string): Json => ({
  hospitalization: {
    extension: [
      {
        url: 'https://homeward.example/fhir/StructureDefinition/criteria-to-reside',
        extension: [
          { url: 'meets', valueBoolean: meets },
          { url: 'assessedAt', valueDateTime: assessedAt },
        ],
      },
    ],
  },
});

describe('a case of somebody whose hospital sends FHIR', () => {
  it('stands on the stay, is ready when the ward says so, ends with it, and comes back when that is taken back', async () => {
    const person = somebody();
    await send(person, ago(10, 10), 'in-progress');
    const caseId = await refer(person);
    expect(await caseOf(caseId)).toMatchObject({ ward: 'ELM', status: 'referred' });
    await send(person, ago(5, 10), 'in-progress', criteria(false, ago(5, 9)));
    expect(await caseOf(caseId)).toMatchObject({ criteriaToReside: { meets: false, since: ago(5, 9) } });
    await send(person, ago(3, 16), 'finished', criteria(false, ago(5, 9)));
    expect(await caseOf(caseId)).toMatchObject({ status: 'discharged' });
    await send(person, ago(3, 18), 'in-progress', criteria(false, ago(5, 9)));
    expect(await caseOf(caseId)).toMatchObject({ status: 'referred' });
    await send(person, ago(2, 9), 'entered-in-error');
    expect(await caseOf(caseId)).toMatchObject({ status: 'withdrawn' });
    await send(person, ago(2, 10), 'in-progress', criteria(false, ago(5, 9)));
    expect(await caseOf(caseId)).toMatchObject({ status: 'referred', criteriaToReside: { meets: false } });
  }, 60_000);

  it('is discharged by hand until the ward takes a discharge back, whichever of its words came first', async () => {
    const words: readonly (readonly [string, string])[] = [
      [ago(3, 16), 'finished'],
      [ago(3, 18), 'in-progress'],
    ];
    const statuses: unknown[] = [];
    for (const order of [words, words.toReversed()]) {
      const person = somebody();
      await send(person, ago(10, 10), 'in-progress');
      const caseId = await refer(person);
      ok(await idt.post(`/cases/${caseId}/discharge`, { destinationCode: '19', occurredAt: ago(3, 14) }));
      await send(person, ago(4, 10), 'in-progress', criteria(false, ago(5, 9)));
      expect(await caseOf(caseId)).toMatchObject({ status: 'discharged' });
      for (const [recorded, status] of order) await send(person, recorded, status);
      statuses.push((await caseOf(caseId))['status']);
    }
    expect(statuses).toEqual(['referred', 'referred']);
  }, 60_000);

  it('is one case when HL7 tells of the same stay', async () => {
    const person = somebody();
    await send(person, ago(10, 10), 'in-progress');
    const caseId = await refer(person);
    const hl7 = message(person, 'A03', { at: ago(3, 15), rec: ago(3, 16), pv1: { 36: '19' } });
    ok(await admin.post('/ward-events/hl7v2', hl7, { 'content-type': 'x-application/hl7-v2+er7' }));
    expect(await caseOf(caseId)).toMatchObject({ status: 'discharged' });
    // A snapshot that only repeats what it said before undoes nothing.
    await send(person, ago(3, 17), 'in-progress');
    expect(await caseOf(caseId)).toMatchObject({ status: 'discharged' });
    await send(person, ago(3, 18), 'finished');
    await send(person, ago(3, 20), 'in-progress');
    expect(await caseOf(caseId)).toMatchObject({ status: 'referred' });
  }, 60_000);
});
