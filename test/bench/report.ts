import { cpus, loadavg, totalmem } from 'node:os';
import type { Measured } from './measured.js';
import { figure } from './statistics.js';

/** `2 cores, 24 GB, Node 24.1.0, PostgreSQL 18.0, load 1.2`: what figures were taken on. */
export const machine = (postgres: string): string =>
  [
    `${String(cpus().length)} cores`,
    `${(totalmem() / 1024 ** 3).toFixed(0)} GB`,
    `Node ${process.versions.node}`,
    `PostgreSQL ${postgres}`,
    `load ${(loadavg()[0] ?? 0).toFixed(1)}`,
  ].join(', ');

/** One line of JSON. */
export const lineOf = (measured: Measured): string => JSON.stringify(measured);

const headings = ['measure', 'ours', 'theirs', 'ratio', 'unit', 'against'];

const cellsOf = ({ measure, ours, theirs, ratio, unit, peer }: Measured): readonly string[] => [
  measure,
  figure(ours),
  figure(theirs),
  figure(ratio),
  unit,
  peer,
];

/** A table for people; the notes stand below their lines. */
export const tableOf = (all: readonly Measured[]): string => {
  const rows = [headings, ...all.map(cellsOf)];
  const widths = headings.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at >= 1 && at <= 3 ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [
    line(headings),
    ...all.flatMap((measured) => [line(cellsOf(measured)), ...(measured.note === '' ? [] : [`    ${measured.note}`])]),
  ].join('\n');
};
