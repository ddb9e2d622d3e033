import type { ProviderDetails } from '#libs/contracts/brokerage/request-events.js';
import { rankProviders, type Wanted } from './matching.js';
import type { RegisteredProvider, StatusEntry } from './provider.js';

const today = '2026-11-23';
const wanted: Wanted = {
  serviceType: 'home-care',
  outwardPostcode: 'NW4',
  carersPerCall: 1,
  needs: {},
  preferences: {},
};
const provider = (
  providerId: string,
  details: Partial<ProviderDetails> = {},
  more: Partial<Pick<RegisteredProvider, 'statuses' | 'capacity'>> = {},
): RegisteredProvider => ({
  kind: 'registered',
  providerId,
  details: {
    name: providerId,
    cqcLocationId: `1-${providerId}`,
    cqcRating: 'good',
    services: ['home-care'],
    areas: ['NW4'],
    languages: [],
    cultures: [],
    diets: [],
    carerGenders: [],
    communication: [],
    skills: [],
    minimumSustainablePrice: {},
    ...details,
  },
  statuses: [],
  capacity: [{ serviceType: 'home-care', accepting: 2, asOf: '2026-11-20T09:00:00.000Z' }],
  ...more,
});
const status = (name: StatusEntry['status'], more: Partial<StatusEntry> = {}): StatusEntry => ({
  status: name,
  reason: 'inspection',
  from: '2026-11-01',
  to: null,
  referralsPerWeek: null,
  occurredAt: '2026-11-01T09:00:00.000Z',
  recordedAt: '2026-11-01T09:00:00.000Z',
  eventId: 'e',
  ...more,
});
const ranked = (need: Wanted, ...providers: readonly RegisteredProvider[]): readonly string[] =>
  rankProviders(need, providers, today).matches.map((match) => match.providerId);
const excluded = (need: Wanted, one: RegisteredProvider): string =>
  rankProviders(need, [one], today)
    .excluded.flatMap((each) => each.reasons)
    .join('; ');

describe('a match', () => {
  it('needs the service and the area', () => {
    expect(excluded(wanted, provider('a', { services: ['nursing'] }))).toBe('does not offer home-care (service)');
    expect(excluded(wanted, provider('a', { areas: ['N12'] }))).toBe('does not cover NW4 (area)');
    expect(ranked({ ...wanted, outwardPostcode: null }, provider('a', { areas: ['N12'] }))).toEqual(['a']);
  });
  it('is not made with a provider that is blocked today', () => {
    for (const name of ['embargoed', 'suspended', 'deregistered'] as const) {
      expect(excluded(wanted, provider('a', {}, { statuses: [status(name)] }))).toBe(`${name}: inspection`);
    }
    expect(ranked(wanted, provider('a', {}, { statuses: [status('embargoed', { to: '2026-11-22' })] }))).toEqual(['a']);
    expect(ranked(wanted, provider('a', {}, { statuses: [status('embargoed', { to: '2026-11-23' })] }))).toEqual([]);
    expect(ranked(wanted, provider('a', {}, { statuses: [status('embargoed', { from: '2026-11-24' })] }))).toEqual([
      'a',
    ]);
  });
  it('goes by the status recorded last of those that cover the day', () => {
    const lifted = [status('embargoed'), status('open', { from: '2026-11-10' })];
    expect(ranked(wanted, provider('a', {}, { statuses: lifted }))).toEqual(['a']);
  });
  it('is not made without capacity; stale capacity ranks last and is marked', () => {
    const capacity = (accepting: number, asOf: string) => ({
      capacity: [{ serviceType: 'home-care' as const, accepting, asOf }],
    });
    expect(excluded(wanted, provider('a', {}, capacity(0, '2026-11-23T08:00:00.000Z')))).toBe(
      'no capacity, reported today',
    );
    const old = provider(
      'a',
      { cqcRating: 'outstanding', languages: ['Greek'] },
      capacity(9, '2026-10-22T09:00:00.000Z'),
    );
    const never = provider('b', {}, { capacity: [] });
    const edge = provider('c', {}, capacity(1, '2026-10-23T09:00:00.000Z'));
    const { matches } = rankProviders(wanted, [old, never, edge], today);
    expect(matches.map((match) => [match.providerId, match.staleCapacity])).toEqual([
      ['c', false],
      ['a', true],
      ['b', true],
    ]);
    expect(matches[1]?.reasons).toContain('capacity 9, stale: 32 days old');
  });
  it('leaves out who states skills, languages or genders without the one asked for, and keeps who never said', () => {
    const need = {
      ...wanted,
      carersPerCall: 2,
      needs: { dementia: true },
      preferences: { languages: ['Greek', 'English'], carerGender: 'Female' },
    };
    expect(excluded(need, provider('a', { skills: ['dementia'] }))).toContain('skill: double-handed is not offered');
    expect(excluded(need, provider('a', { languages: ['Bengali'] }))).toBe('language: Greek is not offered');
    expect(excluded(need, provider('a', { carerGenders: ['male'] }))).toBe('carer gender: Female is not offered');
    const fits = provider('b', {
      skills: ['Double-Handed', 'dementia'],
      languages: ['greek'],
      carerGenders: ['female'],
    });
    expect(ranked(need, provider('a'), fits)).toEqual(['b', 'a']);
  });
  it('with culture, diet and communication ranks higher, and without them is still a match', () => {
    const need = { ...wanted, preferences: { culture: 'Jewish Orthodox', diet: 'kosher', communication: 'Makaton' } };
    const fits = provider('b', { cultures: ['Jewish orthodox'], diets: ['Kosher'], communication: ['makaton'] });
    expect(ranked(need, provider('a'), fits)).toEqual(['b', 'a']);
  });
  it('with a slowed provider ranks lower until its referrals of the week are used', () => {
    const slowed = provider(
      'a',
      { cqcRating: 'outstanding' },
      { statuses: [status('slowed', { referralsPerWeek: 2 })] },
    );
    expect(ranked(wanted, slowed, provider('b'))).toEqual(['b', 'a']);
    const used = rankProviders(wanted, [slowed], today, new Map([['a', 2]]));
    expect(used.excluded).toEqual([{ providerId: 'a', reasons: ['slowed: 2 of 2 referrals a week are used'] }]);
  });
  it('with the better rating comes first, else by id', () => {
    expect(ranked(wanted, provider('c'), provider('b', { cqcRating: 'outstanding' }), provider('a'))).toEqual([
      'b',
      'a',
      'c',
    ]);
  });
});
