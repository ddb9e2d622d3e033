import {
  addDays,
  ageBands,
  type AgeBand,
  type CivilDate,
  type Instant,
  isCivilDate,
  londonDate,
} from '#libs/nhs/index.js';
import { parseInstant } from '#libs/platform/instant.js';
import { type FieldError, Problem } from '#libs/platform/problem.js';
import { type GroupKey } from '../domain/counting.js';
import type { Definition, MetricVersion } from '../domain/definition.js';
import { definitionOf } from '../domain/definitions.js';

export interface Filters {
  readonly hospital: string | null;
  readonly ward: string | null;
  readonly authority: string | null;
  readonly ageBand: AgeBand | null;
  /** Own organisation of a provider; not a parameter. */
  readonly provider: string | null;
}

/** A figure asked for, checked: what, of which days, of whom, as known when. */
export interface Question {
  readonly definition: Definition;
  readonly version: MetricVersion;
  readonly from: CivilDate;
  /** Not included. */
  readonly to: CivilDate;
  /** One day was asked for: no day series. */
  readonly oneDay: boolean;
  readonly groupBy: GroupKey | null;
  readonly filters: Filters;
  readonly knownAt: Instant | null;
  /** The earlier of now and `knownAt`. */
  readonly asOf: Instant;
  readonly today: CivilDate;
}

export const questionFields = [
  'from',
  'to',
  'at',
  'groupBy',
  'version',
  'knownAt',
  'hospital',
  'ward',
  'authority',
  'ageBand',
] as const;
export type QuestionField = (typeof questionFields)[number];
export type AskedFor = { readonly [K in QuestionField]?: string | undefined };

const pageFields: ReadonlySet<string> = new Set(['limit', 'cursor', 'waitFor']);

/** The query of a request as texts; a field that is not known or comes twice is refused, so that a slip of the pen cannot widen a figure. */
export const askedFor = (query: Readonly<Record<string, unknown>>): AskedFor => {
  const errors: FieldError[] = [];
  const asked: { [K in QuestionField]?: string } = {};
  for (const [field, value] of Object.entries(query)) {
    if (pageFields.has(field) || value === undefined) continue;
    const known = questionFields.find((each) => each === field);
    if (!known) errors.push({ field, message: `is not known; known are ${questionFields.join(', ')}` });
    else if (typeof value !== 'string') errors.push({ field, message: 'must be given once' });
    else if (value.length > 100) errors.push({ field, message: 'must be at most 100 characters' });
    else if (value !== '') asked[known] = value;
  }
  if (errors.length > 0) throw Problem.invalid(errors);
  return asked;
};

interface Days {
  readonly from: CivilDate;
  readonly to: CivilDate;
  readonly oneDay: boolean;
}

const daysAsked = (definition: Definition, asked: AskedFor, today: CivilDate, errors: FieldError[]): Days => {
  const { from, to, at } = asked;
  for (const [field, value] of [
    ['from', from],
    ['to', to],
    ['at', at],
  ] as const)
    if (value !== undefined && !isCivilDate(value))
      errors.push({ field, message: 'must be a date YYYY-MM-DD that exists' });
  if (errors.length > 0) return { from: today, to: today, oneDay: false };
  if (at !== undefined) {
    if (from !== undefined || to !== undefined) errors.push({ field: 'at', message: 'goes without from and to' });
    if (at > today) errors.push({ field: 'at', message: 'must not lie in the future' });
    return { from: at, to: addDays(at, 1), oneDay: true };
  }
  if (from === undefined && to === undefined && definition.kind === 'snapshot')
    return { from: today, to: addDays(today, 1), oneDay: true };
  if (from === undefined) errors.push({ field: 'from', message: 'is needed: the first day' });
  if (to === undefined) errors.push({ field: 'to', message: 'is needed: the day after the last' });
  if (from !== undefined && to !== undefined) {
    if (to <= from) errors.push({ field: 'to', message: 'must be later than from' });
    else if (definition.kind === 'snapshot' && to > addDays(today, 1))
      errors.push({ field: 'to', message: 'must not lie beyond tomorrow: a day to come has no state' });
    else if (daysApart(from, to) > 3700) errors.push({ field: 'to', message: 'must be at most ten years after from' });
  }
  return { from: from ?? today, to: to ?? today, oneDay: false };
};

const daysApart = (from: CivilDate, to: CivilDate): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

const versionAsked = ({ versions }: Definition, asked: string | undefined, errors: FieldError[]): MetricVersion => {
  const found = asked === undefined ? versions[0] : versions.find(({ version }) => version === asked);
  if (!found)
    errors.push({ field: 'version', message: `must be one of ${versions.map(({ version }) => version).join(', ')}` });
  return found ?? versions[0];
};

const groupAsked = (definition: Definition, asked: string | undefined, errors: FieldError[]): GroupKey | null => {
  if (asked === undefined) return null;
  const found = definition.groupBy.find((key) => key === asked);
  if (!found)
    errors.push({
      field: 'groupBy',
      message:
        definition.groupBy.length === 0
          ? 'is not allowed: this figure has its own groups'
          : `must be one of ${definition.groupBy.join(', ')}`,
    });
  return found ?? null;
};

const knownAtAsked = (asked: string | undefined, now: Instant, errors: FieldError[]): Instant | null => {
  if (asked === undefined) return null;
  const instant = parseInstant(asked);
  if (instant === undefined) errors.push({ field: 'knownAt', message: 'must be an ISO 8601 time with an offset' });
  else if (instant > now) errors.push({ field: 'knownAt', message: 'must not lie in the future' });
  return instant ?? null;
};

/** Checks what was asked; unknown figure 404, anything else wrong 400 with all faults at once. */
export const questionOf = (id: string, asked: AskedFor, now: Instant, own: Partial<Filters> = {}): Question => {
  const definition = definitionOf(id);
  if (!definition) throw Problem.notFound('This figure');
  const errors: FieldError[] = [];
  const knownAt = knownAtAsked(asked.knownAt, now, errors);
  const asOf = knownAt !== null && knownAt < now ? knownAt : now;
  const days = daysAsked(definition, asked, londonDate(now), errors);
  const version = versionAsked(definition, asked.version, errors);
  const groupBy = groupAsked(definition, asked.groupBy, errors);
  const ageBand = ageBands.find((band) => band === asked.ageBand) ?? null;
  if (asked.ageBand !== undefined && ageBand === null)
    errors.push({ field: 'ageBand', message: `must be one of ${ageBands.join(', ')}` });
  if (errors.length > 0) throw Problem.invalid(errors);
  return {
    definition,
    version,
    ...days,
    groupBy,
    filters: {
      hospital: asked.hospital ?? null,
      ward: asked.ward ?? null,
      authority: asked.authority ?? null,
      ageBand,
      provider: null,
      ...own,
    },
    knownAt,
    asOf,
    today: londonDate(asOf),
  };
};
