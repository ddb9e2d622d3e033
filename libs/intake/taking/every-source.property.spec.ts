import fc from 'fast-check';
import { deterministicId } from '#libs/platform/ids.js';
import { metadata } from '#libs/people/testing/memory-store.js';
import type { Adt } from '../testing/adt.js';
import { anyMessage, clock, sendings } from '../testing/any-message.js';
import { tellDeaths } from '../testing/deaths-in-memory.js';
import { patient, wardNumber, type Told } from '../testing/fhir.js';
import { shownWorld } from '../testing/shown-world.js';
import { takingInMemory, type InMemory } from '../testing/taking-in-memory.js';
import { seeded } from '../../../test/support/seeded.js';

/** The same visits and people told of by HL7, by FHIR and by our own events at once. */

type Spoken = { readonly hl7: Adt } | { readonly fhir: Told } | { readonly event: Readonly<Record<string, unknown>> };

const instant = clock.map(
  (time) =>
    `${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 8)}T${time.slice(8, 10)}:${time.slice(10, 12)}:00.000Z`,
);
const visit = fc.constantFrom('V1', 'V2');
const place = fc.constantFrom('LARCH/1/A', 'OAK/2/B', 'ELM');

const anyEncounter = fc
  .record({
    visit,
    recorded: instant,
    start: instant,
    end: instant,
    moved: instant,
    status: fc.constantFrom(
      'in-progress',
      'in-progress',
      'onleave',
      'finished',
      'finished',
      'entered-in-error',
      'cancelled',
    ),
    source: fc.constantFrom('pas', 'bedboard'),
    places: fc.array(place, { minLength: 1, maxLength: 2 }),
    number: fc.constantFrom('B1', 'B2'),
    dead: fc.constantFrom(undefined, true, false),
    meets: fc.constantFrom(undefined, true, false),
    expected: fc.constantFrom(undefined, '2026-11-07'),
    method: fc.constantFrom(undefined, '1', '4'),
  })
  .map(
    ({
      visit: of,
      recorded,
      start,
      end,
      moved,
      status,
      source,
      places,
      number,
      dead,
      meets,
      expected,
      method,
    }): Told => {
      const [first = 'LARCH', second] = places;
      const from = [start, moved].toSorted();
      const at = [
        { place: first, from: from[0] ?? start },
        ...(second === undefined || start === moved ? [] : [{ place: second, from: from[1] ?? moved }]),
      ];
      return {
        id: `enc-${of}`,
        visit: of,
        version: recorded,
        recorded,
        source,
        status,
        start: from[0] ?? start,
        ...(status === 'finished' ? { end: [end, from[1] ?? moved].toSorted().at(-1) ?? end } : {}),
        at,
        patient: patient({
          identifier: [wardNumber(number, 'MR')],
          ...(dead === undefined ? {} : { deceasedBoolean: dead }),
        }),
        ...(meets === undefined ? {} : { criteria: { meets, assessedAt: from[0] ?? start } }),
        ...(expected === undefined ? {} : { expected }),
        ...(method === undefined ? {} : { dischargeMethod: method, destination: method === '4' ? '79' : '19' }),
      };
    },
  );

const anyEvent = fc
  .record({ id: fc.nat(3), subject: visit, time: instant, recordedtime: instant })
  .chain(({ id, subject, time, recordedtime }) =>
    fc
      .constantFrom<readonly [string, Readonly<Record<string, unknown>>]>(
        [
          'admitted',
          {
            person: { localIds: [{ authority: 'RAL', type: 'MR', value: 'B1' }] },
            hospital: 'RAL',
            ward: 'ASH',
            admittedAt: time,
          },
        ],
        ['moved', { ward: 'FIR', at: time }],
        ['discharged', { dischargedAt: time, destinationCode: '19', methodCode: '1' }],
        ['discharged', { dischargedAt: time, destinationCode: '79', methodCode: '4' }],
        ['criteria-to-reside', { meets: false, assessedAt: time }],
        ['expected-discharge-date', { date: null }],
        ['left-on-leave', { at: time }],
        ['returned', { at: time }],
        ['cancelled', { what: 'admission' }],
        ['cancelled', { what: 'discharge' }],
        ['cancelled', { what: 'move' }],
      )
      .map(([name, data]) => ({
        specversion: '1.0',
        id: `${String(id)}-${subject}`,
        source: 'RAL',
        type: `homeward.ward.${name}.v1`,
        subject,
        time,
        recordedtime,
        data,
      })),
  );

const anySpoken = fc.oneof(
  anyMessage.map((said): Spoken[] => sendings([said]).map((hl7) => ({ hl7 }))),
  anyEncounter.map((fhir): Spoken[] => [{ fhir }]),
  anyEvent.map((event): Spoken[] => [{ event }]),
);

/** Takes every merge of people that was asked for back, as a person does who finds it wrong. */
const revertMerges = async ({ store }: InMemory): Promise<void> => {
  const asked = store.events.filter(({ type, data }) => type === 'PeopleMerged' && data['because'] !== 'seen-together');
  for (const { streamId, personId, data, occurredAt } of asked) {
    const { mergeId, survivor, loser } = data;
    const eventId = deterministicId('reverted', String(mergeId));
    const event = { eventId, type: 'MergeReverted', schemaVersion: 1, occurredAt, data: { mergeId, survivor, loser } };
    await store.append(streamId, 'any', [{ ...event, ...(personId === undefined ? {} : { personId }) }], metadata);
  }
};

const after = async (...lines: readonly (readonly Spoken[])[]): Promise<string> => {
  const ward = await takingInMemory();
  await Promise.all(
    lines.map(async (messages) => {
      const { take, takeFhir, takeEvent } = ward.process();
      for (const message of messages)
        await ('hl7' in message
          ? take(message.hl7)
          : 'fhir' in message
            ? takeFhir(message.fhir)
            : takeEvent(message.event));
      await tellDeaths(ward.store);
    }),
  );
  await tellDeaths(ward.store, (events) => events.toReversed());
  const merged = await shownWorld(ward);
  await revertMerges(ward);
  await tellDeaths(ward.store);
  return [merged, await shownWorld(ward)].join('\n');
};

const runs = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 100) / 2);

test('HL7, FHIR and our own events of the same visits and people leave the same stays, people and deaths in any order, also when merges are reverted', async () => {
  const histories = fc
    .array(anySpoken, { minLength: 2, maxLength: 9 })
    .map((said) => said.flat())
    .chain((messages) =>
      fc.tuple(
        fc.constant(messages),
        fc.shuffledSubarray(messages, { minLength: messages.length }),
        fc.subarray(messages),
        fc.nat(messages.length),
      ),
    );
  await fc.assert(
    fc.asyncProperty(histories, async ([messages, shuffled, repeated, cut]) => {
      const first = await after(messages);
      expect(await after(messages.toReversed())).toBe(first);
      expect(await after([...repeated, ...shuffled])).toBe(first);
      expect(await after(shuffled.slice(0, cut), shuffled.slice(cut))).toBe(first);
    }),
    { numRuns: runs, ...seeded },
  );
}, 600_000);
