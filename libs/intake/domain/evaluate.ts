import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { ageOf } from './age-of-stay.js';
import { countedFor, saidOf } from './counted.js';
import { criteriaOf } from './criteria-of-stay.js';
import { deathShown, sayingsOfDeath } from './death-of-stay.js';
import { expectedDatesOf } from './expected-dates.js';
import { leaveOf } from './leave-of-stay.js';
import { mergedVisits } from './merged-visits.js';
import { placesOf, type Said } from './places-of-stay.js';
import {
  byRecordedTime,
  distinctFacts,
  isHeardElsewhere,
  isMerge,
  lastSaid,
  sentFirst,
  type FactPerson,
  type SaysOfDeath,
  type StayFact,
} from './stay-fact.js';
import { unfolded } from './snapshots/unfold.js';
import { endsStay } from './standing.js';

export interface Evaluated {
  readonly block: StayBlock;
  /** What its own messages say of a death, by recorded time; nothing while it is part of another stay. */
  readonly sayings: readonly SaysOfDeath[];
}

/**
 * The whole effective state of a stay: a function of the set of its facts, whatever the order they came in and however often (api.md, "How messages become stays").
 * Among the facts are those of visits that were merged into it, and the merges themselves; and what was heard of a death elsewhere, of which the last counts.
 */
export const evaluated = (stayId: string, heard: readonly StayFact[]): Evaluated => {
  const elsewhere = heard.findLast(isHeardElsewhere)?.elsewhere ?? [];
  const facts = sentFirst(heard.filter((fact) => !isHeardElsewhere(fact)));
  const merges = facts.filter(isMerge);
  if (merges.length === 0) return blockOf(stayId, saidOf(facts), facts, elsewhere);
  const merged = mergedVisits(merges);
  const said = Map.groupBy(facts, (fact) => (isMerge(fact) ? fact.into : (fact.visit ?? stayId)));
  const givenUp = merged.givenUp.get(stayId);
  const counted = countedFor(stayId, givenUp?.at ?? null, said, merged);
  // Of a visit that nothing else is known of, the merge says whose it is.
  const own = said.get(stayId) ?? merges.filter(({ visit }) => visit === stayId);
  if (!givenUp) return blockOf(stayId, counted, facts, elsewhere);
  const { block } = blockOf(stayId, counted, own, elsewhere);
  // Merged away it counts nowhere; whether the person died is for the stay to say that it is part of.
  return { block: { ...block, status: 'merged', mergedInto: givenUp.into, diedAt: null }, sayings: [] };
};

export const evaluate = (stayId: string, facts: readonly StayFact[]): StayBlock => evaluated(stayId, facts).block;

/** `all`: whatever was said under any of its visits. Whose stay it is, and whether they died, was said of a person and not of a visit. */
const blockOf = (
  stayId: string,
  said: Said,
  all: readonly StayFact[],
  elsewhere: readonly SaysOfDeath[],
): Evaluated => {
  const { recorded, happened, stands } = said;
  const admittedAt = lastSaid(stands.sayingAdmission, 'admittedAt') ?? stands.admissions.at(-1)?.eventTime ?? null;
  const lastDischarge = stands.discharges.at(-1);
  const dischargedAt = lastDischarge ? dischargeTimeOf(stands.sayingDischarge, lastDischarge) : null;
  const destinationCode = lastDischarge ? lastSaid(stands.sayingDischarge, 'destinationCode') : null;
  const dischargeMethodCode = lastDischarge ? lastSaid(stands.sayingDischarge, 'dischargeMethodCode') : null;
  const places = placesOf(said, admittedAt);
  const person = personOf(recorded) ?? personOf(all.toSorted(byRecordedTime));

  const sayings = sayingsOfDeath(inRecordedOrder(all, recorded), {
    cancelled: stands.cancelled,
    dischargedAt,
    destinationCode,
    dischargeMethodCode,
    saying: stands.sayingDischarge,
  });
  const diedAt = deathShown(sayings, elsewhere);
  const block: StayBlock = {
    stayId,
    personId: person?.id ?? '',
    hospital: places.hospital ?? recorded.findLast(({ sender }) => sender !== '')?.sender ?? null,
    status: stands.cancelled
      ? 'cancelled'
      : admittedAt === null
        ? 'known'
        : dischargedAt === null
          ? 'open'
          : 'discharged',
    mergedInto: null,
    admittedAt,
    admissionMethodCode: lastSaid(stands.sayingAdmission, 'admissionMethodCode'),
    sourceCode: lastSaid(stands.sayingAdmission, 'sourceCode'),
    specialty: lastSaid(recorded, 'specialty'),
    dischargedAt,
    destinationCode,
    dischargeMethodCode,
    locations: places.locations,
    expectedDates: expectedDatesOf(recorded),
    criteria: criteriaOf(happened),
    leave: leaveOf(happened, recorded, dischargedAt),
    age: ageOf(recorded, admittedAt),
    sex: lastSaid(recorded, 'sex'),
    homeAuthority: lastSaid(recorded, 'homeAuthority'),
    diedAt,
    identityToConfirm: isToConfirm(recorded),
    admissionCancelledAt: stands.admissionCancelledAt,
    dischargeCancelledAt: stands.dischargeCancelledAt,
    ...othersThan(person?.id, all),
  };
  return { block, sayings };
};

/** PV1-45, else the event time of what ended the stay; a PV1-45 of before that was heard of says nothing of it. */
const dischargeTimeOf = (saying: readonly StayFact[], last: StayFact): string =>
  saying.reduce<string | null>(
    (at, fact) => (fact.dischargedAt !== undefined ? fact.dischargedAt : endsStay(fact) ? fact.eventTime : at),
    null,
  ) ?? last.eventTime;

const sureness: Readonly<Record<FactPerson['by'], number>> = { 'nhs-number': 2, local: 1, visit: 0 };

/** The surest identification; among equals the one recorded last. */
const personOf = (recorded: readonly StayFact[]): FactPerson | undefined =>
  recorded.reduce<FactPerson | undefined>(
    (best, { person }) => (best && sureness[best.by] > sureness[person.by] ? best : person),
    undefined,
  );

/** A number not verified joins nobody until a later message verifies it (domain.md §7.2); nor is anybody sure of whom the hospital itself does not know (PID-31). */
const isToConfirm = (recorded: readonly StayFact[]): boolean =>
  lastSaid(recorded, 'identityUnknown') === true ||
  recorded.findLast(({ person }) => person.number !== 'none')?.person.number === 'unverified';

/** Only in a stay of several visits there is more than what was said of the stay. */
const inRecordedOrder = (all: readonly StayFact[], recorded: readonly StayFact[]): readonly StayFact[] =>
  all.some(({ visit }) => visit !== undefined) ? unfolded(distinctFacts(all)).toSorted(byRecordedTime) : recorded;

const othersThan = (personId: string | undefined, all: readonly StayFact[]): Pick<StayBlock, 'otherPersonIds'> => {
  const others = new Set(all.map(({ person }) => person.id));
  others.delete(personId ?? '');
  return others.size === 0 ? {} : { otherPersonIds: [...others].toSorted() };
};
