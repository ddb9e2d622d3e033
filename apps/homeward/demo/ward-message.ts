import type { Resident } from './resident.js';

export interface Bed {
  readonly ward: string;
  readonly room: string;
  readonly bed: string;
}

export interface Visit {
  readonly hospital: string;
  readonly number: string;
  readonly bed: Bed;
  readonly admittedAt: string;
  readonly admissionMethod: string;
  readonly specialty: string;
}

export interface Said {
  readonly event: 'A01' | 'A02' | 'A03' | 'A08' | 'A13';
  readonly controlId: string;
  /** When it was true, and when the ward wrote it down. */
  readonly at: string;
  readonly recordedAt: string;
  readonly dischargedAt?: string;
  readonly destination?: string;
  readonly method?: string;
  /** Where the person is now, when not in the bed of the visit. */
  readonly bed?: Bed;
  readonly expectedDischarge?: string;
  /** ZU1-22: medically fit, that is, no longer meeting the criteria to reside. */
  readonly fit?: boolean;
  /** ZU1-24: ready for discharge since. */
  readonly readyDate?: string;
}

/** HL7 time with its offset, so that no summer hour is in doubt. */
const hl7Time = (instant: string): string => `${instant.slice(0, 19).replaceAll(/[-:T]/g, '')}+0000`;
const hl7Date = (date: string): string => date.replaceAll('-', '');

const segment = (name: string, fields: Readonly<Record<number, string>>): string => {
  const last = Math.max(...Object.keys(fields).map(Number));
  return [name, ...Array.from({ length: last }, (_, index) => fields[index + 1] ?? '')].join('|');
};

/** One HL7 v2.4 ADT message as a patient administration system writes it (HL7 UK A.3, domain.md §6.1). */
export const wardMessage = (resident: Resident, visit: Visit, said: Said): string => {
  const { hospital } = visit;
  const bed = said.bed ?? visit.bed;
  const segments = [
    `MSH|^~\\&|PAS|${hospital}|HOMEWARD|BARNET|${hl7Time(said.recordedAt)}||ADT^${said.event}|${said.controlId}|T|2.4`,
    segment('EVN', { 2: hl7Time(said.recordedAt), 6: hl7Time(said.at) }),
    segment('PID', {
      1: '1',
      3: `${resident.nhsNumber}^^^NHS^NH~${resident.hospitalNumber}^^^${hospital}^MR`,
      5: `${resident.familyName}^${resident.givenNames}`,
      7: hl7Date(resident.birthDate),
      8: resident.sex,
      11: `${resident.street}^^LONDON^^${resident.postcode}`,
      32: 'NSTS01',
    }),
    segment('PV1', {
      1: '1',
      2: 'I',
      3: `${bed.ward}^${bed.room}^${bed.bed}^${hospital}`,
      4: visit.admissionMethod,
      10: visit.specialty,
      14: '19',
      19: `${visit.number}^^^${hospital}`,
      ...(said.method === undefined ? {} : { 36: said.method }),
      ...(said.destination === undefined ? {} : { 37: said.destination }),
      44: hl7Time(visit.admittedAt),
      ...(said.dischargedAt === undefined ? {} : { 45: hl7Time(said.dischargedAt) }),
    }),
    ...(said.expectedDischarge === undefined ? [] : [segment('PV2', { 9: hl7Date(said.expectedDischarge) })]),
    ...(said.fit === undefined
      ? []
      : [
          segment('ZU1', {
            22: said.fit ? 'Y' : 'N',
            ...(said.readyDate === undefined ? {} : { 24: hl7Date(said.readyDate) }),
          }),
        ]),
  ];
  return segments.join('\r');
};
