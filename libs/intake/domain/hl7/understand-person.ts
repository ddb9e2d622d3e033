import type { Envelope, Fault, Identity, Understood } from '../understood.js';
import { readDetails } from './details.js';
import type { Fields } from './fields.js';
import { readIdentity, type IdentityQuestion, type ReadIdentity } from './identity.js';
import { recordedOf } from './read-stay.js';

/** Messages about a person and no visit: A24 (link), A28 and A31 (details). PV1 is ignored (api.md). */
export const understandPerson = (envelope: Envelope, fields: Fields, question: IdentityQuestion): Understood => {
  const links = envelope.kind.endsWith('^A24');
  const read = Array.from({ length: links ? question.message.count('PID') : 1 }, (_, nth) =>
    usable(readIdentity(question, { nth }), 'PID-3'),
  );
  const found = all(read);
  if ('fault' in found) return { kind: 'refused', envelope, fault: found.fault };
  // Identifiers that a link brings together are one person.
  const people = links ? [joined(found.identities)] : found.identities;
  const [person] = people;
  const details = !links && person ? readDetails(fields, person) : {};
  const died = links ? undefined : fields.yesNo('PID', 30);
  const at = links ? undefined : fields.instant('PID', 29);
  const recorded = recordedOf(fields);
  const [fault] = fields.faults;
  if (fault) return { kind: 'refused', envelope, fault };
  const death =
    died === undefined && at === undefined
      ? null
      : { ...(died === undefined ? {} : { dead: died ?? false }), ...(at === undefined ? {} : { deathAt: at }) };
  return { kind: 'person', envelope, people, merges: [], corrections: [], recorded, details, death };
};

/** A34 and A40: MRG-1 is given up for PID-3, one pair or several. A merge takes no demographics (domain.md §6.1). */
export const understandMerge = (envelope: Envelope, fields: Fields, question: IdentityQuestion): Understood => {
  const pairs = Array.from({ length: Math.max(1, question.message.count('MRG')) }, (_, nth) =>
    all([
      usable(readIdentity(question, { nth }), 'PID-3'),
      usable(readIdentity(question, { segment: 'MRG', field: 1, nth }), 'MRG-1'),
    ]),
  );
  const merges: { survivor: Identity; loser: Identity }[] = [];
  for (const pair of pairs) {
    if ('fault' in pair) return { kind: 'refused', envelope, fault: pair.fault };
    const [survivor, loser] = pair.identities;
    if (survivor && loser) merges.push({ survivor, loser });
  }
  const recorded = recordedOf(fields);
  const [fault] = fields.faults;
  if (fault) return { kind: 'refused', envelope, fault };
  return { kind: 'person', envelope, people: [], merges, corrections: [], recorded, details: {}, death: null };
};

export const usable = (read: ReadIdentity, field: string): ReadIdentity =>
  read.ok && read.identity.identifiers.length === 0
    ? { ok: false, fault: { code: 'who-missing', field, reason: `${field} holds no identifier that can be used.` } }
    : read;

const all = (
  read: readonly ReadIdentity[],
): { readonly fault: Fault } | { readonly identities: readonly Identity[] } => {
  const identities: Identity[] = [];
  for (const one of read) {
    if (!one.ok) return { fault: one.fault };
    identities.push(one.identity);
  }
  return { identities };
};

const joined = (identities: readonly Identity[]): Identity => ({
  identifiers: identities.flatMap(({ identifiers }) => identifiers),
  number: identities[0]?.number ?? 'none',
});
