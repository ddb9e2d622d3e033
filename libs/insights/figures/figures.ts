import { Injectable } from '@nestjs/common';
import { addDays, daysBetween, eachDay, perHundredThousand } from '#libs/nhs/index.js';
import { Database } from '#libs/platform/database.js';
import { Settings } from '#libs/platform/settings.js';
import { count, type Counting, type Figure, type GroupKey, keyOf, shows } from '../domain/counting.js';
import { Populations } from '../population/population.js';
import { type FigureAnswer, metricShown } from './answer.js';
import { display, displayOfAnswer } from './display.js';
import { countEvents } from './events-behind.js';
import { comesTogether, judgedUnits, type JudgedUnit } from './judged.js';
import { LogPosition } from './log-position.js';
import type { Question } from './question.js';

/** Groups asked for, or those a figure has by itself: the days of a series, the service types of a median. */
export const groupingOf = ({ definition, groupBy, oneDay }: Question): GroupKey | null => {
  if (groupBy !== null) return definition.fixedGroups ? null : groupBy;
  if (definition.kind === 'snapshot' && !oneDay) return 'day';
  return definition.defaultGroup ?? null;
};

const howToCount = (question: Question): Counting => {
  const { definition, from, to } = question;
  const grouping = groupingOf(question);
  const snapshot = definition.kind === 'snapshot';
  return {
    measure: definition.measure,
    ...(grouping === null ? {} : { groupBy: grouping }),
    ...(definition.fixedGroups ? { fixedGroups: definition.fixedGroups } : {}),
    ...(snapshot && grouping === 'day' ? { allKeys: eachDay(from, to) } : {}),
    ...(snapshot ? { days: daysBetween(from, to) } : {}),
    ...(snapshot && grouping !== null ? daysOf(grouping, eachDay(from, to)) : {}),
    ...(definition.p90 ? { p90: true } : {}),
  };
};

const daysOf = (grouping: GroupKey, days: readonly string[]): Pick<Counting, 'daysOf'> => {
  if (grouping !== 'month' && grouping !== 'week') return {};
  const groups = Map.groupBy(days, (day) => keyOf({ day }, grouping));
  return { daysOf: new Map([...groups].map(([key, each]) => [key, each.length])) };
};

export const peopleLink = (question: Question): string => {
  const { definition, version, from, to, oneDay, filters, knownAt } = question;
  const query = new URLSearchParams(oneDay ? { at: from } : { from, to });
  query.set('version', version.version);
  for (const field of ['hospital', 'ward', 'authority', 'ageBand'] as const) {
    const value = filters[field];
    if (value !== null) query.set(field, value);
  }
  if (knownAt !== null) query.set('knownAt', knownAt);
  return `/api/v1/metrics/${definition.id}/people?${query.toString()}`;
};

/** Makes figures: the cohort from the tables, each unit judged by the rule, counted, with what it rests on. */
@Injectable()
export class Figures {
  constructor(
    private readonly db: Database,
    private readonly log: LogPosition,
    private readonly populations: Populations,
    private readonly settings: Settings,
  ) {}

  async answer(question: Question): Promise<FigureAnswer> {
    const { definition, version, knownAt } = question;
    const reached = await this.log.reached();
    const grouped: Question = { ...question, groupBy: groupingOf(question) };
    const found = await judgedUnits(this.db, grouped, false);
    const { figure, events } = await this.#counted(question, found);
    const per = definition.perPopulation65 ? await this.#perPopulation(question, figure) : figure;
    const { p90, value } = per;
    return {
      metric: metricShown(definition, version),
      from: question.from,
      to: question.to,
      value,
      numerator: per.numerator,
      denominator: per.denominator,
      ...(p90 === undefined ? {} : { p90 }),
      display: displayOfAnswer(definition, value, per.denominator),
      groups: per.groups.map((group) => ({ ...group, display: display(definition, group.value) })),
      basis: {
        position: knownAt === null ? reached : await this.log.knownBy(knownAt),
        asOf: question.asOf,
        knownAt,
        events,
      },
      quality: { blank: 0, faults: 0, pending: 0, ...per.quality },
      links: { people: peopleLink(question) },
    };
  }

  async #counted(question: Question, found: Iterable<JudgedUnit>): Promise<{ figure: Figure; events: number }> {
    const how = howToCount(question);
    if (comesTogether(question)) {
      const figure = count(found, how);
      return { figure, events: figure.events };
    }
    const units = [...found];
    const sources = { stayIds: new Set<string>(), caseIds: new Set<string>(), streams: new Set<string>() };
    for (const { unit, judgement } of units) {
      if (!shows(question.definition.measure, judgement)) continue;
      if (unit.stayId !== null) sources.stayIds.add(unit.stayId);
      if (unit.caseId !== null) sources.caseIds.add(unit.caseId);
      for (const stream of unit.streams) sources.streams.add(stream);
    }
    return { figure: count(units, how), events: await countEvents(this.db, sources, question.knownAt) };
  }

  /** Persons per 100,000 of the population 65+ of the authority asked for, else of the council. */
  async #perPopulation(question: Question, figure: Figure): Promise<Figure> {
    const populations = await this.populations.of(addDays(question.to, -1), question.knownAt);
    const only = populations.size === 1 ? [...populations.keys()][0] : undefined;
    const { code, name } = this.settings.council;
    const own = [code, name].find((each) => populations.has(each)) ?? only ?? '';
    const people = populations.get(question.filters.authority ?? own) ?? null;
    const rate = (persons: number | null, population: number | null): number | null =>
      persons === null || population === null ? null : perHundredThousand(persons, population);
    const byAuthority = groupingOf(question) === 'authority';
    return {
      ...figure,
      value: rate(figure.numerator, people),
      denominator: people,
      groups: figure.groups.map((group) => {
        const denominator = byAuthority ? (populations.get(group.key) ?? null) : people;
        return { ...group, value: rate(group.numerator, denominator), denominator };
      }),
      quality: people === null ? { ...figure.quality, noPopulation: 1 } : figure.quality,
    };
  }
}
