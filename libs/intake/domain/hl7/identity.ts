import { isTestNumber, parseNhsNumber } from '#libs/nhs/nhs-number.js';
import type { Identifier } from '#libs/people/port.js';
import type { FeedMapping } from '../feed-mapping.js';
import type { FaultCode } from '../fault-words.js';
import type { Fault, Identity } from '../understood.js';
import type { Hl7Message } from './reader.js';

export type ReadIdentity =
  { readonly ok: true; readonly identity: Identity } | { readonly ok: false; readonly fault: Fault };

interface Entry {
  readonly value: string;
  readonly authority: string;
  readonly type: string;
}

const entriesOf = (message: Hl7Message, segment: string, field: number, nth: number): readonly Entry[] =>
  message.repetitions(segment, field, nth).flatMap((repetition) => {
    const value = message.component(repetition, 1);
    if (typeof value !== 'string') return [];
    return [{ value, authority: message.component(repetition, 4) ?? '', type: message.component(repetition, 5) ?? '' }];
  });

const isOneOf = (entry: Entry, matches: FeedMapping['nhsNumber']): boolean =>
  matches.some(
    ({ authority, type }) =>
      (authority === undefined || authority === entry.authority) && (type === undefined || type === entry.type),
  );

/** An identifier of PID-3 without its value. */
export interface SeenIdentifier {
  readonly type: string;
  readonly authority: string;
  readonly is: 'nhs-number' | 'local' | 'left-out';
  /** Of an NHS number: its check digit holds. */
  readonly valid: boolean;
}

/** Which identifiers a message holds, and what each is taken for; never the identifier. */
export const identifiersSeen = (
  message: Hl7Message,
  mapping: FeedMapping,
  facility: string,
): readonly SeenIdentifier[] =>
  entriesOf(message, 'PID', 3, 0).map((entry) => {
    const { type, authority } = entry;
    if (isOneOf(entry, mapping.identifiers.leaveOut)) return { type, authority, is: 'left-out', valid: true };
    if (isOneOf(entry, mapping.nhsNumber))
      return { type, authority, is: 'nhs-number', valid: parseNhsNumber(entry.value).ok };
    return { type, authority: authority || (mapping.identifiers.localAuthority ?? facility), is: 'local', valid: true };
  });

/** NHS number status: the first `NSTSnn` of PID-32 (domain.md §6.1). */
const statusOf = (message: Hl7Message, nth: number): string | undefined =>
  message
    .repetitions('PID', 32, nth)
    .map((repetition) => /^NSTS(\d{2})$/.exec(message.component(repetition, 1) ?? '')?.[1])
    .find((status) => status !== undefined);

export interface IdentityQuestion {
  readonly message: Hl7Message;
  readonly mapping: FeedMapping;
  /** MSH-4: the authority of a local id that names none, unless the mapping has another. */
  readonly facility: string;
  readonly production: boolean;
}

/**
 * Who the message is about (domain.md §§6.1, 7.1, 7.2): the NHS number only if its check digit holds and its status allows; every other id by authority, type and value.
 * With PID-31 = Y by exact identifier only.
 * `field`: PID-3, or MRG-1 for who is merged away.
 */
export const readIdentity = (
  { message, mapping, facility, production }: IdentityQuestion,
  { segment = 'PID', field = 3, nth = 0 }: { segment?: string; field?: number; nth?: number } = {},
): ReadIdentity => {
  const entries = entriesOf(message, segment, field, nth).filter(
    (entry) => !isOneOf(entry, mapping.identifiers.leaveOut),
  );
  const authorityWhenBlank = mapping.identifiers.localAuthority ?? facility;
  const numbers = new Set<string>();
  let wrongNumber = false;
  const locals: Identifier[] = [];
  for (const entry of entries) {
    if (!isOneOf(entry, mapping.nhsNumber)) {
      locals.push({
        kind: 'local',
        authority: entry.authority || authorityWhenBlank,
        type: entry.type,
        value: entry.value,
      });
      continue;
    }
    const parsed = parseNhsNumber(entry.value);
    if (parsed.ok) numbers.add(parsed.value);
    else wrongNumber = true;
  }
  const name = `${segment}-${String(field)}`;
  const fault = (code: FaultCode, reason: string): ReadIdentity => ({
    ok: false,
    fault: { code, field: name, reason },
  });
  if (numbers.size > 1)
    return fault('two-nhs-numbers', `${name} holds two NHS numbers. A person must settle whose record this is.`);
  const [number] = numbers;
  if (number !== undefined && production && isTestNumber(number))
    return fault(
      'test-person',
      `${name} holds a test NHS number (it begins with 9). The live service does not take test people.`,
    );
  const status = statusOf(message, nth);
  const verified =
    number !== undefined &&
    (status === undefined ? mapping.withoutStatusIsVerified : mapping.verifiedStatuses.includes(status));
  const identifiers: Identifier[] = verified
    ? [{ kind: 'nhs-number', value: number, verified: true }, ...locals]
    : locals;
  const sure = verified ? 'verified' : number !== undefined || wrongNumber ? 'unverified' : 'none';
  // Of somebody unknown each identifier may be right or not: that two stand together says nothing, and only the first is gone by.
  return segment === 'PID' && message.text1('PID', 31, 1, nth).toUpperCase() === 'Y'
    ? { ok: true, identity: { identifiers: identifiers.slice(0, 1), number: sure, unknown: true } }
    : { ok: true, identity: { identifiers, number: sure } };
};
