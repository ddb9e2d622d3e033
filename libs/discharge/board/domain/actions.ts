import { endOfLondonDay, isCivilDate } from '#libs/nhs/index.js';
import type { CaseFact } from './history.js';
import type { Facts } from './counting.js';

type Raised = Extract<CaseFact, { readonly type: 'ActionRaised' }>['data'];

/** Texts may still be sealed; the edge opens them. */
export interface Action {
  readonly actionId: string;
  readonly what: Raised['what'];
  readonly owner: Raised['owner'];
  readonly due: string;
  readonly raisedAt: string;
  readonly completedAt: string | null;
}

/** The same few dates are asked for again and again. */
const ends = new Map<string, string>();

/** A civil date is due by the end of that day in London. */
export const dueBy = (due: string): string => {
  const known = ends.get(due);
  if (known !== undefined) return known;
  const end = isCivilDate(due) ? endOfLondonDay(due) : new Date(due).toISOString();
  if (ends.size > 10_000) ends.clear();
  ends.set(due, end);
  return end;
};

export const actionsAt = (facts: Facts, asOf: string): readonly Action[] =>
  facts
    .of('ActionRaised')
    .filter((fact) => fact.occurredAt <= asOf)
    .map((fact) => ({
      actionId: fact.data.actionId,
      what: fact.data.what,
      owner: fact.data.owner,
      due: fact.data.due,
      raisedAt: fact.occurredAt,
      completedAt:
        facts.of('ActionCompleted').find((done) => done.data.actionId === fact.data.actionId && done.occurredAt <= asOf)
          ?.occurredAt ?? null,
    }));

/** The open action due first; of two due together the one raised first. */
export const nextAction = (actions: readonly Action[]): Action | null => {
  let next: Action | null = null;
  for (const action of actions)
    if (action.completedAt === null && (next === null || dueBy(action.due) < dueBy(next.due))) next = action;
  return next;
};
