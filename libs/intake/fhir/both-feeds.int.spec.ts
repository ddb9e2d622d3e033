import { startTestApp, type TestApp } from '../../../test/support/app.js';
import { adt, permutations, type Adt } from '../testing/adt.js';
import { encounter, patient, wardNumber, type Told } from '../testing/fhir.js';
import { intakeAlone } from '../testing/intake-app.js';
import { WardIntake } from '../taking/ward-intake.js';
import { FhirIntake } from './fhir-intake.js';

const t = (hhmm: string): string => `20261103${hhmm}00`;
const iso = (hhmm: string): string => `2026-11-03T${hhmm.slice(0, 2)}:${hhmm.slice(2)}:00.000Z`;
const larch = { place: 'LARCH/1/A', from: iso('0900') };

/** A stay of which each feed tells only a part: HL7 the admission, a move that is taken back and a discharge; FHIR the rest. */
const hl7: readonly Adt[] = [
  { event: 'A01', recorded: t('0905'), occurred: t('0900'), place: 'LARCH^1^A^RAL' },
  { event: 'A12', recorded: t('1230'), place: 'LARCH^1^A^RAL' },
  { event: 'A03', recorded: t('1505'), occurred: t('1500'), place: 'LARCH^1^A^RAL', pv1: { 36: '4', 37: '79' } },
];
const fhir: readonly Told[] = [
  {
    recorded: iso('1105'),
    at: [
      { ...larch, to: iso('1100') },
      { place: 'OAK/2/B', from: iso('1100') },
    ],
  },
  {
    recorded: iso('1400'),
    at: [larch],
    criteria: { meets: false, assessedAt: iso('1330'), dischargeReadyDate: '2026-11-02' },
  },
  { recorded: iso('1600'), status: 'entered-in-error' },
  { recorded: iso('1700'), at: [larch], start: iso('0855'), expected: '2026-11-05' },
];

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ module: intakeAlone });
}, 60_000);
afterAll(() => app.stop());

type Block = Readonly<Record<string, unknown>> & { readonly criteria: readonly Readonly<Record<string, unknown>>[] };
const isBlock = (value: unknown): value is Block =>
  typeof value === 'object' && value !== null && Array.isArray(Reflect.get(value, 'criteria'));

test('a stay told of by HL7 and by FHIR at once is the same in every order of all of it, some of it sent twice', async () => {
  const hl7Intake = app.get(WardIntake);
  const fhirIntake = app.get(FhirIntake);
  const arrival = { source: 'api', correlationId: 'test' } as const;
  const send = async (at: number, visit: string): Promise<string | undefined> => {
    const message = hl7[at];
    if (message) {
      const who = { visit: `${visit}^^^RAL`, pid3: `${visit}^^^RAL^MR`, controlId: `${visit}-${String(at)}` };
      return (await hl7Intake.takeHl7(Buffer.from(adt({ ...message, ...who })), arrival)).stayId;
    }
    const told = {
      id: visit,
      visit,
      patient: patient({ identifier: [wardNumber(visit, 'MR')] }),
      ...fhir[at - hl7.length],
    };
    return (await fhirIntake.takeEncounter(encounter(told), 'fhir:test', arrival)).taken?.stayId;
  };
  const shown = new Set<string>();
  const play = async (order: readonly number[], n: number): Promise<void> => {
    // Every fifth order says everything twice, the second time the other way round.
    const sent = n % 5 === 0 ? [...order, ...order.toReversed()] : order;
    const stayIds = new Set<string | undefined>();
    for (const at of sent) stayIds.add(await send(at, `B${String(n)}`));
    expect(stayIds.size).toBe(1);
    const stream = await app.store.readStream(`stay-${[...stayIds][0] ?? ''}`);
    expect(stream).toHaveLength(hl7.length + fhir.length);
    const stay: unknown = stream.at(-1)?.data['stay'];
    if (!isBlock(stay)) throw new Error('no block');
    const { stayId: _, personId: __, criteria, ...rest } = stay;
    shown.add(JSON.stringify([rest, criteria.map(({ at, meets, readyDate }) => [at, meets, readyDate])]));
  };
  // Of the 5040 orders every seventh: 720, in which each message comes in every place.
  const orders = permutations([...hl7, ...fhir].map((_, at) => at)).filter((_, n) => n % 7 === 0);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < orders.length) {
      const n = next;
      next += 1;
      await play(orders[n] ?? [], n);
    }
  };
  await Promise.all(Array.from({ length: 24 }, lane));
  expect([...shown].map((text) => JSON.parse(text) as unknown)).toEqual([
    [
      expect.objectContaining({
        // The stay that never was is one after all, and the last word of it is that the person is in.
        status: 'open',
        admittedAt: iso('0855'),
        dischargedAt: null,
        diedAt: null,
        locations: [{ ward: 'LARCH', room: '1', bed: 'A', from: iso('0900') }],
        admissionCancelledAt: iso('1600'),
        dischargeCancelledAt: iso('1700'),
      }),
      [['2026-11-02T00:00:00.000Z', false, '2026-11-02']],
    ],
  ]);
}, 300_000);
