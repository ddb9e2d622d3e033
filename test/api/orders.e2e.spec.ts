import type { ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  ago,
  compact,
  Line,
  listOf,
  message,
  ok,
  permutations,
  somebody,
  stamp,
  today,
  type Json,
  type Person,
  type Said,
} from './ward-message.js';

/** Every order in which a hospital may tell a short history, with the referral anywhere in it, through the front door: stay, case and board are the same in the end. */

let app: TestApp;
let idt: ApiClient;
let line: Line;

beforeAll(async () => {
  app = await startTestApp();
  idt = await app.api('admin');
  line = new Line(idt);
}, 60_000);
afterAll(async () => app?.stop(), 30_000);

type Step = readonly [event: string, said: Said];
const admitted: Step = ['A01', { at: ago(10, 9), place: 'ELM^1^A' }];

const histories: readonly (readonly [name: string, steps: readonly Step[], ends: Json, endsOfCase?: Json])[] = [
  [
    'a move taken back',
    [
      ['A02', { at: ago(9, 9), place: 'OAK^1^A' }],
      ['A02', { at: ago(8, 9), place: 'ASH^1^A' }],
      ['A12', { at: ago(7, 9) }],
    ],
    { status: 'open', ward: 'OAK' },
  ],
  [
    'an admission voided',
    [
      admitted,
      ['A11', { at: ago(9, 9) }],
      ['A08', { at: ago(8, 9), place: 'OAK^1^A', pv1: { 44: stamp(ago(10, 8)) } }],
    ],
    { status: 'cancelled', ward: 'OAK' },
  ],
  [
    'an admission reinstated',
    [admitted, ['A11', { at: ago(9, 9) }], ['A01', { at: ago(10, 10), rec: ago(8, 9), place: 'OAK^2^B' }]],
    { status: 'open', admittedAt: ago(10, 10), ward: 'OAK' },
  ],
  [
    'a discharge taken back and made again',
    [
      ['A03', { at: ago(5, 9), pv1: { 36: '1', 37: '19', 44: stamp(ago(10, 9)) } }],
      ['A13', { at: ago(4, 9) }],
      ['A03', { at: ago(2, 9), pv1: { 36: '54' } }],
    ],
    { status: 'discharged', dischargedAt: ago(2, 9), destinationCode: '54', methodCode: null },
  ],
  [
    'a discharge corrected and taken back',
    [
      ['A03', { at: ago(5, 9), pv1: { 36: '1', 37: '19' } }],
      ['A08', { at: ago(4, 9), pv1: { 37: '29', 44: stamp(ago(11, 1)), 45: stamp(ago(5, 12)) } }],
      ['A13', { at: ago(3, 9) }],
    ],
    { status: 'open', admittedAt: ago(11, 1), dischargedAt: null, destinationCode: null },
  ],
  [
    'a death',
    [admitted, ['A03', { at: ago(5, 9), pv1: { 36: '19' } }], ['A08', { at: ago(4, 9), pv1: { 36: '4' } }]],
    { status: 'discharged', methodCode: '4' },
  ],
  [
    'a death that news of the person takes back',
    [
      admitted,
      ['A08', { at: ago(6, 9), pid: { 29: stamp(ago(6, 8)), 30: 'Y' } }],
      ['A31', { at: ago(4, 9), pid: { 30: 'N' }, pv1: null }],
    ],
    { status: 'open' },
    { status: 'referred' },
  ],
  [
    'a discharge by death that no indicator takes back',
    [
      admitted,
      ['A03', { at: ago(6, 9), pv1: { 36: '4', 37: '79' } }],
      ['A31', { at: ago(4, 9), pid: { 30: 'N' }, pv1: null }],
    ],
    { status: 'discharged' },
    { status: 'closed' },
  ],
  [
    'a death that news of the person tells of after the ward denied it',
    [
      admitted,
      ['A08', { at: ago(6, 9), pid: { 30: 'N' } }],
      ['A31', { at: ago(4, 9), pid: { 29: stamp(ago(5, 8)), 30: 'Y' }, pv1: null }],
    ],
    { status: 'open' },
    { status: 'closed' },
  ],
  [
    'a move that was sent twice and is recorded by MSH-7 alone',
    [
      ['A02', { id: 'sent-twice', sent: ago(9, 9), evn: { 2: '' }, place: 'OAK^1^A' }],
      ['A02', { id: 'sent-twice', sent: ago(7, 9), evn: { 2: '' }, place: 'OAK^1^A' }],
      ['A02', { at: ago(8, 9), place: 'ASH^1^A' }],
    ],
    { status: 'open', ward: 'ASH' },
  ],
  [
    'a leave, and a person who came back from it',
    [admitted, ['A21', { at: ago(8, 9) }], ['A22', { at: ago(6, 9), zu1: { 22: 'Y', 24: compact(ago(7)) } }]],
    { status: 'open', ward: 'ELM', criteriaToReside: { meets: false, since: ago(7) } },
  ],
  [
    'criteria',
    [
      ['A01', { at: ago(10, 9), place: 'ELM^1^A', zu1: { 22: 'N' } }],
      ['A08', { at: ago(8, 9), zu1: { 22: 'Y', 24: compact(ago(8)) } }],
      ['A08', { at: ago(6, 9), zu1: { 24: compact(ago(7)) } }],
    ],
    { criteriaToReside: { meets: false, since: ago(7) } },
  ],
  [
    'the expected date',
    [
      ['A01', { at: ago(10, 9), place: 'ELM^1^A', pv2: { 9: compact(ago(2)) } }],
      ['A25', { at: ago(7, 9) }],
      ['A16', { at: ago(8, 9), pv2: { 9: compact(today) } }],
    ],
    { expectedDischargeDate: null },
  ],
];

/** What differs from one person to the next, when it was written, what was done on the way (pauses), and details that a stay nobody referred does not keep. */
const hidden = new Set(
  'updatedAt revision position asOf knownAt caseId stayId personId name nhsNumber familyName givenNames postcode eventId pauses'.split(
    ' ',
  ),
);
const comparable = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !hidden.has(key))
      .map(([key, inner]) => [key, comparable(inner)]),
  );
};

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
  occurredAt: ago(9, 8),
});

it.each(histories.map(([name, steps, ends, endsOfCase = {}]) => [name, steps, ends, endsOfCase] as const))(
  '%s',
  async (_name, steps, ends, endsOfCase) => {
    const told = await Promise.all(
      permutations([...steps, 'referral' as const]).map(async (order) => {
        const who = somebody();
        const texts = new Map(steps.map((step) => [step, message(who, ...step)]));
        let stayId = '';
        let caseId = '';
        for (const step of order) {
          if (step === 'referral') caseId = ok(await idt.post('/cases', referral(who))).text('caseId');
          else if (step[0] === 'A31') await line.take(texts.get(step) ?? '');
          else stayId = await line.take(texts.get(step) ?? '');
        }
        return {
          stayId,
          caseId,
          order: order
            .map((step) => (step === 'referral' ? step : `${step[0]} ${String(steps.indexOf(step))}`))
            .join(', '),
        };
      }),
    );
    await app.settled();
    const rows = listOf(await idt.get('/board'), 'rows');
    const seen = await Promise.all(
      told.map(async ({ stayId, caseId, order }) => {
        const [stay, found] = await Promise.all([idt.get(`/stays/${stayId}`), idt.get(`/cases/${caseId}`)]);
        const row = rows.find((one) => one['caseId'] === caseId) ?? null;
        return { order, is: comparable({ stay: ok(stay).json, case: ok(found).json, row }) };
      }),
    );
    expect(seen[0]?.is).toMatchObject({ stay: ends, case: endsOfCase });
    for (const { order, is } of seen) expect({ order, is }).toEqual({ order, is: seen[0]?.is });
  },
);
