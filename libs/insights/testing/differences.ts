import type { Pool } from 'pg';
import { addDays } from '#libs/nhs/index.js';
import { definitions } from '../domain/definitions.js';
import { Asking } from './asking.js';
import { Chance, RandomHistories } from './histories.js';
import { type Asked, reckoned } from './reckoned.js';
import { Reckoner, type Reckoned } from './reckoner.js';
import { at } from './world.js';

/** What a figure was asked, and where its answer and the text part. */
export interface Difference {
  readonly id: string;
  readonly what: 'total' | 'groups' | 'quality' | 'people' | 'events';
  readonly asked: object;
  readonly answered: unknown;
  readonly reckoned: unknown;
}

/** One unit per distinct thing: those that the people list shows. */
const once = (units: readonly Reckoned[]): Reckoned[] => {
  const seen = new Set<string>();
  return units.filter(({ distinct }) => {
    const first = distinct === undefined || !seen.has(distinct);
    if (distinct !== undefined) seen.add(distinct);
    return first;
  });
};

/** A question of one figure, at random. */
const anyQuestion = (chance: Chance, { versions, fixedGroups, groupBy }: (typeof definitions)[number]) => {
  const version = versions[chance.below(versions.length)]?.version ?? '';
  const from = addDays('2026-03-10', chance.below(30));
  const to = addDays(from, chance.of(1, 10, 30));
  const by = fixedGroups || chance.is(0.3) ? undefined : groupBy[chance.below(groupBy.length)];
  const filters = {
    ...(chance.is(0.15) ? { hospital: 'RAL' } : {}),
    ...(chance.is(0.15) ? { ward: 'OAK' } : {}),
    ...(chance.is(0.15) ? { authority: chance.of('Barnet', 'Camden') } : {}),
    ...(chance.is(0.15) ? { ageBand: chance.of('18-64', '65-74', '75-84', '85+') } : {}),
  };
  const asked: Asked = { from, to, ...(by === undefined ? {} : { groupBy: by }), ...filters };
  return { version, asked, filtered: Object.keys(filters).length > 0 };
};

/** Lives the histories of a seed, asks every figure one question of it, and holds the answers against those of the text. */
export const differencesOf = async (pool: Pool, seed: number): Promise<Difference[]> => {
  const { world } = new RandomHistories(seed);
  const chance = new Chance(seed + 1);
  await world.fold(pool, chance.of(1, 7, 100));
  const now = chance.of(at('2026-05-12 12:00'), at('2026-07-10 12:00'), at('2026-09-01 12:00'));
  const ask = new Asking(pool, now);
  const known = chance.is(0.5) ? world.events[chance.below(world.events.length)]?.recordedAt : undefined;
  const knownAt = known !== undefined && known <= now ? known : undefined;
  const reckoner = new Reckoner(world.events, now, knownAt);
  const found: Difference[] = [];
  for (const definition of definitions) {
    const { id, measure, perPopulation65 = false, p90: hasP90 = false } = definition;
    const { version, asked, filtered } = anyQuestion(chance, definition);
    const question = { ...asked, version, ...(knownAt === undefined ? {} : { knownAt }) };
    const hold = (what: Difference['what'], answered: unknown, own: unknown): void => {
      if (JSON.stringify(answered) !== JSON.stringify(own))
        found.push({ id, what, asked: { seed, now, ...question }, answered, reckoned: own });
    };
    const own = reckoned(reckoner, id, version, asked);
    const figure = await ask.figure(id, question);
    const shown = ({ value, numerator, denominator, p90 }: typeof figure | (typeof figure.groups)[number]) =>
      perPopulation65
        ? [numerator, numerator, null]
        : [value, numerator, denominator, ...(p90 === undefined ? [] : [p90])];
    const cut = (of: readonly (number | null)[]) => (hasP90 ? of : of.slice(0, 3));
    const byKey = <T>(groups: readonly (readonly [string, T])[]) => groups.toSorted(([a], [b]) => (a < b ? -1 : 1));
    hold('total', shown(figure), cut(own.total));
    hold(
      'groups',
      byKey(figure.groups.map((group) => [group.key, shown(group)] as const)),
      byKey(Object.entries(own.groups).map(([key, each]) => [key, cut(each)] as const)),
    );
    const { blank, faults, pending } = figure.quality;
    if (!filtered) hold('quality', { blank, faults, pending }, own.quality);
    const people = await ask.people(id, question);
    const items = people.map(({ personId, inNumerator }) => `${String(personId)} ${String(inNumerator)}`);
    const expected = once(own.units).flatMap(({ numerator, personId }) =>
      measure === 'sum'
        ? Array.from({ length: numerator }, () => `${String(personId)} true`)
        : [`${String(personId)} ${String(measure === 'median' || numerator > 0)}`],
    );
    hold('people', items.sort(), expected.sort());
    hold('events', figure.basis.events, new Set(people.flatMap(({ events }) => events)).size);
  }
  return found;
};
