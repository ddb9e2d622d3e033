import { addDays, eachDay, percentile, ratio, weekdayOf } from '#libs/nhs/index.js';

export const groupKeys = [
  'hospital',
  'ward',
  'authority',
  'pathway',
  'reason',
  'family',
  'owner',
  'ageBand',
  'sex',
  'month',
  'day',
  'serviceType',
  'provider',
  'destination',
] as const;
/** `week` (its Monday) is for the charts of the pages, not for the API. */
export type GroupKey = (typeof groupKeys)[number] | 'week';

/** What a unit can be grouped by; what is not known is null or left out. */
export type Attributes = { readonly [K in GroupKey]?: string | null };

/** `n` alike things that a rule judges: stays, person-days, checks, awards. */
export interface Unit {
  readonly n: number;
  readonly attributes: Attributes;
  /** Units with the same key are one and count once a group: a person a day, a case. */
  readonly distinct?: string;
  /** It is the same on so many days, the first of them `attributes.day`, and counts on each. Only of figures that are a sum. */
  readonly days?: number;
  /** How many events stand behind it, where it comes with that; units of the same stays share it, and it counts once. */
  readonly behind?: Behind;
}

export interface Behind {
  readonly events: number;
}

export type QualityKey =
  | 'blank'
  | 'faults'
  | 'pending'
  | 'ageUnknown'
  | 'destinationUnknown'
  | 'noTarget'
  | 'noDischarge'
  | 'notApproved'
  | 'noPopulation';

/** What a rule says of one unit. */
export type Judgement =
  | { readonly counts: false; readonly quality?: readonly QualityKey[] }
  | {
      readonly counts: true;
      readonly numerator: number;
      readonly quality?: readonly QualityKey[];
      /** Groups of the rule itself (buckets, pathways); one per thing counted. */
      readonly keys?: readonly string[];
    };

export const leftOut = (...quality: readonly QualityKey[]): Judgement => ({ counts: false, quality });

/** `ratio`: Σ numerator ÷ count. `sum`: Σ numerator. `median`: the middle of the numerators. */
export type Measure = 'ratio' | 'sum' | 'median';

export interface Group {
  readonly key: string;
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly p90?: number | null;
}

export interface Figure {
  readonly value: number | null;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly p90?: number | null;
  readonly groups: readonly Group[];
  readonly quality: Readonly<Record<string, number>>;
  readonly events: number;
}

export interface Counting {
  readonly measure: Measure;
  readonly groupBy?: GroupKey | undefined;
  /** Groups that are always there, in this order; each has the whole count as its denominator. */
  readonly fixedGroups?: readonly string[];
  /** Group keys that are always there, in this order (the days of a series). */
  readonly allKeys?: readonly string[] | undefined;
  /** The mean over so many days (snapshots over a window). */
  readonly days?: number;
  /** How many days of the window each month or week holds, when a mean is grouped by it. */
  readonly daysOf?: ReadonlyMap<string, number>;
  /** Give the 90th percentile beside the median. */
  readonly p90?: boolean;
}

/** Whether a unit is one of those that a figure leads to: of the denominator, or, where there is none, of the numerator. */
export const shows = (measure: Measure, judgement: Judgement): judgement is Extract<Judgement, { counts: true }> =>
  judgement.counts && (measure !== 'sum' || judgement.numerator > 0);

/** Runs of equal values, so that half a million stays need no half a million numbers. */
const spread = (values: ReadonlyMap<number, number>): number[] =>
  [...values].flatMap(([value, n]) => Array.from<number>({ length: n }).fill(value));

class Tally {
  numerator = 0;
  count = 0;
  readonly #values = new Map<number, number>();
  readonly #seen = new Set<string>();

  add(unit: Unit, numerator: number, times: number): void {
    if (unit.distinct !== undefined) {
      if (this.#seen.has(unit.distinct)) return;
      this.#seen.add(unit.distinct);
    }
    this.numerator += numerator * unit.n * times;
    this.count += unit.n * times;
    this.#values.set(numerator, (this.#values.get(numerator) ?? 0) + unit.n * times);
  }

  addSum(numerator: number): void {
    this.numerator += numerator;
  }

  result({ measure, days, p90 }: Counting, whole: number | null): Omit<Group, 'key'> {
    if (measure === 'median') {
      const values = spread(this.#values);
      const median = { value: percentile(values, 0.5), numerator: null, denominator: this.count };
      return p90 ? { ...median, p90: percentile(values, 0.9) } : median;
    }
    if (measure === 'ratio') {
      const denominator = whole ?? this.count;
      return { value: ratio(this.numerator, denominator), numerator: this.numerator, denominator };
    }
    const value = days === undefined ? this.numerator : this.numerator / days;
    return { value, numerator: value, denominator: null };
  }
}

/** What is added on each of a row of days, kept as what a day has more than the one before it. */
class OnDays {
  readonly #more = new Map<string, number>();

  add(first: string, days: number, sum: number): void {
    this.#change(first, sum);
    this.#change(addDays(first, days), -sum);
  }

  #change(day: string, by: number): void {
    this.#more.set(day, (this.#more.get(day) ?? 0) + by);
  }

  /** The days on which there is something, and how much. */
  *sums(): Generator<[day: string, sum: number]> {
    const changes = [...this.#more].sort(([a], [b]) => (a < b ? -1 : 1));
    let sum = 0;
    for (const [index, [day, by]] of changes.entries()) {
      sum += by;
      const until = changes[index + 1]?.[0] ?? day;
      if (sum !== 0) for (const each of eachDay(day, until)) yield [each, sum];
    }
  }
}

/** Groups of days. */
const isOfDays = (groupBy: GroupKey | undefined): groupBy is 'day' | 'week' | 'month' =>
  groupBy === 'day' || groupBy === 'week' || groupBy === 'month';

/** The Monday of the week of a day. */
export const weekOf = (day: string): string => addDays(day, 1 - weekdayOf(day));

export const keyOf = (attributes: Attributes, groupBy: GroupKey): string => {
  const { day } = attributes;
  const found =
    attributes[groupBy] ?? (groupBy === 'month' ? day?.slice(0, 7) : groupBy === 'week' && day ? weekOf(day) : null);
  return found ?? 'unknown';
};

const at = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const held = map.get(key) ?? make();
  map.set(key, held);
  return held;
};

export interface Judged<U extends Unit = Unit> {
  readonly unit: U;
  readonly judgement: Judgement;
}

/** Counts what a rule said of each unit (metrics.md §1: nothing to divide by is null; values are not rounded). */
export const count = (units: Iterable<Judged>, how: Counting): Figure => {
  const total = new Tally();
  const groups = new Map<string, Tally>();
  for (const key of how.fixedGroups ?? how.allKeys ?? []) groups.set(key, new Tally());
  const quality: Record<string, number> = {};
  const onDays = new OnDays();
  const behind = new Set<Behind>();
  for (const { unit, judgement } of units) {
    const { days = 1 } = unit;
    for (const key of judgement.quality ?? []) quality[key] = (quality[key] ?? 0) + unit.n * days;
    if (!judgement.counts) continue;
    const { numerator, keys } = judgement;
    if (unit.behind && shows(how.measure, judgement)) behind.add(unit.behind);
    total.add(unit, numerator, (keys?.length ?? 1) * days);
    if (how.fixedGroups) for (const key of keys ?? []) at(groups, key, () => new Tally()).add(unit, numerator, 1);
    else if (days > 1 && isOfDays(how.groupBy)) onDays.add(unit.attributes.day ?? '', days, numerator * unit.n);
    else if (how.groupBy) at(groups, keyOf(unit.attributes, how.groupBy), () => new Tally()).add(unit, numerator, days);
  }
  if (isOfDays(how.groupBy))
    for (const [day, sum] of onDays.sums()) at(groups, keyOf({ day }, how.groupBy), () => new Tally()).addSum(sum);
  const whole = how.fixedGroups ? total.count : null;
  const listed = [...groups].map(([key, tally]) => ({ key, ...tally.result(within(how, key), whole) }));
  if (!how.fixedGroups && !how.allKeys) listed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const events = [...behind].reduce((sum, each) => sum + each.events, 0);
  return { ...total.result(how, null), groups: listed, quality, events };
};

/** The group of a day of a series stands for that day alone, that of a month or week for its days of the window; any other is a mean over all days like the total. */
const within = (how: Counting, key: string): Counting => {
  if (how.days === undefined) return how;
  if (how.groupBy === 'day') return { ...how, days: 1 };
  if (how.daysOf) return { ...how, days: how.daysOf.get(key) ?? how.days };
  return how;
};
