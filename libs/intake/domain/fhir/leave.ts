import type { SnapshotState, ToldLeave } from '../snapshots/snapshot.js';
import type { Reading, Root } from './reading.js';
import type { Encounter } from './resources.js';

/**
 * All leaves of absence, by Encounter.statusHistory; the leave that goes on now begins where its history ends. `undefined` when the history is not
 * told, or does not say since when the person is on leave: then only the status counts.
 */
export const readLeaves = (
  { statusHistory }: Encounter,
  state: SnapshotState,
  root: Root,
  reading: Reading,
): readonly ToldLeave[] | undefined => {
  if (statusHistory === undefined) return undefined;
  const past = statusHistory.map(({ status, period }, at) => {
    const element = `statusHistory[${String(at)}].period`;
    return {
      status,
      from: reading.instant(root, `${element}.start`, period.start),
      to: reading.instant(root, `${element}.end`, period.end) ?? null,
    };
  });
  const leaves = past.flatMap(({ status, from, to }): ToldLeave[] =>
    status === 'onleave' && from !== undefined && (to !== null || state === 'on-leave') ? [{ from, to }] : [],
  );
  const goesOn = leaves.some(({ to }) => to === null);
  const lastEnd = past
    .flatMap(({ to }) => to ?? [])
    .toSorted()
    .at(-1);
  if (state === 'on-leave' && !goesOn) {
    if (lastEnd === undefined) return undefined;
    leaves.push({ from: lastEnd, to: null });
  }
  return leaves.toSorted((a, b) => (a.from < b.from ? -1 : 1));
};
