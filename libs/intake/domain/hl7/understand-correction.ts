import type { Identifier } from '#libs/people/port.js';
import type { Correction, Envelope, Fault, Understood } from '../understood.js';
import type { Fields } from './fields.js';
import { readIdentity, type IdentityQuestion } from './identity.js';
import { recordedOf } from './read-stay.js';
import { usable } from './understand-person.js';

/** Whose numbers these are: only like is put in the place of like. */
const series = (identifier: Identifier): string =>
  identifier.kind === 'nhs-number' ? 'NHS' : JSON.stringify([identifier.authority, identifier.type]);

/**
 * A47: an identifier of MRG-1 was wrong, and that of the same series in PID-3 is right (domain.md §6.1). Nothing else of the message is taken:
 * what stands in PID-3 beside it is not new.
 */
export const understandCorrection = (envelope: Envelope, fields: Fields, question: IdentityQuestion): Understood => {
  const right = usable(readIdentity(question), 'PID-3');
  if (!right.ok) return { kind: 'refused', envelope, fault: right.fault };
  const wrong = usable(readIdentity(question, { segment: 'MRG', field: 1 }), 'MRG-1');
  if (!wrong.ok) return { kind: 'refused', envelope, fault: wrong.fault };
  const corrections = correctionsOf(right.identity.identifiers, wrong.identity.identifiers);
  const recorded = recordedOf(fields);
  const [fault] = fields.faults;
  if (fault) return { kind: 'refused', envelope, fault };
  if ('reason' in corrections) return { kind: 'refused', envelope, fault: corrections };
  if (corrections.length === 0)
    return { kind: 'ignored', envelope, reason: 'MRG-1 and PID-3 name the same identifiers: nothing was wrong.' };
  return { kind: 'person', envelope, people: [], merges: [], corrections, recorded, details: {}, death: null };
};

const correctionsOf = (right: readonly Identifier[], wrong: readonly Identifier[]): readonly Correction[] | Fault => {
  const found: Correction[] = [];
  for (const one of wrong) {
    if (right.some((other) => series(other) === series(one) && other.value === one.value)) continue;
    const alike = right.filter((other) => series(other) === series(one));
    const [only] = alike.length > 0 ? alike : wrong.length === 1 ? right : [];
    if (!only || alike.length > 1 || (alike.length === 0 && right.length > 1))
      return {
        code: 'correction-unclear',
        field: 'PID-3',
        reason: 'PID-3 does not say which of its identifiers is right for the one in MRG-1.',
      };
    found.push({ right: only, wrong: one });
  }
  return found;
};
