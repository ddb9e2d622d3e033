import { completedYears } from '#libs/nhs/civil-date.js';
import { boroughOf, outwardOf, type OutwardTable } from '#libs/nhs/postcode.js';
import { translated, type FeedMapping } from '../feed-mapping.js';
import type { StayAction } from '../stay-fact.js';
import type { StayNews } from '../understood.js';
import { readDischargeCodes } from './discharge-codes.js';
import { dateOf, nameAt, type Fields } from './fields.js';
import { readLocation } from './location.js';
import type { Hl7Message, Said } from './reader.js';

/** Leaves out the fields that say nothing, so that a fact holds only what its message said, and those that are not to be taken. */
const said = <T extends object>(
  fields: T,
  untaken: readonly string[] = [],
): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(
    Object.entries(fields).filter(([field, value]) => value !== undefined && !untaken.includes(field)),
  ) as { [K in keyof T]?: Exclude<T[K], undefined> };

/** The criteria to reside by the values of the feed's mapping; by the standard medically fit (ZU1-22) turned round. */
const meetsOf = (fields: Fields, { at, met, notMet }: FeedMapping['criteriaToReside']): boolean | null | undefined => {
  const value = fields.textAt(at);
  if (typeof value !== 'string') return value;
  const isOneOf = (values: readonly string[]): boolean =>
    values.some((one) => one.toUpperCase() === value.toUpperCase());
  if (isOneOf(notMet)) return false;
  if (isOneOf(met)) return true;
  const known = [...notMet, ...met];
  const [one, other] = known;
  fields.faultAt(
    nameAt(at),
    known.length === 2 ? `is neither ${String(one)} nor ${String(other)}` : `is none of ${known.join(', ')}`,
  );
  return undefined;
};

const translatedSaid = (codes: Readonly<Record<string, string>>, said: Said): Said =>
  typeof said === 'string' ? translated(codes, said) : said;

/** Event time (api.md): EVN-6 (not of a cancel), else what the type says, else EVN-2, else MSH-7. */
const eventTimeOf = (
  action: StayAction,
  times: { occurred: Said; recorded: string; admittedAt: Said; dischargedAt: Said },
): string => {
  if (!action.startsWith('cancel-') && typeof times.occurred === 'string') return times.occurred;
  if (action === 'admit' && typeof times.admittedAt === 'string') return times.admittedAt;
  if ((action === 'discharge' || action === 'become-outpatient') && typeof times.dischargedAt === 'string')
    return times.dischargedAt;
  return times.recorded;
};

const noPlace = ['place'] as const;
/**
 * What a message of its kind does not say of the stay. The place of a clinic (A07) is none of its places. A planned stay (A05, A38) is in no bed,
 * and its times are plans. A merge of visits takes places from the visit given up and nowhere else (api.md), and no demographics (domain.md §6.1, A40).
 */
const unsaid: Partial<Record<StayAction, readonly (keyof StayNews)[]>> = {
  'become-outpatient': noPlace,
  plan: [...noPlace, 'admittedAt', 'dischargedAt', 'destinationCode', 'dischargeMethodCode'],
  'cancel-plan': [...noPlace, 'admittedAt', 'dischargedAt', 'destinationCode', 'dischargeMethodCode'],
  merge: [...noPlace, 'age', 'sex', 'homeAuthority', 'dead', 'deathAt', 'identityUnknown'],
};

/** Completed years on the day of admission, else of the event: the nearest to a birth date that is kept (architecture.md §7). */
const ageOf = (fields: Fields, at: string): { years: number; on: string } | null | undefined => {
  const birthDate = fields.birthDate();
  if (typeof birthDate !== 'string') return birthDate;
  // Without a time the message is not taken at all.
  if (at === '') return undefined;
  const on = dateOf(at);
  if (birthDate <= on) return { years: completedYears(birthDate, on), on };
  fields.fault('PID', 7, 'is later than the event', 'wrong-date');
  return undefined;
};

const boroughSaid = (message: Hl7Message, table: OutwardTable): Said => {
  const postcode = message.said('PID', 11, 5);
  return typeof postcode === 'string' ? boroughOf(outwardOf(postcode), table) : postcode;
};

/** Everything a class-I message says of its stay. What cannot be read stands in `fields.faults`. */
export const readStay = (
  fields: Fields,
  action: StayAction,
  { mapping, outwardTable }: { mapping: FeedMapping; outwardTable: OutwardTable },
): StayNews => {
  const { message, header } = fields;
  const { codes } = mapping;
  const recorded = recordedOf(fields);
  const admittedAt = fields.instant('PV1', 44);
  const dischargedAt = fields.instant('PV1', 45);
  const eventTime = eventTimeOf(action, { occurred: fields.instant('EVN', 6), recorded, admittedAt, dischargedAt });
  const indicator = fields.yesNo('PID', 30);
  const unknown = fields.yesNo('PID', 31);
  const { place, hospital } = readLocation(fields, mapping);
  const expectedDate = fields.date('PV2', 9);
  if (action === 'expect' && typeof expectedDate !== 'string' && fields.faults.length === 0)
    fields.fault('PV2', 9, 'is empty, but a pending discharge (A16) must give the expected date', 'date-missing');
  const news = {
    place,
    hospital,
    admittedAt,
    dischargedAt,
    admissionMethodCode: translatedSaid(codes.admissionMethod, fields.text('PV1', 4)),
    sourceCode: translatedSaid(codes.source, fields.text('PV1', 14)),
    specialty: translatedSaid(codes.specialty, fields.text('PV1', 10)),
    ...readDischargeCodes(fields, mapping),
    expectedDate: action === 'cancel-expected' ? undefined : expectedDate,
    meets: meetsOf(fields, mapping.criteriaToReside),
    readyDate: fields.dateAt(mapping.readyDate),
    age: ageOf(fields, typeof admittedAt === 'string' ? admittedAt : eventTime),
    sex: fields.text('PID', 8),
    homeAuthority: boroughSaid(message, outwardTable),
    dead: indicator === null ? false : indicator,
    deathAt: fields.instant('PID', 29),
    identityUnknown: unknown === null ? false : unknown,
    flags: fields.flags.size > 0 ? [...fields.flags] : undefined,
  };
  const says = said(news, unsaid[action]);
  const sender = translated(codes.hospital, header.facility);
  return { action, eventTime, recorded, controlId: header.controlId, sender, ...says };
};

/** The sender's recorded time: EVN-2, else MSH-7. */
export const recordedOf = (fields: Fields): string => {
  const recorded = fields.instant('EVN', 2) ?? fields.instant('MSH', 7);
  if (typeof recorded === 'string') return recorded;
  if (fields.faults.length === 0)
    fields.fault('MSH', 7, 'is empty, and so is EVN-2: the message does not say when it was recorded', 'date-missing');
  // Never used: a message with a fault is not taken.
  return '';
};
