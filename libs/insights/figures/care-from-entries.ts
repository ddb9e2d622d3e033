import type { Instant } from '#libs/nhs/index.js';
import type { Database } from '#libs/platform/database.js';
import { type CareFact, careFactsOf, type CareKind, type HistoryKind } from '../domain/care-fact.js';
import { type CaseFact, caseFactOf } from '../domain/case-fact.js';
import { caseAsKnown, type CaseEntry } from '../domain/case-history.js';
import { knownBy } from '../domain/entries.js';
import { type HistoryEntry, historyOf } from '../histories/entries.js';
import type { CareRow, WhichFacts } from './care-row.js';
import { Parameters } from './sql.js';
import { staysKnown } from './stays-known.js';

const historyKinds: Readonly<Record<CareKind, HistoryKind>> = {
  award: 'request',
  decline: 'request',
  'care-home-start': 'request',
  episode: 'reablement',
  check: 'check',
};

const histories = async (
  db: Database,
  { kind, from, to, caseIds }: WhichFacts,
): Promise<{ readonly kind: HistoryKind; readonly id: string; readonly entries: readonly HistoryEntry[] }[]> => {
  const parameters = new Parameters();
  const conditions = [
    `kind = ${parameters.add(historyKinds[kind])}`,
    ...(from === undefined ? [] : [`last_on >= ${parameters.add(from)}::date`]),
    ...(to === undefined ? [] : [`first_on < ${parameters.add(to)}::date`]),
    ...(caseIds === undefined ? [] : [`case_id = ANY(${parameters.add(caseIds)})`]),
  ];
  const { rows } = await db.query<{ kind: HistoryKind; id: string; entries: HistoryEntry[] }>(
    `SELECT kind, id, entries FROM insights.histories_v2 WHERE ${conditions.join(' AND ')} ORDER BY id`,
    parameters.values,
  );
  return rows;
};

/** Cases by id, with their stays, worked out of what was said of them. */
export const casesFromEntries = async (
  db: Database,
  caseIds: Iterable<string>,
  knownAt: Instant | null,
): Promise<ReadonlyMap<string, CaseFact>> => {
  const { rows } = await db.query<{ case_id: string; entries: CaseEntry[] }>(
    `SELECT case_id, entries FROM insights.cases_v6 WHERE case_id = ANY($1)`,
    [[...new Set(caseIds)]],
  );
  const cases = rows.flatMap(({ case_id, entries }) => {
    const known = knownBy(entries, knownAt);
    return known.length === 0 ? [] : [caseAsKnown(case_id, known)];
  });
  const stayIds = [...new Set(cases.flatMap(({ stayId }) => stayId ?? []))];
  const stays = new Map((await staysKnown(db, { stayIds }, knownAt)).map((stay) => [stay.stayId, stay]));
  return new Map(cases.map((known) => [known.caseId, caseFactOf(known, stays.get(known.stayId ?? '') ?? null)]));
};

/** The same rows as those that are folded (care-rows.ts), each history worked out for itself: for while they are being built. */
export const factsFromEntries = async <K extends CareKind>(
  db: Database,
  which: WhichFacts<K>,
): Promise<CareRow<K>[]> => {
  const { kind, knownAt, from = '', to = '9999-12-31' } = which;
  const counted = (await histories(db, which))
    .flatMap(({ kind: of, id, entries }) => careFactsOf(historyOf(of, id, knownBy(entries, knownAt))))
    .filter((fact): fact is Extract<CareFact, { kind: K }> => fact.kind === kind && from <= fact.on && fact.on < to);
  const cases = await casesFromEntries(
    db,
    counted.flatMap(({ caseId }) => caseId ?? []),
    knownAt,
  );
  return counted.map((fact) => ({ ...fact, ofCase: cases.get(fact.caseId ?? '') ?? null }));
};
