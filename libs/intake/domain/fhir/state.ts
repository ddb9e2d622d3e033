import type { StayAction } from '../stay-fact.js';
import type { SnapshotState } from '../snapshots/snapshot.js';

/** What each Encounter.status means here (domain.md §6.2); the reason for what is not for us. */
export type StatusMeaning =
  { readonly state: SnapshotState; readonly action: StayAction } | { readonly ignored: string };

const meanings: Readonly<Record<string, StatusMeaning>> = {
  planned: { ignored: 'A planned stay: nobody is in a bed yet.' },
  arrived: { ignored: 'Somebody who arrived and is not admitted yet: nobody is in a bed.' },
  triaged: { ignored: 'Somebody who was triaged and is not admitted yet: nobody is in a bed.' },
  'in-progress': { state: 'in', action: 'details' },
  onleave: { state: 'on-leave', action: 'leave' },
  finished: { state: 'left', action: 'discharge' },
  // A11 and A23; of a stay that was only planned (A38) nothing was known, and nothing comes of it.
  cancelled: { state: 'void', action: 'cancel-admission' },
  'entered-in-error': { state: 'void', action: 'cancel-admission' },
  unknown: { ignored: 'The status is unknown: nothing can be said of the stay.' },
};

export const meaningOf = (status: string): StatusMeaning | undefined =>
  Object.hasOwn(meanings, status) ? meanings[status] : undefined;

export const statuses: readonly string[] = Object.keys(meanings);
