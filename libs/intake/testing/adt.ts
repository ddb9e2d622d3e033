import { understandHl7, type ReadingContext } from '../domain/hl7/understand.js';
import type { StayFact } from '../domain/stay-fact.js';
import type { Understood } from '../domain/understood.js';
import { shippedOutwardTable } from '#libs/nhs/postcode.js';

export interface Adt {
  readonly event: string;
  readonly controlId?: string;
  /** EVN-2; HL7 time. */
  readonly recorded?: string;
  /** EVN-6. */
  readonly occurred?: string;
  /** MSH-7. */
  readonly sent?: string;
  readonly sender?: string;
  readonly processingId?: string;
  readonly characterSet?: string;
  readonly patientClass?: string;
  readonly visit?: string;
  readonly pid3?: string;
  readonly name?: string;
  readonly birthDate?: string;
  readonly postcode?: string;
  readonly status?: string;
  /** PV1-3. */
  readonly place?: string;
  readonly pid29?: string;
  readonly pid30?: string;
  /** The hospital does not know who this is. */
  readonly pid31?: string;
  /** PV1-n. */
  readonly pv1?: Readonly<Record<number, string>>;
  readonly pv2?: Readonly<Record<number, string>>;
  readonly zu1?: Readonly<Record<number, string>>;
  readonly extra?: readonly string[];
}

const segment = (name: string, fields: Readonly<Record<number, string | undefined>>): string => {
  const last = Math.max(0, ...Object.keys(fields).map(Number));
  return [name, ...Array.from({ length: last }, (_, i) => fields[i + 1] ?? '')].join('|');
};

let sequence = 0;

/** A UK ADT message about a synthetic person, in the manner of HL7 UK A.3. */
export const adt = (message: Adt): string => {
  sequence += 1;
  const recorded = message.recorded ?? '20261103101500';
  return [
    `MSH|^~\\&|PAS|${message.sender ?? 'RAL'}|HOMEWARD|BARNET|${message.sent ?? recorded}||ADT^${message.event}|${message.controlId ?? `MSG${String(sequence).padStart(6, '0')}`}|${message.processingId ?? 'P'}|2.4|||||${message.characterSet ? `|${message.characterSet}` : ''}`,
    segment('EVN', { 2: recorded, 6: message.occurred }),
    segment('PID', {
      1: '1',
      3: message.pid3 ?? '9990000018^^^NHS^NH~B123456^^^RAL^MR',
      5: message.name ?? 'TESTPATIENT^ADA^^^MRS',
      7: message.birthDate ?? '19400215',
      8: 'F',
      11: `1 TEST ROAD^^LONDON^^${message.postcode ?? 'N12 0AA'}`,
      29: message.pid29,
      30: message.pid30,
      31: message.pid31,
      32: message.status ?? 'NSTS01',
    }),
    segment('PV1', {
      1: '1',
      2: message.patientClass ?? 'I',
      3: message.place,
      19: message.visit ?? 'S0001^^^RAL',
      ...message.pv1,
    }),
    ...(message.pv2 ? [segment('PV2', message.pv2)] : []),
    ...(message.zu1 ? [segment('ZU1', message.zu1)] : []),
    ...(message.extra ?? []),
  ].join('\r');
};

export const developmentContext: ReadingContext = {
  production: false,
  mappings: new Map(),
  outwardTable: shippedOutwardTable,
};

export const understood = (message: Adt | string, context = developmentContext): Understood =>
  understandHl7(Buffer.from(typeof message === 'string' ? message : adt(message), 'utf8'), context);

/** The fact a message becomes, as the append path makes it but without a database. */
export const factOf = (message: Adt | string, personId = 'person-1'): StayFact => {
  const read = understood(message);
  if (read.kind !== 'stay')
    throw new Error(
      `not taken: ${read.kind} ${JSON.stringify('fault' in read ? read.fault : 'reason' in read ? read.reason : '')}`,
    );
  return {
    ...read.news,
    eventId: `event-${read.envelope.controlId}`,
    person: {
      id: personId,
      by: read.identity.identifiers.some(({ kind }) => kind === 'nhs-number') ? 'nhs-number' : 'local',
      number: read.identity.number,
      identifiers: JSON.stringify(read.identity.identifiers),
    },
  };
};

/** Every order of a list. */
export const permutations = <T>(items: readonly T[]): T[][] =>
  items.length <= 1
    ? [[...items]]
    : items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
