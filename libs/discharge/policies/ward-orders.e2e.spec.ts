import { makeTestNumber } from '#libs/nhs/index.js';
import type { ApiClient } from '../../../test/support/api-client.js';
import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { referralBody } from '../testing/ward-news.js';

let app: TestApp;
let idt: ApiClient;
let admin: ApiClient;
let sequence = 8000;

beforeAll(async () => {
  app = await startTestApp();
  idt = await app.api('idt');
  admin = await app.api('admin');
}, 90_000);
afterAll(() => app.stop());

/** One HL7 message of a stay; times are `ddHHMM` of November 2026. */
interface Sent {
  readonly type: 'A01' | 'A02' | 'A03' | 'A08' | 'A11' | 'A13';
  readonly at: string;
  readonly end?: string;
  readonly fit?: 'Y' | 'N';
}
const time = (at: string): string => `202611${at}00`;
const hl7 = (number: string, visit: string, id: string, { type, at, end, fit }: Sent): string =>
  [
    `MSH|^~\\&|PAS|RAL|HOMEWARD|BARNET|${time(at)}||ADT^${type}|${id}|P|2.4`,
    `EVN||${time(at)}||||${time(at)}`,
    `PID|1||${number}^^^NHS^NH||TESTPATIENT^ADA||19400215|F|||1 TEST ROAD^^LONDON^^N12 0AA`,
    `PV1|1|I|${type === 'A02' ? 'OAK' : 'LARCH'}^1^A^RAL||||||||||||||||${visit}|||||||||||||||||${end ?? ''}||||||||${time('010900')}|${end ? time(at) : ''}`,
    ...(fit ? [`ZU1||||||||||||||||||||||${fit}`] : []),
  ].join('\r');

const permutations = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, index) =>
        permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
      );

const admit: Sent = { type: 'A01', at: '010900' };
const leave = (at: string, end = '19'): Sent => ({ type: 'A03', at, end });

/** What the team sees of a case in the end; instants of knowing and revisions may differ. */
const seen = async (order: readonly (Sent | 'referral')[]): Promise<unknown> => {
  sequence += 1;
  const [number, visit] = [makeTestNumber(sequence), `V${String(sequence)}`];
  let caseId = '';
  for (const [index, news] of [...order, ...order.slice(0, 2)].entries()) {
    if (news !== 'referral') {
      const id = `M${String(sequence)}-${news.type}-${news.at}`;
      const answer = await admin.post('/ward-events/hl7v2', hl7(number, visit, id, news), {
        'content-type': 'x-application/hl7-v2+er7',
      });
      expect([index, answer.status, answer.json['quarantined']]).toEqual([index, 200, 0]);
    } else if (caseId === '') {
      const answer = await idt.post('/cases', referralBody(number, { occurredAt: '2026-11-02T10:00:00Z' }));
      expect([index, answer.status]).toEqual([index, 201]);
      caseId = answer.text('caseId');
    }
  }
  await app.settled();
  const { json } = await idt.get(`/cases/${caseId}`);
  const { status, ward, bed, losDays, criteriaToReside, dischargeReadyDate, delays } = json;
  return { status, linked: json['stayId'] !== null, ward, bed, losDays, criteriaToReside, dischargeReadyDate, delays };
};

describe('the team sees the same case in the end, whatever order the hospital told it in, and however often', () => {
  it.each<[string, readonly Sent[], string]>([
    ['moved and discharged', [admit, { type: 'A02', at: '031000' }, leave('101400')], 'discharged'],
    [
      'discharged, taken back and discharged again',
      [admit, leave('101400'), { type: 'A13', at: '101500' }, leave('111400')],
      'discharged',
    ],
    ['discharged and taken back', [admit, leave('101400'), { type: 'A13', at: '101500' }], 'referred'],
    ['admitted by mistake', [admit, { type: 'A11', at: '031000' }], 'withdrawn'],
    [
      'admitted by mistake, and that was the mistake',
      [admit, { type: 'A11', at: '031000' }, { type: 'A01', at: '041000' }],
      'referred',
    ],
    ['died', [admit, leave('101400', '79')], 'closed'],
    [
      'fit, then not',
      [admit, { type: 'A08', at: '031000', fit: 'Y' }, { type: 'A08', at: '051000', fit: 'N' }],
      'paused',
    ],
  ])(
    '%s',
    async (_, news, status) => {
      const all = permutations<Sent | 'referral'>(['referral', ...news]);
      // Every order of up to four, a spread of the longer ones.
      const orders = all.filter((__, index) => all.length <= 24 || index % 7 === 0);
      const first = await seen(orders[0] ?? []);
      expect(first).toMatchObject({ status, linked: true });
      for (const order of orders.slice(1)) expect([order, await seen(order)]).toEqual([order, first]);
    },
    120_000,
  );
});
