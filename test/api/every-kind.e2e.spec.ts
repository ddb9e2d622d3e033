import fc from 'fast-check';
import type { ApiClient } from '../support/api-client.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { ago, Line, listOf, message, ok, overMllp, stamp, type Said } from './ward-message.js';
import { cast, referral, seen, type Cast, type Name, type Played } from './two-people.js';
import { seeded } from '../support/seeded.js';

/** Messages of every kind about two people, told in any order, repeated, and on two lines at once: stays, case and board are the same in the end. */

let app: TestApp;
let idt: ApiClient;
let line: Line;

beforeAll(async () => {
  app = await startTestApp();
  idt = await app.api('admin');
  line = new Line(idt);
}, 90_000);
afterAll(async () => app?.stop(), 30_000);

describe('Random histories of every kind about two people', () => {
  const hour = fc.integer({ min: 1, max: 200 });
  /** No two visits have a time in common: which of two stays that begin at once is the later one goes by their ids. */
  const instant = (hours: number, who: Name): string => ago(9, hours, { ada: 0, bob: 20, again: 40 }[who]);
  const visitEvents = [
    ...['A01', 'A02', 'A03', 'A04', 'A05', 'A06', 'A07', 'A08', 'A11', 'A12', 'A13', 'A15', 'A16'],
    ...['A21', 'A22', 'A23', 'A25', 'A38', 'A52', 'A53', 'A42', 'A42', 'A35'],
  ];
  interface Told {
    readonly who: Name;
    [fc.toStringMethod](): string;
    readonly text: (people: Cast, id: string) => string;
  }
  const names = fc.constantFrom<Name>('ada', 'bob', 'again');
  const anyMessage = fc
    .record({
      event: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...visitEvents) },
        { weight: 1, arbitrary: fc.constantFrom('A24', 'A28', 'A31', 'A34', 'A40', 'A47') },
      ),
      who: names,
      other: names,
      rec: hour,
      at: hour,
      place: fc.constantFrom('ELM^1^A', 'OAK^2^B', 'ASH^3^C'),
      pv1: fc.constantFrom({}, {}, { 36: '1', 37: '19' }, { 36: '79' }, { 44: 'early' }),
      zu1: fc.constantFrom(undefined, undefined, { 22: 'Y' }, { 22: 'N' }),
      dead: fc.constantFrom('', '', '', 'Y', 'N'),
      bare: fc.boolean(),
    })
    .filter(({ event, who, other }) => !['A24', 'A34', 'A35', 'A40', 'A42'].includes(event) || who !== other)
    .map(({ event, who, other, rec, at, place, pv1, zu1, dead, bare }): Told => ({
      who,
      [fc.toStringMethod]: () => JSON.stringify([event, who, other, { rec, at, place, pv1, zu1, dead, bare }]),
      text: (people, id) => {
        const ids = (name: Name): string => `${people[name].local}^^^RAL^MR`;
        const pid3 = bare || event === 'A47' ? ids(who) : `${people[who].nhs}^^^NHS^NH~${ids(who)}`;
        const mrg: Said = { mrg: { 1: ids(other), 5: `${people[other].visit}^^^RAL` } };
        const said: Said = {
          id: `${people.ada.visit}-${id}`,
          at: instant(at, who),
          rec: instant(rec, who),
          place,
          pv1: {
            ...pv1,
            ...('44' in pv1 ? { 44: stamp(instant(1, who)) } : {}),
            ...(event === 'A07' ? { 2: 'O' } : {}),
          },
          pid: { 3: event === 'A47' ? `${people.right}^^^RAL^MR` : pid3, 30: dead },
          ...(zu1 ? { zu1 } : {}),
          ...(event === 'A16' ? { pv2: { 9: stamp(ago(1)).slice(0, 8) } } : {}),
          ...(['A34', 'A35', 'A40', 'A42', 'A47'].includes(event) ? { ...mrg } : {}),
        };
        const text = message(people[who], event, event === 'A47' ? { ...said, mrg: { 1: ids(who) } } : said);
        return event === 'A24' ? `${text}\rPID|2||${ids(other)}` : text;
      },
    }));

  type Line = readonly (readonly [step: number, told: Told] | 'referral')[];

  /** Plays these lines at the same time, the first over HTTP and the others over MLLP, on people of their own. */
  const played = async (lines: readonly Line[]): Promise<Played> => {
    const people = cast();
    const stayIds: Partial<Record<Name, string>> = {};
    for (const name of ['ada', 'bob', 'again'] as const)
      stayIds[name] = await line.take(
        message(people[name], 'A08', {
          id: `${people.ada.visit}-${name}`,
          at: ago(9, 1),
          pid: { 3: `${people[name].local}^^^RAL^MR` },
        }),
      );
    let caseId = '';
    await Promise.all(
      lines.map(async (steps, nth) => {
        for (const step of steps) {
          if (step === 'referral') caseId = ok(await idt.post('/cases', referral(people.ada))).text('caseId');
          else {
            const text = step[1].text(people, String(step[0]));
            if (nth === 0) await line.send(text);
            else expect(['AA', 'AE']).toContain((await overMllp(app.mllpPort, text))[0]);
          }
        }
      }),
    );
    return { stayIds, caseId, order: '' };
  };

  it('leave the same stays, case and board in any order, repeated, and from two lines at once', async () => {
    const histories = fc.array(anyMessage, { minLength: 3, maxLength: 12 }).chain((all) => {
      const steps: Line = [...all.map((told, n) => [n, told] as const), 'referral'];
      return fc.tuple(
        fc.constant(steps),
        fc.shuffledSubarray([...steps], { minLength: steps.length }),
        fc.shuffledSubarray([...steps], { minLength: steps.length }),
        fc.subarray([...steps].filter((step) => step !== 'referral')),
        fc.nat(steps.length),
      );
    });
    await fc.assert(
      fc.asyncProperty(histories, async ([steps, one, other, repeated, cut]) => {
        const all = await Promise.all([
          played([steps]),
          played([[...repeated, ...one]]),
          played([other.slice(0, cut), [...other.slice(cut), ...repeated]]),
        ]);
        await app.settled();
        const rows = listOf(await idt.get('/board'), 'rows');
        const [first, ...rest] = await Promise.all(all.map((each) => seen(idt, each, rows)));
        for (const is of rest) expect(is).toEqual(first);
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 12), endOnFailure: true, ...seeded },
    );
  }, 600_000);
});
