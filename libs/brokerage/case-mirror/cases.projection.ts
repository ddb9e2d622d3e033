import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import { rowProjection } from '#libs/event-feed/row-projection.js';
import { courseOf } from '../domain/case-course.js';
import { caseEventsFollowed, factOf, type CaseFact } from '../domain/case-facts.js';

/** A case as brokerage keeps it beside its requests: the facts it follows, in log order, with nothing personal in them. */
export interface CaseRow {
  readonly facts: readonly CaseFact[];
}

export const casesTable = rowProjection<CaseRow, CaseEvent>({
  name: 'brokerage.cases',
  version: 1,
  wants: { streamPrefixes: ['case-'], types: caseEventsFollowed },
  schema: 'brokerage',
  table: 'cases',
  keyOf: (event) => event.streamId.replace(/^case-/, ''),
  initial: () => ({ facts: [] }),
  evolve: (row, event) => {
    const fact = factOf(event);
    return fact ? { facts: [...row.facts, fact] } : row;
  },
  columns: { person_id: 'text', hospital: 'text' },
  columnsOf: ({ facts }) => {
    const course = courseOf(facts);
    return { person_id: course?.personId ?? null, hospital: course?.hospital ?? null };
  },
  indexes: ['person_id', 'position'],
});
