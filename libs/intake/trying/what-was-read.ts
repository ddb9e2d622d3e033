import type { Shape } from '#libs/platform/answers.js';
import type { Place } from '#libs/contracts/intake/stay-events.js';
import { withLondonOffset } from '#libs/nhs/civil-date.js';
import type { OpenedHl7 } from '../domain/hl7/understand.js';
import { identifiersSeen, type SeenIdentifier } from '../domain/hl7/identity.js';
import type { StayNews, Understood } from '../domain/understood.js';

/** What was read of a message: nothing of who the person is, no identifier and no free text. */
export interface WhatWasRead {
  readonly kind: string;
  readonly hospital: string | null;
  readonly identifiers: readonly SeenIdentifier[];
  /** Whether the NHS number counts. */
  readonly nhsNumber: 'verified' | 'unverified' | 'none' | null;
  /** Whose the visit number is; of a merge the visit that stays. */
  readonly visitAuthority: string | null;
  readonly place: Place | null;
  /** As the clock in London showed them. */
  readonly times: Readonly<Record<string, string | null>>;
  /** Codes and dates the message sets; null where it clears one. */
  readonly says: Readonly<Record<string, string | boolean | null>>;
}

const nullable = (type: string) => ({ $schema: { type: [type, 'null'] } }) as const;
const free = { $schema: { type: 'object', additionalProperties: true } } as const;

export const whatWasReadShape: Shape = {
  kind: 'string',
  hospital: 'string?',
  identifiers: [{ type: 'string', authority: 'string', is: 'string', valid: 'boolean' }],
  nhsNumber: 'string?',
  visitAuthority: 'string?',
  place: nullable('object'),
  times: free,
  says: free,
};

/** A number in the place of a type or an authority may be somebody's. */
const withoutNumbers = (text: string): string => (/\d{5,}/.test(text) ? '(a number)' : text.slice(0, 100));

const timeFields = ['eventTime', 'recorded', 'admittedAt', 'dischargedAt'] as const;
const saidFields = [
  'admissionMethodCode',
  'sourceCode',
  'specialty',
  'destinationCode',
  'dischargeMethodCode',
  'expectedDate',
  'readyDate',
  'meets',
] as const;

const timesOf = (news: StayNews): WhatWasRead['times'] =>
  Object.fromEntries(
    timeFields.flatMap((field) => {
      const value = news[field];
      return value === undefined ? [] : [[field, value === null ? null : withLondonOffset(value)]];
    }),
  );

const saysOf = (news: StayNews): WhatWasRead['says'] =>
  Object.fromEntries(
    saidFields.flatMap((field) => {
      const value = news[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );

/** `opened`: the message itself, where it is HL7 v2. */
export const whatWasRead = (understood: Understood, opened: OpenedHl7 | undefined): WhatWasRead | null => {
  if (understood.kind === 'rejected') return null;
  const { envelope } = understood;
  const [merge] = understood.kind === 'visits' ? understood.merges : [];
  const news = understood.kind === 'stay' ? understood.news : merge?.news;
  const identity = understood.kind === 'stay' ? understood.identity : merge?.identity;
  const visit = understood.kind === 'stay' ? understood.visit : merge?.survivor;
  const identifiers = opened ? identifiersSeen(opened.message, opened.mapping, opened.header.facility) : [];
  return {
    kind: envelope.kind.slice(0, 100),
    hospital: envelope.hospital,
    identifiers: identifiers.map(({ type, authority, ...more }) => ({
      type: withoutNumbers(type),
      authority: withoutNumbers(authority),
      ...more,
    })),
    nhsNumber: identity?.number ?? null,
    visitAuthority: visit ? withoutNumbers(visit.authority) : null,
    place: news?.place ?? null,
    times: news
      ? timesOf(news)
      : understood.kind === 'person'
        ? { recorded: withLondonOffset(understood.recorded) }
        : {},
    says: news ? saysOf(news) : {},
  };
};
