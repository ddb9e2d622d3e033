import { Injectable } from '@nestjs/common';
import { formatDate, formatDateTime } from '#libs/nhs/index.js';
import { markup } from '#libs/platform/templates.js';
import type { FigureAnswer } from '../figures/answer.js';
import { display } from '../figures/display.js';
import { Figures } from '../figures/figures.js';
import type { Question } from '../figures/question.js';
import { licence, publishedFor } from '../reference/published.js';
import { drawGroups, drawProcessChart } from './chart.js';
import { weeksOf } from './page-question.js';
import { type Trend, trendOf } from './trend.js';

const qualityWords: Readonly<Record<string, string>> = {
  blank: 'without a discharge ready date',
  faults: 'with a ready date that cannot be, ignored',
  pending: 'not counted yet: the answer is still open',
  ageUnknown: 'left out: age not known',
  destinationUnknown: 'left out: destination not known',
  noTarget: 'left out: no target for the service type',
  noDischarge: 'left out: no discharge of its own case',
  notApproved: 'left out: never approved',
  noPopulation: 'without a population to divide by; set one under settings',
};

/** The SVG of a chart as markup: drawn by us from numbers and our own titles, which it escapes. */
const svgMarkup = (svg: string) => markup(svg);

/** One figure for the pages: value, chart, rule, basis, table, and what was published. */
export interface Card {
  readonly id: string;
  readonly answer: FigureAnswer;
  readonly svg: ReturnType<typeof markup>;
  readonly trend: Trend | null;
  readonly of: string;
  readonly quality: readonly string[];
  readonly asOf: string;
  readonly published: readonly {
    readonly who: string;
    readonly period: string;
    readonly display: string;
    readonly source: string;
    readonly url: string;
  }[];
  readonly licence: string;
}

@Injectable()
export class Cards {
  constructor(private readonly figures: Figures) {}

  async card(question: Question): Promise<Card> {
    const { definition } = question;
    const answer = await this.figures.answer(question);
    const trend = definition.fixedGroups ? null : await this.trend(question);
    const svg = trend
      ? await drawProcessChart(trend.chart, {
          title: trend.summary,
          unit: definition.unit,
          places: definition.places,
          labels: trend.labels,
        })
      : await drawGroups(answer.groups, {
          title: `${definition.title}, by group. The numbers are in the table.`,
          unit: definition.unit,
        });
    return {
      id: definition.id,
      answer,
      svg: svgMarkup(svg),
      trend,
      of: definition.fixedGroups ? 'in all' : ofWhat(answer),
      quality: Object.entries(answer.quality).flatMap(([key, n]) =>
        n > 0 ? [`${n.toLocaleString('en-GB')} ${qualityWords[key] ?? key}`] : [],
      ),
      asOf: formatDateTime(answer.basis.asOf),
      published: publishedFor(definition.id).map((each) => ({
        who: each.who,
        period: each.period,
        source: each.source,
        url: each.url,
        display: display(definition, each.denominator === null ? each.numerator : each.numerator / each.denominator),
      })),
      licence,
    };
  }

  async trend(question: Question): Promise<Trend> {
    const byWeek = await this.figures.answer({ ...question, groupBy: 'week', oneDay: false });
    return trendOf(question.definition, weeksOf(question.from, question.to), byWeek);
  }

  /** The same days under every version of the rule. */
  async versions(question: Question): Promise<readonly FigureAnswer[]> {
    const answers: FigureAnswer[] = [];
    for (const version of question.definition.versions)
      answers.push(await this.figures.answer({ ...question, version }));
    return answers;
  }
}

const ofWhat = ({ numerator, denominator }: FigureAnswer): string => {
  const shown = (n: number): string => n.toLocaleString('en-GB', { maximumFractionDigits: 1 });
  if (denominator === null) return '';
  return numerator === null ? `of ${shown(denominator)}` : `${shown(numerator)} of ${shown(denominator)}`;
};

/** `Monday 1 June 2026 to Sunday 7 June 2026`: the last day included. */
export const daysInWords = (from: string, lastDay: string): string => `${formatDate(from)} to ${formatDate(lastDay)}`;
