import { createHash } from 'node:crypto';
import { extensions, systems } from '../domain/fhir/urls.js';
import { understandEncounter } from '../domain/fhir/understand-encounter.js';
import type { Delivery, FhirContext, Heard } from '../domain/fhir/statement.js';
import { lookUpIn, type Raw } from '../domain/fhir/surroundings.js';
import type { StayFact } from '../domain/stay-fact.js';
import { developmentContext } from './adt.js';

export type Json = Readonly<Record<string, unknown>>;

/** A Location within the Encounter: `LARCH`, or `LARCH/1/A` for a bed in a room of it. */
export interface At {
  readonly place: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: string;
}

/** What tests say of an Encounter; everything has a value that will do. */
export interface Told {
  readonly id?: string;
  readonly status?: string;
  /** Encounter.class. */
  readonly class?: string;
  /** Meta.lastUpdated; null = none. */
  readonly recorded?: string | null;
  readonly version?: string;
  readonly source?: string;
  readonly visit?: string;
  readonly start?: string;
  readonly end?: string;
  readonly at?: readonly At[];
  readonly history?: readonly { readonly status: string; readonly from: string; readonly to?: string }[];
  readonly destination?: string;
  readonly dischargeMethod?: string;
  readonly admissionMethod?: string;
  readonly admitSource?: string;
  readonly criteria?: Json;
  readonly expected?: string;
  readonly patient?: Json;
  /** Anything of an Encounter. */
  readonly more?: Json;
}

const ods = (code: string): Json => ({ identifier: { system: systems.odsOrganisation, value: code } });
const concept = (system: string, code: string): Json => ({ coding: [{ system, code }] });
const physical = (code: string): Json => concept(systems.physicalType, code);

export const wardNumber = (value: string, type: string): Json => ({
  type: concept(systems.identifierType, type),
  value,
  assigner: ods('RAL'),
});

/** The Patient of HL7's test person (`adt.ts`). */
export const patient = (more: Json = {}): Json => ({
  resourceType: 'Patient',
  identifier: [
    {
      system: systems.nhsNumber,
      value: '9990000018',
      extension: [{ url: extensions.nhsNumberStatus, valueCodeableConcept: { coding: [{ code: '01' }] } }],
    },
    wardNumber('B123456', 'MR'),
  ],
  name: [{ use: 'official', family: 'TESTPATIENT', given: ['ADA'] }],
  gender: 'female',
  birthDate: '1940-02-15',
  address: [{ use: 'home', line: ['1 TEST ROAD'], city: 'LONDON', postalCode: 'N12 0AA' }],
  ...more,
});

/** The ward, room and bed as Locations contained in the Encounter, each part of the one before. */
const contained = (places: readonly string[]): Json[] =>
  [...new Set(places)].flatMap((place) =>
    place.split('/').map((name, depth, names) => ({
      resourceType: 'Location',
      id: idOf(names.slice(0, depth + 1)),
      name,
      physicalType: physical(names.length === 2 && depth === 1 ? 'bd' : (['wa', 'ro', 'bd'][depth] ?? 'bd')),
      ...(depth === 0 ? {} : { partOf: { reference: `#${idOf(names.slice(0, depth))}` } }),
    })),
  );
const idOf = (names: readonly string[]): string => names.join('-').replace(/[^A-Za-z0-9-]/g, '');

const part = (url: string, value: unknown): Json[] => {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => part(url, one));
  const kind =
    typeof value === 'boolean'
      ? 'valueBoolean'
      : url === 'codes'
        ? 'valueCode'
        : url === 'dischargeReadyDate'
          ? 'valueDate'
          : url === 'assessedAt'
            ? 'valueDateTime'
            : 'valueString';
  return [{ url, [kind]: value }];
};

export const criteriaExtension = (criteria: Json): Json => ({
  url: extensions.criteriaToReside,
  extension: Object.entries(criteria).flatMap(([url, value]) => part(url, value)),
});

/** A UK Core Encounter of the test person's stay S0001 at RAL, with what it refers to contained in it. */
export const encounter = (told: Told = {}): Json => {
  const { at = [{ place: 'LARCH/1/A', from: '2026-11-03T09:00:00Z' }], recorded = '2026-11-03T09:05:00Z' } = told;
  const hospitalization = [
    ...(told.admissionMethod === undefined
      ? []
      : [
          {
            url: extensions.admissionMethod,
            valueCodeableConcept: concept(systems.admissionMethod, told.admissionMethod),
          },
        ]),
    ...(told.criteria === undefined ? [] : [criteriaExtension(told.criteria)]),
    ...(told.expected === undefined ? [] : [{ url: extensions.expectedDischargeDate, valueDate: told.expected }]),
  ];
  return {
    resourceType: 'Encounter',
    id: told.id ?? 'enc-1',
    meta: {
      ...(recorded === null ? {} : { lastUpdated: recorded }),
      ...(told.version === undefined ? {} : { versionId: told.version }),
      ...(told.source === undefined ? {} : { source: told.source }),
    },
    contained: [{ id: 'p', ...(told.patient ?? patient()) }, ...contained(at.map(({ place }) => place))],
    ...(told.dischargeMethod === undefined
      ? {}
      : {
          extension: [
            {
              url: extensions.dischargeMethod,
              valueCodeableConcept: concept(systems.dischargeMethod, told.dischargeMethod),
            },
          ],
        }),
    identifier: [wardNumber(told.visit ?? 'S0001', 'VN')],
    status: told.status ?? 'in-progress',
    ...(told.history === undefined
      ? {}
      : {
          statusHistory: told.history.map(({ status, from, to }) => ({
            status,
            period: { start: from, ...(to === undefined ? {} : { end: to }) },
          })),
        }),
    class: { system: systems.actCode, code: told.class ?? 'IMP' },
    subject: { reference: '#p' },
    period: { start: told.start ?? '2026-11-03T09:00:00Z', ...(told.end === undefined ? {} : { end: told.end }) },
    hospitalization: {
      extension: hospitalization,
      ...(told.admitSource === undefined ? {} : { admitSource: concept(systems.sourceOfAdmission, told.admitSource) }),
      ...(told.destination === undefined
        ? {}
        : { dischargeDisposition: concept(systems.dischargeDestination, told.destination) }),
    },
    location: at.map(({ place, from, to, status }) => ({
      location: { reference: `#${idOf(place.split('/'))}` },
      ...(status === undefined ? {} : { status }),
      ...(from === undefined && to === undefined
        ? {}
        : { period: { ...(from === undefined ? {} : { start: from }), ...(to === undefined ? {} : { end: to }) } }),
    })),
    serviceProvider: ods('RAL'),
    ...told.more,
  };
};

export const fhirContext: FhirContext = {
  ...developmentContext,
  sender: 'feed-account',
  nameOf: (...parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32),
};

/** What is made of one Encounter, sent alone or with others. */
export const heard = (
  value: unknown,
  others: readonly Raw[] = [],
  context = fhirContext,
  delivery: Delivery = {},
): Heard => understandEncounter({ value, path: 'Encounter', nth: 0, lookUp: lookUpIn(others), delivery }, context);

/** The fact an Encounter becomes, as the append path makes it but without a database. */
export const factOfEncounter = (told: Told, personId = 'person-1'): StayFact => {
  const { understood, issues } = heard(encounter(told));
  if (understood.kind !== 'stay') throw new Error(`not taken: ${understood.kind} ${JSON.stringify(issues)}`);
  const { identity, news, envelope } = understood;
  return {
    ...news,
    eventId: `event-${envelope.controlId}`,
    person: {
      id: personId,
      by: identity.identifiers.some(({ kind }) => kind === 'nhs-number') ? 'nhs-number' : 'local',
      number: identity.number,
      identifiers: JSON.stringify(identity.identifiers),
    },
  };
};
