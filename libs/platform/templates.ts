import { join } from 'node:path';
import nunjucks from 'nunjucks';
import { formatDate, formatDateTime, formatDayMonth, formatTime } from '../nhs/date-words.js';
import { formatNhsNumber } from '../nhs/nhs-number.js';
import type { FieldError, Problem } from './problem.js';
import { libsFolder, packageFolder } from './root.js';

/** Markup of our own making, which autoescape leaves alone. */
export const markup = (html: string): nunjucks.runtime.SafeString => new nunjucks.runtime.SafeString(html);

const blankOr =
  (format: (text: string) => string) =>
  (value: unknown): string =>
    typeof value === 'string' && value !== '' ? format(value) : '';

/**
 * Templates below `libs` and those of the NHS design system (`nhsuk/components/…/macro.njk`); everything is escaped.
 * Filters: `date`, `dayMonth`, `time`, `dateTime`, `nhsNumber`.
 */
export const createTemplates = (fresh: boolean): nunjucks.Environment => {
  const folders = [libsFolder, join(packageFolder('nhsuk-frontend'), 'dist')];
  const templates = new nunjucks.Environment(new nunjucks.FileSystemLoader(folders, { noCache: fresh }), {
    autoescape: true,
    trimBlocks: true,
    lstripBlocks: true,
  });
  templates.addFilter('date', blankOr(formatDate));
  templates.addFilter('dayMonth', blankOr(formatDayMonth));
  templates.addFilter('time', blankOr(formatTime));
  templates.addFilter('dateTime', blankOr(formatDateTime));
  templates.addFilter('nhsNumber', blankOr(formatNhsNumber));
  return templates;
};

/** What a form says after a refusal: a summary at the top whose entries lead to the fields, and a message beside each field. */
export interface FormErrors {
  readonly summary: readonly { readonly text: string; readonly href?: string }[];
  readonly fields: Readonly<Record<string, { readonly text: string } | undefined>>;
}

/** The faults of a problem, for the design system's error summary (`errors.summary`) and fields (`errors.fields.<name>`). */
export const formErrorsOf = (problem: Problem, labels: Readonly<Record<string, string>> = {}): FormErrors => {
  const faults: readonly FieldError[] = problem.errors ?? [];
  if (faults.length === 0) return { summary: [{ text: problem.message }], fields: {} };
  const worded = faults.map(({ field, message }) => ({
    field,
    text: `${labels[field] ?? labelOf(field)} ${message}`,
  }));
  return {
    summary: worded.map(({ field, text }) => ({ text, href: `#${field}` })),
    fields: Object.fromEntries(worded.map(({ field, text }) => [field, { text }])),
  };
};

/** A field as people read it, where nobody gave it a label: `startBy` is "Start by". */
export const labelOf = (field: string): string => {
  const words = field
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[._[\]]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
