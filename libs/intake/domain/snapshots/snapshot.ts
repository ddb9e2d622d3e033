import type { Place } from '#libs/contracts/intake/stay-events.js';

/**
 * A whole stay as one system saw it at its recorded time (a FHIR Encounter), beside the fields a fact has anyway. What is absent says nothing.
 * Snapshots are unfolded into increments before a stay is worked out: `docs/decisions/0016`.
 */
export interface Snapshot {
  /** A keyed name of the system that tells and of the visit: what a system repeats of its last snapshot is no news. */
  readonly series: string;
  readonly state: SnapshotState;
  /** Encounter.period.start. */
  readonly admittedAt?: string;
  /** Encounter.period.end, of somebody who left. */
  readonly dischargedAt?: string;
  /** The places, in time order, each with when it began. */
  readonly places?: readonly ToldPlace[];
  /** All leaves of absence, in time order; absent where the system keeps no history of them. */
  readonly leaves?: readonly ToldLeave[];
  readonly criteria?: ToldCriteria;
  readonly expectedDate?: string;
}

/** `void`: the stay never was (entered-in-error, cancelled). */
export type SnapshotState = 'in' | 'on-leave' | 'left' | 'void';

export interface ToldPlace {
  readonly place: Place;
  /** Null: the system says only where the person was when it was recorded. */
  readonly from: string | null;
}

export interface ToldLeave {
  readonly from: string;
  readonly to: string | null;
}

export interface ToldCriteria {
  readonly meets: boolean;
  readonly codes?: readonly string[];
  readonly readyDate?: string;
  /** When it was assessed; absent where the system does not say. */
  readonly assessedAt?: string;
}
