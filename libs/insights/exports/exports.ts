import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import { londonDate } from '#libs/nhs/index.js';
import { Clock } from '#libs/platform/clock.js';
import { Problem } from '#libs/platform/problem.js';
import { Figures } from '../figures/figures.js';
import { type AskedFor, type Filters, questionOf } from '../figures/question.js';
import {
  columns,
  exportsByName,
  isExportName,
  periodOf,
  rowsOf,
  upToToday,
  versionsOf,
  type Line,
} from './export-rows.js';

/** What somebody may see of a figure: the filters they are held to. */
export type HeldTo = (id: string, asked: AskedFor) => Partial<Filters>;

/** The exports as CSV, for the API and for the command line. */
@Injectable()
export class Exports {
  constructor(
    private readonly figures: Figures,
    private readonly clock: Clock,
  ) {}

  /** Throws a `Problem`: 404 for an export there is not, 400 for a period that is none or has not begun. */
  async csv(name: string, period: string, heldTo: HeldTo = () => ({})): Promise<string> {
    if (!isExportName(name)) throw Problem.notFound('This export');
    const days = periodOf(period);
    const now = this.clock.now();
    if (!days)
      throw Problem.invalidField('period', 'must be a month 2026-03, a quarter 2026-Q1 or a financial year 2025-26');
    if (days.from > londonDate(now)) throw Problem.invalidField('period', 'must not lie in the future');
    const { from, to } = upToToday(days, londonDate(now));
    const rows: unknown[][] = [];
    const lines: readonly Line[] = exportsByName[name];
    for (const { id, groupBy } of lines)
      for (const version of versionsOf(id)) {
        const asked = { from, to, version, ...(groupBy ? { groupBy } : {}) };
        rows.push(...rowsOf(period, await this.figures.answer(questionOf(id, asked, now, heldTo(id, asked)))));
      }
    return csvOf(rows);
  }
}

/** A cell that a spreadsheet would take for a formula is led by an apostrophe. */
export const csvOf = (rows: readonly unknown[][]): string =>
  stringify([[...columns], ...rows], { escape_formulas: true, record_delimiter: 'windows' });
