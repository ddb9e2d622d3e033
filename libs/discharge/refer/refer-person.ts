import { CommandHandler, Command, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext, Refusal } from '#libs/event-store/decider.js';
import { EventStore, type EventToAppend } from '#libs/event-store/port.js';
import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { EventFeed } from '#libs/event-feed/port.js';
import { PeopleDirectory, type Details, type Identifier } from '#libs/people/port.js';
import { Clock } from '#libs/platform/clock.js';
import { deterministicId, newId } from '#libs/platform/ids.js';
import { isOpen, statusOf, type CaseBody } from '../domain/case-state.js';
import { followed } from '../domain/follow.js';
import { linkOf } from '../domain/link.js';
import { wantedOf, type PersonFacts } from '../domain/wanted.js';
import { PersonRecords, type PersonIndex } from '../person-facts/person-records.js';
import { staysConsumer } from '../stays/stays.projection.js';
import { caseReferred, completeReferral, referralStream, reservationsOf, type ReferralSaid } from './reservation.js';

export interface PersonReferred {
  readonly identifiers: readonly Identifier[];
  readonly details: Details;
}

/** What a referral brought about. */
export interface Referred {
  readonly ok: true;
  readonly caseId: string;
  readonly personId: string;
  readonly stayId: string | null;
  readonly previousCaseId: string | null;
  readonly revision: number;
  readonly position: string;
}

export class ReferPerson extends Command<Referred | Refusal> {
  constructor(
    readonly person: PersonReferred,
    readonly said: Omit<ReferralSaid, 'previousCaseId'>,
    readonly context: CommandContext,
  ) {
    super();
  }
}

const busy: Refusal = {
  ok: false,
  kind: 'unavailable',
  code: 'referral.busy',
  message: 'Others refer the same person at this moment. Try again.',
};
const notCaughtUp: Refusal = {
  ok: false,
  kind: 'unavailable',
  code: 'stays.behind',
  message: 'The newest ward messages are not taken in yet. Try again.',
};

/** How often a referral is decided again after another one for the same person and hospital came first. */
const tries = 5;

/**
 * Opens a case. One open case per stay, or unlinked per person and hospital, holds under races and over several processes: the
 * referral is first written to the stream of that person and hospital at the revision at which the cases there were looked at. A crash
 * between that and the case blocks nobody: whoever looks next completes the referral.
 */
@CommandHandler(ReferPerson)
export class ReferPersonHandler implements ICommandHandler<ReferPerson, Referred | Refusal> {
  constructor(
    private readonly store: EventStore,
    private readonly feed: EventFeed,
    private readonly people: PeopleDirectory,
    private readonly records: PersonRecords,
    private readonly clock: Clock,
  ) {}

  async execute(command: ReferPerson): Promise<Referred | Refusal> {
    const { person, said, context } = command;
    const caseId = newId();
    const { personId } = await this.people.identify(person.identifiers, context.metadata, context.occurredAt);
    if (!(await this.feed.caughtUp([staysConsumer]))) return notCaughtUp;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const index = await this.records.index(personId);
      const stream = referralStream(personId, said.hospital);
      const { expected, caseIds } = await this.reserved(stream, index, said.hospital);
      const facts = await this.records.factsOf(index, caseIds);
      const others = facts.cases.filter((other) => other.caseId !== caseId);
      const refusal = this.alreadyOpen(said.hospital, context.occurredAt, others, facts);
      if (refusal) return refusal;
      // They stand before the reservation: a repeat of this very command finds both, and says nothing anew.
      if (!caseIds.includes(caseId))
        await this.people.recordDetails(personId, person.details, 'referral', context.metadata, context.occurredAt);
      const referral = { ...said, previousCaseId: previousOf(others, context.occurredAt) };
      const reservation = {
        eventId: deterministicId('referral-reserved', caseId),
        type: 'ReferralReserved',
        schemaVersion: 1,
        occurredAt: context.occurredAt,
        personId,
        data: { caseId, ...referral },
      };
      const taken = await this.store.append(stream, expected, [reservation], context.metadata);
      if (taken.ok) return this.open(caseId, personId, referral, facts, context);
    }
    return busy;
  }

  /** The cases reserved at this hospital under any id of the person, completed where a crash came between. */
  private async reserved(
    stream: string,
    index: PersonIndex,
    hospital: string,
  ): Promise<{ expected: number | 'no-stream'; caseIds: readonly string[] }> {
    const streams = [...new Set([stream, ...index.personIds.map((id) => referralStream(id, hospital))])];
    const found = await Promise.all(streams.map((each) => reservationsOf(this.store, each)));
    const reservations = found.flatMap(({ reserved }) => reserved);
    for (const reservation of reservations) await completeReferral(reservation, this.store);
    return { expected: found[0]?.expected ?? 'no-stream', caseIds: reservations.map(({ data }) => data.caseId) };
  }

  /** An open case on the stay this referral would belong to, or unlinked at the same hospital when this one would be. */
  private alreadyOpen(
    hospital: string,
    at: string,
    others: readonly CaseBody[],
    facts: PersonFacts,
  ): Refusal | undefined {
    const stayId = linkOf({ hospital, at }, facts.stays)?.block.stayId ?? null;
    const rival = others
      .filter((other) => other.hospital === hospital)
      .find((other) => {
        // As the case stands once it follows the ward: the policy may not have come to it yet.
        const wanted = wantedOf(other, facts, this.clock.now());
        return (wanted.stay?.block.stayId ?? null) === stayId && isOpen(statusOf(followed(other, wanted)));
      });
    if (!rival) return undefined;
    const message = stayId
      ? 'There is an open case for this stay.'
      : 'There is an open case for this person at this hospital that no stay belongs to yet.';
    return { ok: false, kind: 'conflict', code: 'case.already-open', message, details: { caseId: rival.caseId } };
  }

  /** Writes the case, and its stay if one is known, so that it need not change right after the answer. */
  private async open(
    caseId: string,
    personId: string,
    referral: ReferralSaid,
    facts: PersonFacts,
    { occurredAt, metadata }: CommandContext,
  ): Promise<Referred | Refusal> {
    const stream = `case-${caseId}`;
    const stay = linkOf({ hospital: referral.hospital, at: occurredAt }, facts.stays)?.block ?? null;
    // Two appends, since another process may complete the referral between them; the policy may link it first, too.
    await this.store.append(stream, 'no-stream', [caseReferred(caseId, personId, occurredAt, referral)], metadata);
    if (stay) await this.store.append(stream, 0, [linkedOnReferral(caseId, personId, occurredAt, stay)], metadata);
    const last = (await this.store.readStream(stream)).at(-1);
    if (!last) return busy;
    const { previousCaseId } = referral;
    const { revision, position } = last;
    return { ok: true, caseId, personId, stayId: stay?.stayId ?? null, previousCaseId, revision, position };
  }
}

const linkedOnReferral = (
  caseId: string,
  personId: string,
  referredAt: string,
  { stayId, admittedAt }: StayBlock,
): EventToAppend => ({
  eventId: deterministicId('case-linked-on-referral', caseId),
  type: 'CaseLinkedToStay',
  schemaVersion: 1,
  occurredAt: referredAt,
  personId,
  data: { stayId, admittedAt },
});

/** The latest case of the person referred earlier, at any hospital. */
const previousOf = (others: readonly CaseBody[], at: string): string | null =>
  others
    .filter(({ referredAt }) => referredAt <= at)
    .sort((a, b) => (a.referredAt < b.referredAt ? -1 : a.referredAt > b.referredAt ? 1 : 0))
    .at(-1)?.caseId ?? null;
