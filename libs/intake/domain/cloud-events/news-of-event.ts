import type { WardEvent, WardPerson } from '#libs/contracts/intake/ward-events.js';
import { completedYears, londonDate, normaliseInstant } from '#libs/nhs/civil-date.js';
import { boroughOf, outwardOf, type OutwardTable } from '#libs/nhs/postcode.js';
import type { StayFact } from '../stay-fact.js';

/** What an event says of its stay, but for who sent it and when. */
export type EventSays = Pick<StayFact, 'action'> & Partial<Omit<StayFact, 'action' | 'person' | 'eventId'>>;

/** The one form in which instants compare as text; the schema has checked that it is one. */
const instant = (text: string): string => normaliseInstant(text) ?? text;

const personSays = (person: WardPerson, on: string, table: OutwardTable): Partial<StayFact> => {
  const { birthDate, sex, postcode } = person;
  return {
    ...(typeof birthDate === 'string' && birthDate <= on ? { age: { years: completedYears(birthDate, on), on } } : {}),
    ...(typeof sex === 'string' ? { sex } : {}),
    ...(typeof postcode === 'string' ? { homeAuthority: boroughOf(outwardOf(postcode), table) } : {}),
  };
};

const actions = { admission: 'cancel-admission', discharge: 'cancel-discharge', move: 'cancel-move' } as const;

/** One of our own ward events, and when its data says that it was true. */
export const newsOfEvent = (
  event: WardEvent,
  table: OutwardTable,
): { readonly says: EventSays; readonly at: string | null } => {
  switch (event.name) {
    case 'admitted': {
      const { person, hospital, ward, room = null, bed = null, methodCode, sourceCode, specialty } = event.data;
      const admittedAt = instant(event.data.admittedAt);
      return {
        at: admittedAt,
        says: {
          action: 'admit',
          hospital,
          place: { ward, room, bed },
          admittedAt,
          ...(typeof methodCode === 'string' ? { admissionMethodCode: methodCode } : {}),
          ...(typeof sourceCode === 'string' ? { sourceCode } : {}),
          ...(typeof specialty === 'string' ? { specialty } : {}),
          ...personSays(person, londonDate(admittedAt), table),
        },
      };
    }
    case 'moved': {
      const { ward, room = null, bed = null, at } = event.data;
      return { at: instant(at), says: { action: 'move', place: { ward, room, bed } } };
    }
    case 'discharged': {
      const { destinationCode, methodCode } = event.data;
      const dischargedAt = instant(event.data.dischargedAt);
      return {
        at: dischargedAt,
        says: { action: 'discharge', dischargedAt, destinationCode, dischargeMethodCode: methodCode },
      };
    }
    case 'criteria-to-reside': {
      const { meets, codes = [], readyDate, assessedAt } = event.data;
      return {
        at: instant(assessedAt),
        says: {
          action: 'details',
          meets,
          criteriaCodes: codes,
          ...(typeof readyDate === 'string' ? { readyDate } : {}),
        },
      };
    }
    case 'expected-discharge-date':
      return event.data.date === null
        ? { at: null, says: { action: 'cancel-expected' } }
        : { at: null, says: { action: 'expect', expectedDate: event.data.date } };
    case 'left-on-leave':
      return { at: instant(event.data.at), says: { action: 'leave' } };
    case 'returned':
      return { at: instant(event.data.at), says: { action: 'return' } };
    case 'cancelled':
      return { at: null, says: { action: actions[event.data.what] } };
  }
};
