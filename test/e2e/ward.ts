import { makeTestNumber } from '#libs/nhs/nhs-number.js';

/** `20261103101500+0000` from an instant. */
export const hl7Time = (instant: string): string => `${instant.slice(0, 19).replaceAll(/[-:T]/g, '')}+0000`;

export interface WardPerson {
  readonly nhsNumber: string;
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly visit: string;
}

export const wardPerson = (sequence: number, birthDate = '1940-02-15'): WardPerson => ({
  nhsNumber: makeTestNumber(sequence),
  family: `TESTPATIENT${String(sequence)}`,
  given: 'ADA',
  birthDate,
  visit: `S${String(sequence).padStart(5, '0')}`,
});

export interface Adt {
  readonly event: string;
  readonly controlId: string;
  readonly at: string;
  readonly recordedAt?: string;
  readonly hospital?: string;
  readonly location?: string;
  readonly admittedAt?: string;
  readonly dischargedAt?: string;
  readonly method?: string;
  readonly destination?: string;
  readonly fit?: 'Y' | 'N';
  readonly readyDate?: string;
  readonly expected?: string;
}

const segment = (name: string, fields: Readonly<Record<number, string | undefined>>): string => {
  const last = Math.max(...Object.keys(fields).map(Number));
  return [name, ...Array.from({ length: last }, (_, index) => fields[index + 1] ?? '')].join('|');
};

/** An HL7 v2.4 ADT message as HL7 UK A.3 has it. */
export const adt = (person: WardPerson, said: Adt): string => {
  const hospital = said.hospital ?? 'RAL';
  const recorded = hl7Time(said.recordedAt ?? said.at);
  return [
    `MSH|^~\\&|PAS|${hospital}|HOMEWARD|BARNET|${recorded}||ADT^${said.event}|${said.controlId}|P|2.4`,
    segment('EVN', { 2: recorded, 6: hl7Time(said.at) }),
    segment('PID', {
      1: '1',
      3: `${person.nhsNumber}^^^NHS^NH~B${person.visit}^^^${hospital}^MR`,
      5: `${person.family}^${person.given}`,
      7: person.birthDate.replaceAll('-', ''),
      8: 'F',
      11: '1 TEST ROAD^^LONDON^^N12 0AA',
      32: 'NSTS01',
    }),
    segment('PV1', {
      1: '1',
      2: 'I',
      3: `${said.location ?? 'LARCH^1^A'}^${hospital}`,
      4: '21',
      10: '300',
      14: '19',
      19: `${person.visit}^^^${hospital}`,
      36: said.method,
      37: said.destination,
      44: said.admittedAt && hl7Time(said.admittedAt),
      45: said.dischargedAt && hl7Time(said.dischargedAt),
    }),
    ...(said.expected ? [segment('PV2', { 9: said.expected.replaceAll('-', '') })] : []),
    ...(said.fit || said.readyDate ? [segment('ZU1', { 22: said.fit, 24: said.readyDate?.replaceAll('-', '') })] : []),
  ].join('\r');
};

export const hl7Type = { 'content-type': 'x-application/hl7-v2+er7' };
