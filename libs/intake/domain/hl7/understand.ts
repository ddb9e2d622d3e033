import { parseLondonLocal } from '#libs/nhs/civil-date.js';
import { mappingOf, type FeedMapping } from '../feed-mapping.js';
import type { Envelope, Fault, Understood } from '../understood.js';
import { decode } from './character-set.js';
import { readDetails } from './details.js';
import { Fields } from './fields.js';
import { contentOf, readHeader, type Hl7Header } from './header.js';
import { readIdentity, type IdentityQuestion } from './identity.js';
import { handlingOf, type Handling } from './kinds.js';
import { hospitalOf } from './location.js';
import { readHl7, type Hl7Message } from './reader.js';
import { noHospital, noInpatient, type ReadingContext } from './reading.js';
import { understandCorrection } from './understand-correction.js';
import { understandMerge, understandPerson } from './understand-person.js';
import { understandVisits } from './understand-visits.js';
import { readStay } from './read-stay.js';
import { visitOf } from './visit.js';

export type { ReadingContext } from './reading.js';

/** A message that could be opened: its header, and how its feed is to be read. */
export interface OpenedHl7 {
  readonly ok: true;
  readonly header: Hl7Header;
  readonly mapping: FeedMapping;
  readonly message: Hl7Message;
  /** What makes it the same as another; by the bytes alone, for a mapping may change between them. */
  readonly content: string;
  /** Why its characters cannot be read. */
  readonly unreadable?: string;
}

/** Opens a message off the line, by the mapping of its feed. */
export const openHl7 = (bytes: Buffer, context: ReadingContext): OpenedHl7 | { readonly ok: false; reason: string } => {
  // The header is ASCII in every set, so that even a message in an unknown set can be answered by name, and its feed be known before its set.
  const first = decode(bytes);
  const opened = readHl7(first.ok ? first.text : bytes.toString('latin1'));
  if (!opened.ok)
    return {
      ok: false,
      reason:
        opened.reason === 'no-header'
          ? 'This is not an HL7 message: it does not begin with MSH.'
          : 'The delimiters in MSH-1 and MSH-2 cannot be used.',
    };
  const header = readHeader(opened.message);
  const mapping = mappingOf(header.feed, context.mappings);
  const decoded = mapping.characterSet === 'UTF-8' ? first : decode(bytes, mapping.characterSet);
  const again = decoded === first || !decoded.ok ? opened : readHl7(decoded.text);
  const { message } = again.ok ? again : opened;
  const content = contentOf(opened.message);
  return { ok: true, header, mapping, message, content, ...(decoded.ok ? {} : { unreadable: decoded.reason }) };
};

/** One HL7 v2 message, as bytes off the line, to what it means here. */
export const understandHl7 = (bytes: Buffer, context: ReadingContext): Understood => {
  const opened = openHl7(bytes, context);
  if (!opened.ok) return { kind: 'rejected', reason: opened.reason };
  const { header, mapping, message, content, unreadable } = opened;
  const rejection = rejectionOf(header, mapping, context.production);
  if (rejection) return { kind: 'rejected', ...rejection, header, feed: header.feed, controlId: header.controlId };

  const envelope: Envelope = {
    feed: header.feed,
    controlId: header.controlId,
    kind: header.event ? `${header.type}^${header.event}` : header.type,
    content,
    hospital: hospitalOf(message, header.facility, mapping),
    visit: visitOf(message, header, mapping),
    recordedAt: recordedAtOf(message, header, mapping),
    header,
  };
  if (header.type !== 'ADT')
    return { kind: 'ignored', envelope, reason: `${nameOf(header.type)} are not ward events.` };
  if (unreadable !== undefined) return refused(envelope, { code: 'characters', field: 'MSH-18', reason: unreadable });
  const handling = handlingOf(header.event);
  if (handling.as === 'ignored') return { kind: 'ignored', envelope, reason: handling.reason };
  if (handling.as === 'refused')
    return refused(envelope, { code: 'kind-not-taken', field: 'MSH-9', reason: handling.reason });
  const question = { message, mapping, facility: header.facility, production: context.production };
  const fields = new Fields(message, header, mapping.timeZone);
  if (handling.as === 'person') return understandPerson(envelope, fields, question);
  if (handling.as === 'merge') return understandMerge(envelope, fields, question);
  if (handling.as === 'correction') return understandCorrection(envelope, fields, question);
  if (handling.as === 'merge-visits') return understandVisits(envelope, fields, question, context);
  return understandStay(envelope, fields, handling, question, context);
};

/** When the sender recorded it, where EVN-2 or MSH-7 can be read: only what waits in quarantine goes by it. */
const recordedAtOf = (message: Hl7Message, { sentAt }: Hl7Header, { timeZone }: FeedMapping): string | undefined => {
  const [recorded, sent] = [message.text1('EVN', 2), sentAt].map((text) => parseLondonLocal(text, { timeZone }));
  return recorded?.ok ? recorded.instant : sent?.ok ? sent.instant : undefined;
};

/** A type of the standard is three letters; what else stands there is content, and content is not said back. */
const nameOf = (type: string): string => (/^[A-Z]{3}$/.test(type) ? `${type} messages` : 'Messages of this type');

const refused = (envelope: Envelope, fault: Fault): Understood => ({ kind: 'refused', envelope, fault });

/** api.md: production takes processing id P; otherwise P and T. A feed's mapping may say otherwise. */
const rejectionOf = (header: Hl7Header, mapping: FeedMapping, production: boolean): Omit<Fault, 'code'> | undefined => {
  if (header.controlId === '')
    return {
      field: 'MSH-10',
      reason: 'The message has no control id (MSH-10), so it could not be recognised when it comes again.',
    };
  if (header.controlId.length > 200)
    return { field: 'MSH-10', reason: 'The control id (MSH-10) is longer than 200 characters.' };
  if (header.type === '') return { field: 'MSH-9', reason: 'The message does not say what kind it is (MSH-9).' };
  if (header.feed.length > 200)
    return { field: 'MSH-3', reason: 'The sender (MSH-3 and MSH-4) is longer than 200 characters.' };
  const taken = mapping.processingIds ?? (production ? ['P'] : ['P', 'T']);
  if (taken.includes(header.processingId)) return undefined;
  return {
    field: 'MSH-11',
    reason: `The processing id (MSH-11) is not one that is taken here (${taken.join(', ')}).`,
  };
};

const understandStay = (
  envelope: Envelope,
  fields: Fields,
  handling: Extract<Handling, { as: 'stay' }>,
  question: IdentityQuestion,
  { outwardTable }: ReadingContext,
): Understood => {
  const { message, header } = fields;
  const patientClass = message.text1('PV1', 2).toUpperCase();
  if (patientClass === '' && handling.action !== 'become-outpatient')
    return refused(envelope, {
      code: 'class-missing',
      field: 'PV1-2',
      reason: 'PV1-2 is empty: the message does not say whether this is an inpatient.',
    });
  // The class an A07 names is the one after the stay.
  if (patientClass !== 'I' && handling.action !== 'become-outpatient') return noInpatient(envelope, patientClass);

  const visit = visitOf(message, header, question.mapping);
  if (!visit)
    return refused(envelope, {
      code: 'visit-missing',
      field: 'PV1-19',
      reason: 'PV1-19 is empty: the message does not name the visit.',
    });
  if (envelope.hospital === null) return refused(envelope, noHospital);
  const identity = readIdentity(question);
  if (!identity.ok) return refused(envelope, identity.fault);
  const news = readStay(fields, handling.action, { mapping: question.mapping, outwardTable });
  const details = readDetails(fields, identity.identity);
  const [fault] = fields.faults;
  if (fault) return refused(envelope, fault);
  return { kind: 'stay', envelope, visit, identity: identity.identity, news, details };
};
