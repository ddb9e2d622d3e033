import { metadata } from '#libs/people/testing/memory-store.js';
import { permutations, type Adt } from '../testing/adt.js';
import { PeopleByTheLog, takingInMemory } from '../testing/taking-in-memory.js';
import { DeathsPolicy } from './deaths.policy.js';

const at = (hhmm: string, more: Partial<Adt>): Adt => ({
  event: 'A08',
  controlId: hhmm,
  recorded: `20261103${hhmm}00`,
  ...more,
});

test('a death is told of whom the stay is now, in whatever order its events are looked at', async () => {
  const ward = await takingInMemory();
  const { take } = ward.process();
  await take(at('0900', { event: 'A01', pid3: 'B1^^^RAL^MR', pid30: 'Y' }));
  await take(at('1000', { pid3: 'B2^^^RAL^MR' }));
  await take(at('1100', { pid3: '9990000018^^^NHS^NH' }));
  const events = ward.store.events.filter(({ streamId }) => streamId.startsWith('stay-'));
  const people = [...new Set(events.map(({ personId = '' }) => personId))];
  expect(people).toHaveLength(3);
  for (const order of permutations(events)) {
    ward.store.events.splice(0, Infinity, ...ward.store.events.filter(({ type }) => !type.startsWith('Death')));
    const policy = new DeathsPolicy(ward.store, new PeopleByTheLog(ward.store));
    for (const event of order) await policy.react(event, { metadata, wrote: () => undefined });
    const dead = people.filter(
      (id) =>
        ward.store.events.findLast(({ streamId, type }) => streamId === `person-${id}` && type.startsWith('Death'))
          ?.type === 'DeathRecorded',
    );
    expect(dead).toEqual(people.slice(-1));
  }
});
