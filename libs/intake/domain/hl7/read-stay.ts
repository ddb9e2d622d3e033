import type { Place } from '#libs/contracts/intake/stay-events.js';
import { completedYears } from '#libs/nhs/civil-date.js';
import { boroughOf, outwardOf, type OutwardTable } from '#libs/nhs/postcode.js';
import type { FeedMapping } from '../feed-mapping.js';
import type { StayAction } from '../stay-fact.js';
import type { StayNews } from '../understood.js';
import { readDischargeCodes } from './discharge-codes.js';
import { dateOf, type Fields } from './fields.js';
import type { Hl7Message, Said } from './reader.js';

/** Leaves out the fields that say nothing, so that a fact holds only what its message said, and those that are not to be taken. */
const said = <T extends object>(
  fields: T,
  untaken: readonly string[] = [],
): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(
    Object.entries(fields).filter(([field, value]) => value !== undefined && !untaken.includes(field)),
  ) as { [K in keyof T]?: Exclude<T[K], undefined> };

/** PV1-3 is one field: a bed left out of a named ward is a ward without a bed yet, not "the bed as before". */
const placeOf = (fields: Fields): Place | undefined => {
  const ward = fields.text('PV1', 3, 1);
  if (ward === undefined) return undefined;
  return { ward, room: fields.text('PV1', 3, 2) ?? null, bed: fields.text('PV1', 3, 3) ?? null };
};

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
  fields.fault('PID', 7, 'is later than the event');
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
  const recorded = recordedOf(fields);
  const admittedAt = fields.instant('PV1', 44);
  const dischargedAt = fields.instant('PV1', 45);
  const eventTime = eventTimeOf(action, { occurred: fields.instant('EVN', 6), recorded, admittedAt, dischargedAt });
  const indicator = fields.yesNo('PID', 30);
  const unknown = fields.yesNo('PID', 31);
  const hospital = fields.text('PV1', 3, 4);
  const expectedDate = fields.date('PV2', 9);
  if (action === 'expect' && typeof expectedDate !== 'string' && fields.faults.length === 0)
    fields.fault('PV2', 9, 'is empty, but a pending discharge (A16) must give the expected date');
  const fit = fields.yesNo('ZU1', 22);
  const news = {
    place: placeOf(fields),
    hospital: hospital ?? undefined,
    admittedAt,
    dischargedAt,
    admissionMethodCode: fields.text('PV1', 4),
    sourceCode: fields.text('PV1', 14),
    specialty: fields.text('PV1', 10),
    ...readDischargeCodes(fields, mapping),
    expectedDate: action === 'cancel-expected' ? undefined : expectedDate,
    // Medically fit is not meeting the criteria to reside (metrics.md §1).
    meets: typeof fit === 'boolean' ? !fit : fit,
    readyDate: fields.date('ZU1', 24),
    age: ageOf(fields, typeof admittedAt === 'string' ? admittedAt : eventTime),
    sex: fields.text('PID', 8),
    homeAuthority: boroughSaid(message, outwardTable),
    dead: indicator === null ? false : indicator,
    deathAt: fields.instant('PID', 29),
    identityUnknown: unknown === null ? false : unknown,
    flags: fields.flags.size > 0 ? [...fields.flags] : undefined,
  };
  const says = said(news, unsaid[action]);
  return { action, eventTime, recorded, controlId: header.controlId, sender: header.facility, ...says };
};

/** The sender's recorded time: EVN-2, else MSH-7. */
export const recordedOf = (fields: Fields): string => {
  const recorded = fields.instant('EVN', 2) ?? fields.instant('MSH', 7);
  if (typeof recorded === 'string') return recorded;
  if (fields.faults.length === 0)
    fields.fault('MSH', 7, 'is empty, and so is EVN-2: the message does not say when it was recorded');
  // Never used: a message with a fault is not taken.
  return '';
};
