import { startTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { Asking } from '../testing/asking.js';
import { at, World } from '../testing/world.js';

let database: TestDatabase;
let world: World;
beforeEach(async () => {
  database = await startTestDatabase();
  world = new World();
});
afterEach(() => database.stop());

const march = { from: '2026-03-01', to: '2026-04-01' };

/** How many events a figure says it rests on, and those its people lead to, each once. */
const behind = async (id: string, asked: object = march) => {
  const ask = new Asking(database.pool, at('2026-07-01'));
  const { basis } = await ask.figure(id, asked);
  const events = new Set((await ask.people(id, asked)).flatMap((person) => person.events));
  return { counted: basis.events, shown: [...events].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))) };
};

describe('the events behind a stay', () => {
  it('are its own and those of all its cases, also those that changed nothing that is counted', async () => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01' });
    world.refer('c1', { personId: 'p1', stayId: 's1', at: '2026-03-02' });
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-09' });
    await world.fold(database.pool, 1);
    world.refer('c2', { personId: 'p1', stayId: 's1', at: '2026-03-04' });
    world.delay('c1', 'd1', 'IF1', '2026-03-03');
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-09' });
    await world.fold(database.pool, 1);
    expect(await behind('los.mean')).toEqual({
      counted: 8,
      shown: ['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7', 'e8'],
    });
  });

  it('are those recorded by the time that is asked for', async () => {
    world.stay('s1', { personId: 'p1', admitted: '2026-03-01', discharged: '2026-03-09' });
    world.refer('c1', { personId: 'p1', at: '2026-03-02' });
    const before = world.recordedAt;
    world.onCase('c1', 'CaseLinkedToStay', { stayId: 's1', admittedAt: at('2026-03-01') }, at('2026-03-02'), 'p1');
    const linked = world.recordedAt;
    world.pathway('c1', 1, '2026-03-03');
    const onPathway = world.recordedAt;
    world.delay('c1', 'd1', 'IF1', '2026-03-03');
    world.onCase('c1', 'CaseLinkedToStay', { stayId: 's2', admittedAt: at('2026-03-01') }, at('2026-03-09'), 'p1');
    world.stay('s2', { personId: 'p1', admitted: '2026-03-10', discharged: '2026-04-12' });
    await world.fold(database.pool);
    expect(await behind('los.mean')).toEqual({ counted: 1, shown: ['e1'] });
    expect(await behind('los.mean', { ...march, knownAt: linked })).toEqual({
      counted: 4,
      shown: ['e1', 'e2', 'e3', 'e4'],
    });
    expect((await behind('los.mean', { ...march, knownAt: onPathway })).counted).toBe(5);
    expect(await behind('los.mean', { ...march, knownAt: at('2026-06-15') })).toEqual({ counted: 1, shown: ['e1'] });
    expect(await behind('los.mean', { ...march, knownAt: before })).toEqual({ counted: 3, shown: ['e1', 'e2', 'e3'] });
    const both = { from: '2026-03-01', to: '2026-05-01' };
    expect(await behind('los.mean', both)).toEqual({ counted: 7, shown: ['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7'] });
  });

  it('count once where each of its cases counts, and where it counts on many days', async () => {
    world.stay('s1', {
      personId: 'p1',
      admitted: '2026-03-01',
      discharged: '2026-03-29',
      criteria: ['not 2026-03-02', 'met 2026-03-05', 'not 2026-03-09'],
    });
    for (const [caseId, pathway] of [
      ['c1', 1],
      ['c2', 2],
      ['c3', 1],
    ] as const) {
      world.refer(caseId, { personId: 'p1', stayId: 's1', at: '2026-03-02' });
      world.pathway(caseId, pathway, '2026-03-03');
    }
    world.stay('s2', { personId: 'p2', admitted: '2026-03-01', discharged: '2026-03-29' });
    world.refer('c4', { personId: 'p2', stayId: 's2', at: '2026-03-02' });
    world.pathway('c4', 1, '2026-03-03');
    await world.fold(database.pool);
    const ofFirst = world.events.slice(0, 10).map(({ eventId }) => eventId);
    const ofBoth = world.events.map(({ eventId }) => eventId);
    expect(ofBoth).toHaveLength(14);
    // Of the second nobody said whether criteria were met.
    expect(await behind('nctr.remaining')).toEqual({ counted: 10, shown: ofFirst });
    expect(await behind('los.21-plus')).toEqual({ counted: 14, shown: ofBoth });
    expect(await behind('home-first.pathway-mix')).toEqual({ counted: 14, shown: ofBoth });
  });
});

it('the events behind a day of a delay are those of every case of the person that has one', async () => {
  world.stay('s1', { personId: 'p1', admitted: '2026-03-01', criteria: ['not 2026-03-02'] });
  for (const caseId of ['c1', 'c2']) {
    world.refer(caseId, { personId: 'p1', stayId: 's1', at: '2026-03-02' });
    world.delay(caseId, `of-${caseId}`, 'IF1', '2026-03-03', { to: '2026-03-05' });
  }
  await world.fold(database.pool);
  expect(await behind('delay.bed-days')).toEqual({
    counted: 9,
    shown: ['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'e7', 'e8', 'e9'],
  });
});
