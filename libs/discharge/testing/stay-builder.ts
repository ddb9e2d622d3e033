import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { WardStay } from '../domain/ward.js';

/** A stay block of an ordinary open stay, with what the spec is about put over it. */
export const stayBlock = (over: Partial<StayBlock> = {}): StayBlock => ({
  stayId: 'stay-1',
  personId: 'person-1',
  hospital: 'RAL',
  status: 'open',
  mergedInto: null,
  admittedAt: '2026-11-01T09:00:00.000Z',
  admissionMethodCode: '21',
  sourceCode: '19',
  specialty: '300',
  dischargedAt: null,
  destinationCode: null,
  dischargeMethodCode: null,
  locations: [{ ward: 'LARCH', room: '1', bed: 'A', from: '2026-11-01T09:00:00.000Z' }],
  expectedDates: [],
  criteria: [],
  leave: [],
  age: { years: 81, on: '2026-11-01' },
  sex: 'F',
  homeAuthority: 'Barnet',
  diedAt: null,
  identityToConfirm: false,
  ...over,
});

export const wardStay = (
  over: Partial<StayBlock> = {},
  cancelled: Partial<Omit<WardStay, 'block'>> = {},
): WardStay => ({
  block: stayBlock(over),
  admissionCancelledAt: null,
  dischargeCancelledAt: null,
  ...cancelled,
});

export const staysOf = (...stays: readonly WardStay[]): ReadonlyMap<string, WardStay> =>
  new Map(stays.map((stay) => [stay.block.stayId, stay]));

/** What the feed said of criteria to reside. */
export const criteriaEntry = (meets: boolean, at: string, over: Partial<StayBlock['criteria'][number]> = {}) => ({
  meets,
  codes: [],
  readyDate: null,
  at,
  sourceRecordedAt: at,
  controlId: `criteria-${at}`,
  eventId: `feed-${at}`,
  ...over,
});
