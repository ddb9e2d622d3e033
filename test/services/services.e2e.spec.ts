import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '#libs/platform/root.js';
import { describeOneStay } from '../e2e/one-stay.js';
import { adt, hl7Type, wardPerson } from '../e2e/ward.js';
import { describeWithKafka, testKafka, type TestKafka } from '../support/kafka.js';
import { FiveServices } from './five-services.js';
import { contexts } from './routes.js';

const describeKafka = await describeWithKafka();

describeKafka('five services, on one PostgreSQL and one Kafka', () => {
  let kafka: TestKafka;
  let services: FiveServices;
  beforeAll(async () => {
    kafka = await testKafka();
    services = await FiveServices.start(kafka);
  }, 180_000);
  afterAll(async () => {
    await services?.stop();
    await kafka?.stop();
  }, 60_000);

  describe('play one stay, end to end', () => {
    describeOneStay(() => Promise.resolve({ api: (name) => services.api(name), stop: () => Promise.resolve() }));
  });

  test.each(contexts.map((context, at) => ({ context, at })))(
    'lose nothing when $context is killed, and it comes back by itself',
    async ({ context, at }) => {
      const person = wardPerson(2000 + at);
      const now = new Date(Date.now() - 3_600_000).toISOString();
      const admission = adt(person, { event: 'A01', controlId: `K${String(at)}`, at: now, admittedAt: now });
      const [ward, idt] = await Promise.all([services.api('ward'), services.api('idt')]);
      await services.settled();
      await services.end(context, 'SIGKILL');
      if (context === 'intake') await services.start('intake');
      expect((await ward.post('/ward-events/hl7v2', admission, hl7Type)).json).toMatchObject({ accepted: 1 });
      if (context !== 'intake') await services.start(context);
      const referred = await idt.post('/cases', {
        person: {
          nhsNumber: person.nhsNumber,
          familyName: person.family,
          givenNames: person.given,
          birthDate: person.birthDate,
          sex: 'F',
          postcode: 'N12 0AA',
        },
        hospital: 'RAL',
        homeAuthority: 'E09000003',
        needs: { summary: 'Help with washing' },
        involvement: { person: 'Wants to go home' },
        referredBy: 'Ward sister',
      });
      expect(referred).toMatchObject({ status: 201, json: { stayId: expect.any(String) as unknown } });
      const caseId = referred.text('caseId');
      await idt.post(`/cases/${caseId}/pathway`, { pathway: 1, reason: 'Reablement at home', decidedBy: 'Hub' });
      const requests = await idt.get(`/placement-requests?caseId=${caseId}`);
      expect(requests.json['items']).toEqual([expect.objectContaining({ state: 'draft', serviceType: 'reablement' })]);
      const row = (await idt.get('/board')).json['rows'] as { caseId: string; brokerage: unknown }[];
      expect(row.find((one) => one.caseId === caseId)).toMatchObject({ pathway: 1, brokerage: { state: 'draft' } });
    },
    120_000,
  );

  test('have tables that equal those folded anew', () => {
    const done = spawnSync(
      join(projectRoot, 'node_modules', '.bin', 'node'),
      [join(projectRoot, 'dist', 'apps', 'homeward', 'cli.js'), 'verify'],
      { env: { ...services.env, LOG_LEVEL: 'warn' }, encoding: 'utf8' },
    );
    expect({ status: done.status, said: done.status === 0 ? '' : done.stdout + done.stderr }).toEqual({
      status: 0,
      said: '',
    });
  }, 60_000);

  test('stop within ten seconds when they are told to, and give back what they held', async () => {
    for (const context of contexts) expect(await services.end(context, 'SIGTERM')).toBeLessThan(10_000);
  }, 60_000);
});
