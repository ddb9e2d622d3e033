import type { SnapshotState } from '../snapshots/snapshot.js';
import type { Reading, Root } from './reading.js';
import type { Encounter } from './resources.js';

export interface StayTimes {
  readonly admittedAt?: string;
  readonly dischargedAt?: string;
}

/** Encounter.period: when the person came, and of somebody who left, when. Of a stay that never was, nothing. */
export const readTimes = (
  { period }: Encounter,
  state: SnapshotState | undefined,
  root: Root,
  reading: Reading,
): StayTimes => {
  if (state === undefined || state === 'void') return {};
  const admittedAt = reading.instant(root, 'period.start', period?.start);
  const dischargedAt = state === 'left' ? reading.instant(root, 'period.end', period?.end) : undefined;
  if (period?.start === undefined)
    reading.fault(root, 'period.start', 'required', 'is missing: nothing says since when the person is in hospital');
  if (state === 'left' && period?.end === undefined)
    reading.fault(root, 'period.end', 'required', 'is missing: a finished encounter must say when the person left');
  if (admittedAt !== undefined && dischargedAt !== undefined && dischargedAt < admittedAt)
    reading.fault(root, 'period', 'value', 'ends before it starts');
  return {
    ...(admittedAt === undefined ? {} : { admittedAt }),
    ...(dischargedAt === undefined ? {} : { dischargedAt }),
  };
};
