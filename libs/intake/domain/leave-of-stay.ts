import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { takenBack } from './standing.js';
import type { StayFact } from './stay-fact.js';

type Leave = StayBlock['leave'];

/** Leaves of absence, by event time: a leave runs to the next return, and no further than the discharge. A return that ends no leave says nothing. */
export const leaveOf = (
  happened: readonly StayFact[],
  recorded: readonly StayFact[],
  dischargedAt: string | null,
): Leave => {
  const undone = new Set([
    ...takenBack(recorded, happened, 'leave', 'cancel-leave'),
    ...takenBack(recorded, happened, 'return', 'cancel-return'),
  ]);
  const leave: Leave = [];
  for (const fact of happened) {
    if (undone.has(fact)) continue;
    const open = leave.at(-1)?.to === null;
    if (fact.action === 'leave' && !open) leave.push({ from: fact.eventTime, to: null });
    if (fact.action === 'return' && open) leave.splice(-1, 1, ended(leave, fact.eventTime));
  }
  if (dischargedAt !== null && leave.at(-1)?.to === null) leave.splice(-1, 1, ended(leave, dischargedAt));
  return leave;
};

const ended = (leave: Leave, to: string): Leave[number] => ({ from: leave.at(-1)?.from ?? to, to });
