import type { ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { Browser } from '../support/browser.js';
import {
  ago,
  Line,
  listOf,
  message,
  ok,
  permutations,
  somebody,
  stamp,
  type Json,
  type Person,
  type Said,
} from './ward-message.js';
import { cast, referral, seen, type Cast, type Name, type Played } from './two-people.js';

/** Visits and people that turn out to be one, told in every order, with the referral anywhere: stays, case and board are the same in the end. */

let app: TestApp;
let idt: ApiClient;
let line: Line;

beforeAll(async () => {
  app = await startTestApp();
  idt = await app.api('admin');
  line = new Line(idt);
}, 90_000);
afterAll(async () => app?.stop(), 30_000);

type Step = readonly [event: string, who: Name, said: Said | ((cast: Cast) => Said)];
const textOf = (people: Cast, [event, who, said]: Step, id: string): string =>
  message(people[who], event, {
    id: `${people.ada.visit}-${id}`,
    ...(typeof said === 'function' ? said(people) : said),
  });

const merged = (hour: number, loser: Name, survivor: Name): Step => [
  'A42',
  survivor,
  (people) => ({ at: ago(4, hour), mrg: { 5: `${people[loser].visit}^^^RAL` } }),
];
const localOnly = ({ bob }: Cast): Said => ({ pid: { 3: `${bob.local}^^^RAL^MR` } });

const play = async (
  steps: readonly Step[],
  order: readonly (Step | 'referral')[],
  people = cast(),
): Promise<Played> => {
  const stayIds: Partial<Record<Name, string>> = {};
  let caseId = '';
  for (const step of order) {
    if (step === 'referral') {
      if (caseId === '') caseId = ok(await idt.post('/cases', referral(people.ada))).text('caseId');
      continue;
    }
    const [answer] = await line.send(textOf(people, step, String(steps.indexOf(step))));
    const stayId = answer?.['stayId'];
    if (typeof stayId === 'string') stayIds[step[1]] = stayId;
  }
  const told = order.map((step) =>
    step === 'referral' ? step : `${step[0]} ${step[1]} ${String(steps.indexOf(step))}`,
  );
  return { stayIds, caseId, order: told.join(', ') };
};

const admitted: Step = ['A01', 'ada', { at: ago(10, 9), place: 'ELM^1^A' }];
const second: Step = ['A01', 'again', { at: ago(8, 9), place: 'OAK^1^A' }];

it.each<[string, readonly Step[], Json]>([
  [
    'a second visit given up for the first',
    [admitted, second, merged(9, 'again', 'ada')],
    {
      linked: 'ada',
      row: { ward: 'OAK', losDays: 10 },
      stays: [
        ['ada', { status: 'open' }],
        ['again', { status: 'merged' }],
      ],
    },
  ],
  [
    'the first visit given up for the second, and left under its number',
    [admitted, second, merged(9, 'ada', 'again'), ['A03', 'ada', { at: ago(2, 9), pv1: { 36: '19' } }]],
    {
      linked: 'again',
      case: { status: 'discharged' },
      stays: [
        ['ada', { status: 'merged' }],
        ['again', { destinationCode: '19' }],
      ],
    },
  ],
  [
    'two visits given up for one another',
    [admitted, second, merged(9, 'ada', 'again'), merged(10, 'again', 'ada')],
    {
      linked: 'again',
      stays: [
        ['ada', { status: 'merged' }],
        ['again', { status: 'open' }],
      ],
    },
  ],
  [
    'a person under a local number who turns out to be the one referred, and the visits too',
    [
      ['A01', 'bob', (people) => ({ at: ago(10, 9), place: 'ELM^1^A', ...localOnly(people) })],
      ['A40', 'ada', ({ bob }) => ({ at: ago(6, 9), mrg: { 1: `${bob.local}^^^RAL^MR` } })],
      ['A01', 'ada', { at: ago(9, 20), place: 'OAK^1^A' }],
      merged(9, 'bob', 'ada'),
    ],
    {
      linked: 'ada',
      stays: [
        ['ada', { status: 'open', personId: 0 }],
        ['bob', { status: 'merged', personId: 0 }],
      ],
    },
  ],
  [
    'a wrong number that was corrected, and one to which it should have been a merge',
    [
      ['A01', 'bob', (people) => ({ at: ago(10, 9), place: 'ELM^1^A', ...localOnly(people) })],
      [
        'A47',
        'bob',
        ({ bob, right }) => ({ at: ago(7, 9), pid: { 3: `${right}^^^RAL^MR` }, mrg: { 1: `${bob.local}^^^RAL^MR` } }),
      ],
      ['A31', 'ada', ({ ada, right }) => ({ at: ago(6, 9), pid: { 3: `${ada.nhs}^^^NHS^NH~${right}^^^RAL^MR` } })],
    ],
    { linked: 'bob', stays: [['bob', { status: 'open', personId: 0 }]] },
  ],
  [
    'an inpatient who becomes an outpatient and an inpatient again',
    [
      admitted,
      ['A07', 'ada', { at: ago(6, 9), pv1: { 2: 'O' } }],
      ['A06', 'ada', { at: ago(5, 9), place: 'OAK^1^A', pv1: { 44: stamp(ago(10, 9)) } }],
    ],
    { linked: 'ada', case: { status: 'referred' }, row: { ward: 'OAK', losDays: 10 } },
  ],
  [
    'an inpatient who becomes an outpatient',
    [admitted, ['A07', 'ada', { at: ago(6, 9), pv1: { 2: 'O' } }]],
    {
      linked: 'ada',
      case: { status: 'discharged' },
      stays: [['ada', { status: 'discharged', destinationCode: null }]],
    },
  ],
])(
  '%s',
  async (_name, steps, ends) => {
    const orders = permutations<Step | 'referral'>([...steps, 'referral']).filter(
      (__, n, all) => all.length <= 24 || n % 4 === 0,
    );
    const played = await Promise.all(orders.map((order) => play(steps, [...order, ...order.slice(0, 2)])));
    await app.settled();
    const rows = listOf(await idt.get('/board'), 'rows');
    const first = await seen(idt, played[0] ?? { stayIds: {}, caseId: '', order: '' }, rows);
    expect(first).toMatchObject(ends);
    for (const one of played)
      expect({ order: one.order, is: await seen(idt, one, rows) }).toEqual({ order: one.order, is: first });
  },
  120_000,
);

describe('Somebody whose NHS number is not verified', () => {
  it.each([
    ['by its status', { 32: 'NSTS03' }],
    ['because the hospital does not know them', { 31: 'Y' }],
  ])('(%s) goes by the local number, joins nobody, and is shown as to confirm on board and case', async (_, pid) => {
    const { ada } = cast();
    const [known] = [somebody()];
    await line.take(message(known, 'A01', { at: ago(5, 9), place: 'ELM^1^A' }));
    const said: Said = {
      at: ago(4, 9),
      place: 'OAK^1^A',
      pid: { 3: `${ada.local}^^^RAL^MR~${known.nhs}^^^NHS^NH`, ...pid },
    };
    const unknown = '31' in pid ? { ...said, pid: { 3: `${ada.local}^^^RAL^MR`, ...pid } } : said;
    const stayId = await line.take(message(ada, 'A01', unknown));
    const { nhsNumber: __, ...person } = referral(ada)['person'] as Record<string, unknown>;
    const localIds = [{ authority: 'RAL', type: 'MR', value: ada.local }];
    const made = ok(
      await idt.post('/cases', { ...referral(ada), person: { ...person, localIds }, occurredAt: ago(3, 9) }),
    );
    expect(made.json['stayId']).toBe(stayId);
    await app.settled();
    expect(await line.stay(stayId)).toMatchObject({ identityToConfirm: true, status: 'open' });
    const rows = listOf(await idt.get('/board'), 'rows');
    const row = rows.find((one) => one['caseId'] === made.text('caseId'));
    expect(row).toMatchObject({ identityToConfirm: true, rag: 'grey' });
    const browser = (await Browser.signedIn(app.url, 'idt')).following();
    expect((await browser.open(`/cases/${made.text('caseId')}`)).text).toContain('Who this is must be confirmed');
    expect((await browser.open('/huddle?hospital=RAL&ward=OAK')).text).toContain('Identity to confirm');
  });
});

describe('Two cases that a merge of visits puts on one stay', () => {
  const hospital = 'XMH';
  const at = (who: Person, event: string, said: Said): string => message(who, event, { hospital, ...said });
  const referred = async (who: Person, occurredAt: string): Promise<string> =>
    ok(await idt.post('/cases', { ...referral(who), hospital, occurredAt })).text('caseId');
  const theCase = async (caseId: string): Promise<Json> => ok(await idt.get(`/cases/${caseId}`)).json;
  const stays = async (): Promise<unknown> =>
    ok(await idt.get(`/metrics/los.mean?from=${ago(20).slice(0, 10)}&to=${ago(-1).slice(0, 10)}&hospital=${hospital}`))
      .json['denominator'];
  const checks = async (caseId: string): Promise<readonly Json[]> =>
    listOf(await idt.get('/day-91-checks?limit=500'), 'items').filter((check) => check['caseId'] === caseId);

  it('the earlier referral stays and the other is closed as merged; figures and day-91 checks know one stay', async () => {
    const { ada, again } = cast();
    await line.take(at(ada, 'A01', { at: ago(10, 9), place: 'ELM^1^A' }));
    const earlier = await referred(ada, ago(9, 12));
    await line.take(at(again, 'A01', { at: ago(8, 9), place: 'OAK^1^A' }));
    await app.settled();
    const later = await referred(ada, ago(7, 12));
    const left = at(again, 'A03', { at: ago(6, 9), pv1: { 36: '1', 37: '19' } });
    await line.take(left);
    await app.settled();
    const startedOn = ago(5).slice(0, 10);
    const episode = { providerId: 'prov-a', startedOn, plannedWeeks: 4, hoursPerWeek: 8, assessorType: 'joint' };
    ok(await idt.post('/reablement-episodes', { caseId: later, ...episode }));
    await app.settled();
    expect([(await theCase(earlier))['status'], (await theCase(later))['status'], await stays()]).toEqual([
      'referred',
      'discharged',
      1,
    ]);
    expect(await checks(later)).toHaveLength(1);

    await line.take(at(ada, 'A42', { at: ago(4, 9), mrg: { 5: `${again.visit}^^^${hospital}` } }));
    await app.settled();
    expect(await theCase(earlier)).toMatchObject({ status: 'referred', ward: 'OAK', losDays: 10 });
    expect(await theCase(later)).toMatchObject({ status: 'closed', ended: { by: 'merged' } });
    expect([await stays(), await checks(later)]).toEqual([0, []]);
    expect(listOf(await idt.get(`/board?hospital=${hospital}`), 'rows').map(({ caseId }) => caseId)).toEqual([earlier]);

    await line.take(at(again, 'A03', { at: ago(2, 9), pv1: { 36: '1', 37: '19' } }));
    await app.settled();
    expect([(await theCase(earlier))['status'], await stays()]).toEqual(['discharged', 1]);
  });
});
