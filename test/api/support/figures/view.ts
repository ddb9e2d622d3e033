import { ageOn, between, dayOf, plus, startOf } from './days.js';
import type { Borough, ToldCase, ToldEpisode, ToldPerson, ToldRequest, ToldStay } from './told.js';

/** A stay as it stands once a phase is told. */
export interface Stay {
  readonly told: ToldStay;
  readonly person: ToldPerson;
  readonly admitted: string;
  readonly admittedDay: string;
  readonly dischargedAt: string | null;
  readonly dischargedDay: string | null;
  readonly method: string | null;
  readonly destination: string | null;
  readonly alive: boolean;
  readonly nights: number | null;
  readonly places: readonly { readonly ward: string; readonly at: string }[];
  /** In order; each holds until the next. */
  readonly criteria: readonly { readonly meets: boolean; readonly at: string }[];
  readonly faults: boolean;
  /** The case that is, or was, this stay's. */
  readonly theCase: Case | null;
  /** Age on a day: by birth date for people who were referred, else age at admission and the whole years since. */
  age(day: string): number;
}

export interface Case {
  readonly told: ToldCase;
  readonly person: ToldPerson;
  stay: Stay | null;
  /** Discharged alive with its stay, before any withdrawal or closing. */
  discharged: boolean;
}

export interface View {
  readonly phase: number;
  readonly today: string;
  readonly now: string;
  readonly stays: readonly Stay[];
  readonly cases: readonly Case[];
  readonly population: Borough['population'];
}

const last = <T>(items: readonly T[]): T | undefined => items[items.length - 1];
const by =
  <T>(key: (item: T) => string) =>
  (a: T, b: T): number =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;

/** What is known of a thing told in phases. */
export const known = <T extends { readonly phase: number; readonly inErrorFrom?: number }>(
  items: readonly T[],
  phase: number,
): T[] => items.filter((item) => item.phase <= phase && !((item.inErrorFrom ?? Infinity) <= phase));

/** Criteria of feed and team in one history (§1), and whether a ready date sent was a fault. */
const criteriaOf = (
  told: ToldStay,
  theCase: ToldCase | undefined,
  phase: number,
  admittedDay: string,
  dischargedDay: string | null,
  today: string,
): { criteria: { meets: boolean; at: string }[]; faults: boolean } => {
  const said: { meets: boolean; at: string; order: string }[] = [];
  const heard = known(told.messages, phase).sort(by(({ recorded }) => recorded));
  for (const { fit, at, recorded } of heard) if (fit === 'N') said.push({ meets: true, at, order: recorded });
  for (const { meets, at } of known(theCase?.criteria ?? [], phase)) said.push({ meets, at, order: at });
  const mets = said.filter(({ meets }) => meets).map(({ at }) => at);
  let faults = false;
  let ready: { meets: boolean; at: string; order: string } | undefined;
  for (const { fit, readyDate, at, recorded } of heard) {
    if (fit === 'N' || (fit === undefined && readyDate === undefined)) continue;
    const faulty =
      readyDate !== undefined &&
      (readyDate < admittedDay || (dischargedDay !== null && readyDate > dischargedDay) || readyDate > today);
    // What is said with a date that cannot be is ignored whole: the stay may be left without a date (§1).
    if (faulty) {
      faults = true;
      continue;
    }
    if (readyDate !== undefined) {
      const next = { meets: false, at: startOf(readyDate), order: recorded };
      const before = ready;
      if (before) {
        const [from, to] = [before.at, next.at].sort() as [string, string];
        if (!mets.some((met) => met > from && met < to)) said.splice(said.indexOf(before), 1);
      }
      said.push(next);
      ready = next;
    } else if (fit === 'Y') said.push({ meets: false, at, order: recorded });
  }
  return { criteria: said.sort(by(({ at, order }) => `${at} ${order}`)), faults };
};

interface Bounds {
  readonly told: ToldStay;
  readonly admitted: string;
  readonly dischargedAt: string | null;
  readonly method: string | null;
  readonly destination: string | null;
}

/** Admission and discharge as the ward's messages leave them; null for a cancelled stay. */
const boundsOf = (told: ToldStay, phase: number): Bounds | null => {
  const heard = known(told.messages, phase).sort(by(({ recorded }) => recorded));
  const lastOf = (type: string): string => last(heard.filter((one) => one.type === type))?.recorded ?? '';
  const admissions = heard.filter((one) => one.type === 'A01' && one.recorded > lastOf('A11'));
  const admitted = last(heard.filter((one) => one.admittedAt !== undefined))?.admittedAt;
  if (admissions.length === 0 || admitted === undefined) return null;
  const discharges = heard.filter((one) => one.type === 'A03' && one.recorded > lastOf('A13'));
  const closing = discharges.length > 0;
  const since = discharges[0]?.recorded ?? '';
  const corrections = heard.filter((one) => closing && one.recorded >= since);
  const field = (name: 'dischargedAt' | 'method' | 'destination'): string | null =>
    last(corrections.filter((one) => one[name] !== undefined))?.[name] ?? null;
  const dischargedAt = closing ? field('dischargedAt') : null;
  const [method, destination] = closing ? [field('method'), field('destination')] : [null, null];
  return { told, admitted, dischargedAt, method, destination };
};

const stayOf = (bounds: Bounds, phase: number, today: string, all: readonly Bounds[], cases: readonly Case[]): Stay => {
  const { told, admitted, dischargedAt, method, destination } = bounds;
  const heard = known(told.messages, phase).sort(by(({ recorded }) => recorded));
  const admittedDay = dayOf(admitted);
  const dischargedDay = dischargedAt === null ? null : dayOf(dischargedAt);
  const died =
    dischargedAt !== null && known(told.person.deaths, phase).some(({ at }) => at >= admitted && at <= dischargedAt);
  const places = heard
    .filter((one) => one.type === 'A01' || one.type === 'A02')
    .map(({ ward, at }) => ({ ward, at }))
    .sort(by(({ at }) => at));
  const referred = known(told.person.cases, phase).length > 0;
  const theCase = caseOf(told, all, cases, phase);
  const stay: Stay = {
    told,
    person: told.person,
    admitted,
    admittedDay,
    dischargedAt,
    dischargedDay,
    method,
    destination,
    alive: method !== '4' && method !== '5' && destination !== '79' && !died,
    nights: dischargedDay === null ? null : between(admittedDay, dischargedDay),
    places,
    ...criteriaOf(told, theCase?.told, phase, admittedDay, dischargedDay, today),
    theCase: theCase ?? null,
    age: (day) =>
      referred
        ? ageOn(told.person.birthDate, day)
        : ageOn(told.person.birthDate, admittedDay) + ageOn(admittedDay, day),
  };
  if (theCase) theCase.stay = stay;
  return stay;
};

/**
 * A case belongs to the stay at that hospital that holds its referral, else to the next admission within 14 days. Of two on one stay the
 * earlier referral stays, unless the team ended it (api.md, "A case and its stay").
 */
const caseOf = (told: ToldStay, bounds: readonly Bounds[], cases: readonly Case[], phase: number): Case | undefined => {
  const own = cases
    .filter(({ told: one, person }) => {
      const there = bounds.filter((it) => it.told.person === person && it.told.hospital === one.hospital);
      const holding = there.find(
        ({ admitted, dischargedAt }) => one.at >= admitted && (dischargedAt === null || one.at <= dischargedAt),
      );
      const next = there
        .filter(({ admitted }) => one.at < admitted && dayOf(admitted) <= plus(dayOf(one.at), 14))
        .sort(by(({ admitted }) => admitted))[0];
      return (holding ?? next)?.told === told;
    })
    .sort(by(({ told: one }) => one.at));
  const ended = ({ told: { withdrawn, closed } }: Case): boolean =>
    [withdrawn, closed].some((it) => it !== undefined && it.phase <= phase);
  return own.find((one) => !ended(one)) ?? last(own);
};

/** Everything as known after a phase. `now` is the earlier of now and `knownAt`. */
export const viewOf = (borough: Borough, phase: number, now: string): View => {
  const today = dayOf(now);
  const cases = borough.people
    .flatMap((person) => known(person.cases, phase))
    .map((told): Case => ({ told, person: told.person, stay: null, discharged: false }));
  const bounds = borough.people
    .flatMap(({ stays: all }) => all)
    .map((told) => boundsOf(told, phase))
    .filter((it) => it !== null);
  const stays = bounds.map((it) => stayOf(it, phase, today, bounds, cases));
  for (const one of cases) {
    const { stay, told } = one;
    const end = stay?.dischargedAt ?? null;
    const gone = [told.withdrawn, told.closed].filter((it) => it !== undefined && it.phase <= phase);
    one.discharged =
      stay !== null && end !== null && stay.alive && !gone.some((it) => it !== undefined && it.at <= end);
  }
  return { phase, today, now, stays, cases, population: borough.population };
};

/** Not met at an instant; false also while unknown. */
export const notMetAt = (stay: Stay, instant: string): boolean =>
  last(stay.criteria.filter(({ at }) => at <= instant))?.meets === false;

/** Not met at midnight of a day: by what happened on days up to it. */
export const notMetOn = (stay: Stay, day: string): boolean =>
  last(stay.criteria.filter(({ at }) => dayOf(at) <= day))?.meets === false;

/** The discharge ready date of a discharged stay: the day the final run of "not met" began. */
export const readyDayOf = (stay: Stay): string | null => {
  const { dischargedAt } = stay;
  if (dischargedAt === null) return null;
  const held = stay.criteria.filter(({ at }) => at <= dischargedAt);
  let began: string | null = null;
  for (const { meets, at } of held) began = meets ? null : (began ?? at);
  return began === null ? null : dayOf(began);
};

/** Ward of a stay, at the end or as at midnight of a day. */
export const wardOf = (stay: Stay, day?: string): string =>
  last(stay.places.filter(({ at }) => day === undefined || dayOf(at) <= day))?.ward ?? 'unknown';

/** The pathway that held at an instant, else (without one) the latest. */
export const pathwayOf = (one: Case, phase: number, at?: string | null): number | null =>
  last(
    known(one.told.pathways, phase)
      .filter((entry) => at === undefined || at === null || entry.at <= at)
      .sort(by(({ at: when }) => when)),
  )?.pathway ?? null;

export const requestsOf = (one: Case): readonly ToldRequest[] => one.told.requests;
export const episodesOf = (one: Case, phase: number): ToldEpisode[] =>
  known(one.told.episodes, phase).sort(by(({ startedOn }) => startedOn));
export { by, last };
