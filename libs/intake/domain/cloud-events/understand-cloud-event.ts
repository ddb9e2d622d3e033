import { Ajv, type ValidateFunction } from 'ajv';
import {
  CloudEvent,
  wardEventNames,
  wardEventType,
  wardEventData,
  type WardEvent,
  type WardEventName,
  type WardPerson,
} from '#libs/contracts/intake/ward-events.js';
import { isCivilDate, normaliseInstant } from '#libs/nhs/civil-date.js';
import { isDischargeDestination, isDischargeMethod } from '#libs/nhs/codes.js';
import { isTestNumber, parseNhsNumber } from '#libs/nhs/nhs-number.js';
import type { Details } from '#libs/people/port.js';
import type { FaultCode } from '../fault-words.js';
import { mappingOf } from '../feed-mapping.js';
import type { ReadingContext } from '../hl7/understand.js';
import { sorted } from '../sorted.js';
import type { Envelope, Fault, Identity, Understood } from '../understood.js';
import { newsOfEvent } from './news-of-event.js';
import { readableEvent } from './readable-event.js';

const ajv = new Ajv({ allErrors: false, strict: false });
ajv.addFormat('date-time', (text: string) => normaliseInstant(text) !== null);
ajv.addFormat('date', isCivilDate);

const isCloudEvent = ajv.compile<CloudEvent>(CloudEvent);
const checks = new Map(
  wardEventNames.map((name) => [wardEventType(name), { name, check: ajv.compile(wardEventData[name]) }] as const),
);

/** `check` is the one of this name. */
const isWardEvent = (
  event: { readonly name: WardEventName; readonly data: unknown },
  check: ValidateFunction,
): event is WardEvent => check(event.data);

/** One of our own ward events, as CloudEvents 1.0 JSON, to what it means here (api.md, "Our own ward events"). */
export const understandCloudEvent = (sent: unknown, context: ReadingContext): Understood => {
  const readable = readableEvent(sent);
  if (!readable.ok) return { kind: 'rejected', reason: readable.reason };
  const { value } = readable;
  if (!isCloudEvent(value))
    return { kind: 'rejected', reason: `This is not a CloudEvent 1.0: ${faultOf(isCloudEvent, '')}.` };
  const known = checks.get(value.type);
  const envelope: Envelope = {
    feed: value.source,
    controlId: value.id,
    kind: value.type,
    content: contentOf(value),
    hospital: hospitalOf(value.data),
    visit: value.subject === undefined ? undefined : { authority: value.source, number: value.subject },
    recordedAt: normaliseInstant(value.recordedtime ?? value.time ?? '') ?? undefined,
  };
  if (!known) return { kind: 'ignored', envelope, reason: 'This type of event is not a ward event of ours.' };
  const refused = (field: string, reason: string, code: FaultCode = 'not-as-agreed'): Understood => ({
    kind: 'refused',
    envelope,
    fault: { code, field, reason },
  });
  if (value.subject === undefined)
    return refused('subject', 'The event has no subject: it does not name the visit.', 'visit-missing');
  const event = { name: known.name, data: value.data };
  if (!isWardEvent(event, known.check))
    return refused('data', `The data is not that of this type: ${faultOf(known.check, 'data')}.`);

  const { says, at } = newsOfEvent(event, context.outwardTable);
  const time = value.time === undefined ? at : normaliseInstant(value.time);
  const recorded = value.recordedtime === undefined ? time : normaliseInstant(value.recordedtime);
  if (time === null || recorded === null) return refused('time', 'The event has no time.', 'date-missing');
  const fault = codeFault(event);
  if (fault) return { kind: 'refused', envelope, fault };
  const person = event.name === 'admitted' ? event.data.person : {};
  const identity = identityOf(person, envelope.feed, context);
  if ('reason' in identity) return { kind: 'refused', envelope, fault: identity };
  return {
    kind: 'stay',
    envelope,
    visit: { authority: value.source, number: value.subject },
    identity,
    news: { ...says, eventTime: time, recorded, controlId: value.id, sender: '' },
    details: detailsOf(person, identity),
  };
};

const codeFault = (event: WardEvent): Fault | undefined => {
  if (event.name === 'admitted') {
    const { birthDate } = event.data.person;
    return typeof birthDate === 'string' && birthDate > event.data.admittedAt.slice(0, 10)
      ? {
          code: 'wrong-date',
          field: 'data.person.birthDate',
          reason: 'The birth date is later than the admission.',
        }
      : undefined;
  }
  if (event.name !== 'discharged') return undefined;
  if (!isDischargeDestination(event.data.destinationCode))
    return {
      code: 'unknown-code',
      field: 'data.destinationCode',
      reason: 'The destination is not a code of the national list of discharge destinations.',
    };
  return isDischargeMethod(event.data.methodCode)
    ? undefined
    : {
        code: 'unknown-code',
        field: 'data.methodCode',
        reason: 'The method is not a code of the national list of discharge methods.',
      };
};

const identityOf = (person: WardPerson, feed: string, context: ReadingContext): Identity | Fault => {
  const locals = (person.localIds ?? []).map((id) => ({ kind: 'local', ...id }) as const);
  if (typeof person.nhsNumber !== 'string') return { identifiers: locals, number: 'none' };
  const parsed = parseNhsNumber(person.nhsNumber);
  if (!parsed.ok) return { identifiers: locals, number: 'unverified' };
  if (context.production && isTestNumber(parsed.value))
    return {
      code: 'test-person',
      field: 'data.person.nhsNumber',
      reason: 'The NHS number is a test number (it begins with 9). The live service does not take test people.',
    };
  // Our own events have no status: as for a feed that sends none.
  return mappingOf(feed, context.mappings).withoutStatusIsVerified
    ? { identifiers: [{ kind: 'nhs-number', value: parsed.value, verified: true }, ...locals], number: 'verified' }
    : { identifiers: locals, number: 'unverified' };
};

const detailsOf = (person: WardPerson, identity: Identity): Details => {
  const number = identity.identifiers.find(({ kind }) => kind === 'nhs-number');
  const { familyName, givenNames, birthDate, sex, postcode } = person;
  return Object.fromEntries(
    Object.entries({ nhsNumber: number?.value, familyName, givenNames, birthDate, sex, postcode }).filter(
      ([, value]) => typeof value === 'string',
    ),
  );
};

/** Whose patient it is about, where the data says so. */
const hospitalOf = (data: unknown): string | null =>
  typeof data === 'object' && data !== null && 'hospital' in data && typeof data.hospital === 'string'
    ? data.hospital.slice(0, 200)
    : null;

/** Which field breaks which rule; never the value. */
const faultOf = (check: ValidateFunction, root: string): string => {
  const [error] = check.errors ?? [];
  const path = `${root}${(error?.instancePath ?? '').replaceAll('/', '.')}`.replace(/^\./, '') || 'it';
  return `${path} ${error?.message ?? 'is not as described'}`;
};

/** But for how the data travelled and how an instant was written: an event is the same one in every mode and from every SDK. */
const contentOf = ({ datacontenttype: _travelled, time, recordedtime, ...value }: CloudEvent): string => {
  const written = (text: string | undefined) => (text === undefined ? text : (normaliseInstant(text) ?? text));
  return JSON.stringify(sorted({ ...value, time: written(time), recordedtime: written(recordedtime) }));
};
