import { IsString } from 'class-validator';
import { addDays, type CivilDate, eachDay, isCivilDate, parseLondonLocal, weekdayOf } from '#libs/nhs/index.js';
import { MayBeLeftOut } from '#libs/platform/validation.js';
import type { Area } from '../domain/definition.js';
import type { AskedFor } from '../figures/question.js';

const text = { message: 'must be given once' };

/** What the form of the pages sends. `knownAt` is a local time, as its field gives it. */
export class InsightsQuery {
  @MayBeLeftOut()
  @IsString(text)
  area?: string;
  @MayBeLeftOut()
  @IsString(text)
  from?: string;
  @MayBeLeftOut()
  @IsString(text)
  to?: string;
  @MayBeLeftOut()
  @IsString(text)
  knownAt?: string;
  @MayBeLeftOut()
  @IsString(text)
  hospital?: string;
  @MayBeLeftOut()
  @IsString(text)
  ward?: string;
  @MayBeLeftOut()
  @IsString(text)
  authority?: string;
  @MayBeLeftOut()
  @IsString(text)
  ageBand?: string;
  @MayBeLeftOut()
  @IsString(text)
  version?: string;
  @MayBeLeftOut()
  @IsString(text)
  groupBy?: string;
  @MayBeLeftOut()
  @IsString(text)
  cursor?: string;
}

export const areas: readonly { readonly area: Area; readonly title: string }[] = [
  { area: 'delays', title: 'Delays' },
  { area: 'length-of-stay', title: 'Length of stay' },
  { area: 'home-first', title: 'Home first' },
  { area: 'reablement', title: 'Reablement and day 91' },
  { area: 'brokerage', title: 'Brokerage' },
];

export const areaOf = (asked: string | undefined): Area => areas.find(({ area }) => area === asked)?.area ?? 'delays';

const mondayOf = (day: CivilDate): CivilDate => addDays(day, 1 - weekdayOf(day));

/** Twelve whole weeks and the one that runs, unless days were asked for; the last day is included on the pages, as people say it. */
export const askedOnPage = (
  query: InsightsQuery,
  today: CivilDate,
): AskedFor & { readonly from: string; readonly to: string } => {
  const { from, to, knownAt, hospital, ward, authority, ageBand, version } = query;
  const local = knownAt ? parseLondonLocal(knownAt) : undefined;
  const last = to !== undefined && to !== '' ? to : today;
  return {
    from: from !== undefined && from !== '' ? from : addDays(mondayOf(today), -84),
    to: isCivilDate(last) ? addDays(last, 1) : last,
    // What is no time goes on as it is, to be refused with the other faults.
    knownAt: local?.ok ? local.instant : knownAt || undefined,
    hospital: hospital || undefined,
    ward: ward || undefined,
    authority: authority || undefined,
    ageBand: ageBand || undefined,
    version: version || undefined,
  };
};

/** The Mondays of the whole weeks of the window: a week cut short would look like a fall. Where there is none, of those it touches. */
export const weeksOf = (from: CivilDate, to: CivilDate): readonly CivilDate[] => {
  const touched = [...new Set(eachDay(from, to).map(mondayOf))];
  const whole = touched.filter((monday) => monday >= from && addDays(monday, 7) <= to);
  return whole.length > 0 ? whole : touched;
};

/** The query of the pages again, for links that keep what was chosen. */
export const queryString = (query: InsightsQuery, more: Readonly<Record<string, string>> = {}): string => {
  const given = Object.entries({ ...query, ...more }).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};
