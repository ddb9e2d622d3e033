import { stayContracts, type StayBlock } from '#libs/contracts/intake/stay-events.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { Instant } from '#libs/nhs/index.js';
import type { StayParts } from '../domain/stay-fact.js';

export const stayEventTypes = Object.keys(stayContracts);

export const isStayEvent = isOf(stayContracts);

/** What the figures keep of a stay block. `recordedOf` says when we first knew of a criteria entry, by the event that said it. */
export const stayPartsOf = (block: StayBlock, recordedOf: (eventId: string) => Instant): StayParts => ({
  personId: block.personId,
  hospital: block.hospital,
  status: block.status,
  admittedAt: block.admittedAt,
  admissionMethodCode: block.admissionMethodCode,
  dischargedAt: block.dischargedAt,
  destinationCode: block.destinationCode,
  dischargeMethodCode: block.dischargeMethodCode,
  age: block.age,
  sex: block.sex,
  homeAuthority: block.homeAuthority,
  diedAt: block.diedAt,
  wards: block.locations.map(({ ward, from }) => ({ ward, from })),
  criteria: block.criteria.map((entry) => ({
    meets: entry.meets,
    at: entry.at,
    recordedAt: recordedOf(entry.eventId),
    sourceRecordedAt: entry.sourceRecordedAt,
    controlId: entry.controlId,
    readyDate: entry.readyDate,
    origin: 'feed',
    eventId: entry.eventId,
  })),
});
