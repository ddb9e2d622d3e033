import type { FaultCode } from '../fault-words.js';
import type { Envelope, Fault, Understood, Visit, VisitMerge } from '../understood.js';
import type { Fields } from './fields.js';
import { readIdentity, type IdentityQuestion } from './identity.js';
import { readStay } from './read-stay.js';
import { noHospital, noInpatient, type ReadingContext } from './reading.js';
import { visitOf } from './visit.js';

const sameVisit = (a: Visit, b: Visit): boolean => a.authority === b.authority && a.number === b.number;

/**
 * A42, and A35 where it names visits: MRG-5 is given up for PV1-19 (domain.md §6.1), one pair or several. A pair on its own may say more of the
 * visit that stays, as any message does that names one.
 */
export const understandVisits = (
  envelope: Envelope,
  fields: Fields,
  question: IdentityQuestion,
  { outwardTable }: ReadingContext,
): Understood => {
  const { message } = fields;
  if (envelope.hospital === null) return { kind: 'refused', envelope, fault: noHospital };
  const says = readStay(fields, 'merge', { mapping: question.mapping, outwardTable });
  const { action, eventTime, recorded, controlId, sender } = says;
  const count = Math.max(1, message.count('MRG'));
  const merges: VisitMerge[] = [];
  let outpatients = '';
  for (let nth = 0; nth < count; nth += 1) {
    const patientClass = message.text1('PV1', 2, 1, nth).toUpperCase();
    if (patientClass !== '' && patientClass !== 'I') {
      outpatients = patientClass;
      continue;
    }
    const pair = pairOf(fields, question, nth);
    if ('fault' in pair) return { kind: 'refused', envelope, fault: pair.fault };
    const news = count === 1 ? says : { action, eventTime, recorded, controlId, sender };
    merges.push({ ...pair, news });
  }
  const [fault] = fields.faults;
  if (fault) return { kind: 'refused', envelope, fault };
  if (merges.length === 0) return noInpatient(envelope, outpatients);
  return { kind: 'visits', envelope, merges };
};

const pairOf = (
  { message, header }: Fields,
  question: IdentityQuestion,
  nth: number,
): Omit<VisitMerge, 'news'> | { readonly fault: Fault } => {
  const fault = (code: FaultCode, field: string, reason: string) => ({ fault: { code, field, reason } });
  const survivor = visitOf(message, header, question.mapping, { nth });
  if (!survivor)
    return fault('visit-missing', 'PV1-19', 'PV1-19 is empty: the message does not name the visit that stays.');
  const loser = visitOf(message, header, question.mapping, { segment: 'MRG', field: 5, nth });
  if (!loser)
    return fault('visit-missing', 'MRG-5', 'MRG-5 is empty: the message does not name the visit that is given up.');
  if (sameVisit(survivor, loser)) return fault('same-visit', 'MRG-5', 'MRG-5 and PV1-19 name the same visit.');
  const read = readIdentity(question, { nth });
  return read.ok ? { survivor, loser, identity: read.identity } : { fault: read.fault };
};
