import type { EventMetadata } from '#libs/event-store/port.js';
import { makeTestNumber } from '#libs/nhs/index.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { newId } from '#libs/platform/ids.js';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { dischargeAlone } from '../testing/discharge-app.js';
import { referralBody, wardNews } from '../testing/ward-news.js';
import { PersonRecords } from './person-records.js';

const metadata: EventMetadata = {
  correlationId: 'spec',
  actor: { id: 'feed', role: 'feed', organisation: 'RAL' },
  source: 'mllp',
};
const admittedAt = '2026-11-01T09:00:00.000Z';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ module: dischargeAlone });
}, 60_000);
afterAll(() => app.stop());

const identify = async (number: string): Promise<string> =>
  (
    await app
      .get(PeopleDirectory)
      .identify([{ kind: 'nhs-number', value: number, verified: true }], metadata, admittedAt)
  ).personId;

describe('What a policy is told of a person', () => {
  test('is nothing while the team has no case of theirs, and all there is from the referral on', async () => {
    const number = makeTestNumber(6900);
    const personId = await identify(number);
    const stay = { stayId: newId(), personId };
    const admitted = await wardNews(app.store)('PatientAdmitted', stay, admittedAt);
    const records = app.get(PersonRecords);
    expect(await records.indexFrom(admitted, personId)).toBeUndefined();
    const idt = await app.api('idt');
    const caseId = (await idt.post('/cases', referralBody(number, { occurredAt: '2026-11-02T10:00:00Z' }))).text(
      'caseId',
    );
    // The policy asks from the events it follows; the copy keeps count of those alone.
    const [referred] = await app.store.readStream(`case-${caseId}`);
    expect(referred?.type).toBe('CaseReferred');
    const index = await records.indexFrom(referred?.position ?? '', personId);
    expect(index?.cases.map((known) => known.caseId)).toEqual([caseId]);
    expect(index?.stayIds).toEqual([stay.stayId]);
  });
});
