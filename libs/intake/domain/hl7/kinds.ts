import type { StayAction } from '../stay-fact.js';

/** The handling of each ADT event (domain.md §6.1). */
export type Handling =
  | { readonly as: 'stay'; readonly action: StayAction }
  | { readonly as: 'person' }
  | { readonly as: 'merge' }
  | { readonly as: 'merge-visits' }
  | { readonly as: 'correction' }
  | { readonly as: 'ignored'; readonly reason: string }
  | { readonly as: 'refused'; readonly reason: string };

const stay = (action: StayAction): Handling => ({ as: 'stay', action });
const ignored = (reason: string): Handling => ({ as: 'ignored', reason });
const refused = (reason: string): Handling => ({ as: 'refused', reason });

const pending = ignored('An admission that is only pending: nobody is in a bed yet.');
const tracking = ignored('Tracks where somebody is for the moment; the stay does not change.');
const oldMerge = refused('Merges or moves of this old kind are not taken. Send A40 for people.');

const handlings: Readonly<Record<string, Handling>> = {
  A01: stay('admit'),
  A02: stay('move'),
  A03: stay('discharge'),
  // Registers somebody in an emergency department or clinic; counts only with class I, as any class-I message does.
  A04: stay('details'),
  A05: stay('plan'),
  // An outpatient becomes an inpatient: an admission. An inpatient becomes an outpatient: the stay ends, whatever class is named.
  A06: stay('admit'),
  A07: stay('become-outpatient'),
  A08: stay('details'),
  A09: tracking,
  A10: tracking,
  A11: stay('cancel-admission'),
  A12: stay('cancel-move'),
  A13: stay('cancel-discharge'),
  A14: pending,
  A15: stay('details'),
  A16: stay('expect'),
  A17: refused('A swap of two people (A17) is not taken. Send an A02 for each of them.'),
  A20: ignored('The state of an empty bed.'),
  A21: stay('leave'),
  A22: stay('return'),
  A23: stay('cancel-admission'),
  A24: { as: 'person' },
  A25: stay('cancel-expected'),
  A26: ignored('A planned move was called off; nobody had moved.'),
  A27: pending,
  A28: { as: 'person' },
  A29: refused('A person was deleted at the hospital (A29). A person must settle this.'),
  A30: oldMerge,
  A31: { as: 'person' },
  A32: tracking,
  A33: tracking,
  A34: { as: 'merge' },
  // An old merge of accounts: taken where it names visits, as A42 does.
  A35: { as: 'merge-visits' },
  A36: oldMerge,
  A38: stay('cancel-plan'),
  A39: oldMerge,
  A40: { as: 'merge' },
  A41: refused('Merges of accounts (A41) are not taken. Send A42 for visits.'),
  A42: { as: 'merge-visits' },
  A47: { as: 'correction' },
  A52: stay('cancel-leave'),
  A53: stay('cancel-return'),
  A54: ignored('A change of doctor.'),
  A55: ignored('A change of doctor was called off.'),
  A60: ignored('Allergies are not kept here.'),
};

export const handlingOf = (event: string): Handling =>
  (Object.hasOwn(handlings, event) ? handlings[event] : undefined) ??
  refused('This kind of message is not one that is taken here.');
