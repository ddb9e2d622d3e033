import type { ServiceType } from '#libs/contracts/brokerage/request-events.js';
import { capacityOf, type RegisteredProvider } from './provider.js';
import { capacityAge, isBlocked, isStale, statusEntryOn } from './standing.js';

/** What a request asks of a provider, with its personal fields opened. */
export interface Wanted {
  readonly serviceType: ServiceType;
  readonly outwardPostcode: string | null;
  readonly carersPerCall: number | null;
  readonly needs: Readonly<Record<string, unknown>>;
  readonly preferences: Readonly<Record<string, unknown>>;
}

export interface Match {
  readonly providerId: string;
  readonly reasons: readonly string[];
  /** The capacity is older than 31 days, or was never reported. */
  readonly staleCapacity: boolean;
}
export interface Exclusion {
  readonly providerId: string;
  readonly reasons: readonly string[];
}
export interface Matches {
  readonly matches: readonly Match[];
  readonly excluded: readonly Exclusion[];
}

interface Verdict {
  readonly provider: RegisteredProvider;
  readonly against: readonly string[];
  readonly reasons: readonly string[];
  readonly staleCapacity: boolean;
  readonly slowed: boolean;
  readonly met: number;
}

/**
 * Ranks providers for a request, with the reasons for and against. What a provider states and does not fit excludes it;
 * what it never stated only ranks it lower (`api.md`: stale capacity ranks last and is marked, no capacity is excluded).
 * @param sentThisWeek referrals sent to each provider in the last seven days, for the cap of a slowed one.
 */
export const rankProviders = (
  wanted: Wanted,
  providers: readonly RegisteredProvider[],
  today: string,
  sentThisWeek: ReadonlyMap<string, number> = new Map(),
): Matches => {
  const verdicts = providers.map((provider) =>
    judge(wanted, provider, today, sentThisWeek.get(provider.providerId) ?? 0),
  );
  return {
    matches: verdicts
      .filter((verdict) => verdict.against.length === 0)
      .sort(byRank)
      .map(({ provider, reasons, staleCapacity }) => ({ providerId: provider.providerId, reasons, staleCapacity })),
    excluded: verdicts
      .filter((verdict) => verdict.against.length > 0)
      .sort((a, b) => compareText(a.provider.providerId, b.provider.providerId))
      .map(({ provider, against }) => ({ providerId: provider.providerId, reasons: against })),
  };
};

const byRank = (a: Verdict, b: Verdict): number =>
  Number(a.staleCapacity) - Number(b.staleCapacity) ||
  Number(a.slowed) - Number(b.slowed) ||
  b.met - a.met ||
  ratingRank(a) - ratingRank(b) ||
  compareText(a.provider.providerId, b.provider.providerId);

const ratings = ['outstanding', 'good', 'not-rated', 'requires-improvement', 'inadequate'];
const ratingRank = (verdict: Verdict): number => ratings.indexOf(verdict.provider.details.cqcRating);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Finding = { readonly fits: boolean | null; readonly says: string };

const judge = (wanted: Wanted, provider: RegisteredProvider, today: string, sentThisWeek: number): Verdict => {
  const capacity = capacityFinding(wanted, provider, today);
  const status = statusFinding(provider, today, sentThisWeek);
  const findings = [
    status,
    serviceFinding(wanted, provider),
    areaFinding(wanted, provider),
    capacity,
    ...skillFindings(wanted, provider),
    ...preferenceFindings(wanted, provider),
    { fits: null, says: `CQC rating: ${provider.details.cqcRating}` },
  ];
  return {
    provider,
    against: findings.filter((finding) => finding.fits === false).map((finding) => finding.says),
    reasons: findings.filter((finding) => finding.fits !== false && finding.says !== '').map((finding) => finding.says),
    staleCapacity: capacity.stale,
    slowed: status.slowed,
    met: findings.filter((finding) => finding.fits === true).length,
  };
};

const statusFinding = (
  provider: RegisteredProvider,
  today: string,
  sentThisWeek: number,
): Finding & { slowed: boolean } => {
  const entry = statusEntryOn(provider, today);
  if (!entry || entry.status === 'open') return { fits: null, says: '', slowed: false };
  const until = entry.to === null ? '' : ` until ${entry.to}`;
  if (isBlocked(entry.status)) return { fits: false, says: `${entry.status}${until}: ${entry.reason}`, slowed: false };
  const cap = entry.referralsPerWeek;
  if (cap === null) return { fits: null, says: `slowed${until}: ${entry.reason}`, slowed: true };
  return sentThisWeek >= cap
    ? { fits: false, says: `slowed${until}: ${sentThisWeek} of ${cap} referrals a week are used`, slowed: true }
    : { fits: null, says: `slowed${until}: ${sentThisWeek} of ${cap} referrals a week used`, slowed: true };
};

const serviceFinding = (wanted: Wanted, provider: RegisteredProvider): Finding =>
  provider.details.services.includes(wanted.serviceType)
    ? { fits: true, says: `offers ${wanted.serviceType}` }
    : { fits: false, says: `does not offer ${wanted.serviceType} (service)` };

const areaFinding = (wanted: Wanted, provider: RegisteredProvider): Finding => {
  const area = wanted.outwardPostcode;
  if (area === null) return { fits: null, says: 'area of the request is not known yet' };
  return provider.details.areas.some((covered) => plain(covered) === plain(area))
    ? { fits: true, says: `covers ${area}` }
    : { fits: false, says: `does not cover ${area} (area)` };
};

const capacityFinding = (wanted: Wanted, provider: RegisteredProvider, today: string): Finding & { stale: boolean } => {
  const capacity = capacityOf(provider, wanted.serviceType);
  if (!capacity) return { fits: null, says: 'capacity never reported', stale: true };
  const stale = isStale(capacity.asOf, today);
  const days = capacityAge(capacity.asOf, today);
  const age = stale ? `, stale: ${days} days old` : days === 0 ? ', reported today' : `, ${days} days old`;
  if (capacity.accepting === 0) return { fits: false, says: `no capacity${age}`, stale };
  return { fits: true, says: `capacity ${capacity.accepting}${age}`, stale };
};

const skillFindings = (wanted: Wanted, provider: RegisteredProvider): readonly Finding[] =>
  skillsOf(wanted).map((skill) => stated(skill, provider.details.skills, 'skill'));

/** Skills the needs ask for: those named, two carers a call, and dementia where it is marked. */
const skillsOf = (wanted: Wanted): readonly string[] => {
  const doubleHanded = (wanted.carersPerCall ?? 1) >= 2 || wanted.needs['doubleHanded'] === true;
  return [
    ...new Set([
      ...texts(wanted.needs['skills']),
      ...(doubleHanded ? ['double-handed'] : []),
      ...(wanted.needs['dementia'] === true ? ['dementia'] : []),
    ]),
  ];
};

const anyGender = new Set(['', 'any', 'either', 'none', 'no preference']);
/** Everybody who provides care in England works in English. */
const spokenEverywhere = new Set(['english', 'en']);

const preferenceFindings = (wanted: Wanted, provider: RegisteredProvider): readonly Finding[] => {
  const { preferences } = wanted;
  const { details } = provider;
  const languages = texts(preferences['languages']).filter((language) => !spokenEverywhere.has(plain(language)));
  const genders = texts(preferences['carerGender']).filter((gender) => !anyGender.has(plain(gender)));
  const liked = (wish: string, offered: readonly string[], what: string): Finding =>
    offered.some((each) => plain(each) === plain(wish))
      ? { fits: true, says: `${what}: ${wish}` }
      : { fits: null, says: `${what}: ${wish} is not stated` };
  return [
    ...languages.map((language) => stated(language, details.languages, 'language')),
    ...genders.map((gender) => stated(gender, details.carerGenders, 'carer gender')),
    ...texts(preferences['culture']).map((wish) => liked(wish, details.cultures, 'culture')),
    ...texts(preferences['religion']).map((wish) => liked(wish, details.cultures, 'religion')),
    ...texts(preferences['diet']).map((wish) => liked(wish, details.diets, 'diet')),
    ...texts(preferences['communication']).map((wish) => liked(wish, details.communication, 'communication')),
  ];
};

const stated = (wish: string, offered: readonly string[], what: string): Finding => {
  if (offered.length === 0) return { fits: null, says: `${what}: ${wish} is not stated` };
  return offered.some((each) => plain(each) === plain(wish))
    ? { fits: true, says: `${what}: ${wish}` }
    : { fits: false, says: `${what}: ${wish} is not offered` };
};

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, ' ');

const texts = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value.trim()];
  return Array.isArray(value)
    ? value.filter((each): each is string => typeof each === 'string' && each.trim() !== '')
    : [];
};
