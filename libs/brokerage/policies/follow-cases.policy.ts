import { Injectable } from '@nestjs/common';
import type { Policy, PolicyContext } from '#libs/event-feed/port.js';
import { comparePositions, EventStore, type Position, type StoredEvent } from '#libs/event-store/port.js';
import { PeopleDirectory } from '#libs/people/port.js';
import { deterministicId } from '#libs/platform/ids.js';
import { asPersonEvents, CaseCourses, factsOf, upTo } from '../case-courses.js';
import { courseOf, isDead } from '../domain/case-course.js';
import { followCase, type Step } from '../domain/follow-case.js';
import type { PolicyCommand } from '../domain/request-commands.js';
import { stageOf } from '../domain/request-state.js';
import { RequestStreams, type LoadedRequest } from '../request-streams.js';
import { Followed, followedDdl, followedTables } from './followed.js';

const name = 'brokerage.follow-cases';
const deaths: readonly string[] = ['DeathRecorded', 'DeathRecordWithdrawn'];

const isOfPerson = (event: StoredEvent): boolean => event.streamId.startsWith('person-');

/** One case at the moment of the event that is reacted to. */
interface Moment {
  readonly caseId: string;
  readonly trigger: StoredEvent;
  /** As of which the case is judged: that of the trigger, or as far as the case has been followed already. */
  readonly position: Position;
  readonly caseEvents: readonly StoredEvent[];
  readonly personEvents: readonly StoredEvent[];
}

/**
 * Policies 3, 4 and 6, the side of brokerage (`architecture.md` §6): requests follow their case.
 *
 * Each event is judged by the course of the case up to that event, so that it makes no difference whether it is dealt with
 * at once or after a restart; ids are made from the request and the event, so that twice is once.
 */
@Injectable()
export class FollowCases implements Policy {
  readonly name = name;
  readonly version = 1;
  readonly ddl = followedDdl;
  readonly tables = followedTables;
  readonly wants = {
    streamPrefixes: ['case-', 'request-', 'person-'],
    types: [
      'CaseReferred',
      'PathwayAssigned',
      'CasePaused',
      'CaseResumed',
      'CaseDischarged',
      'DischargeReversed',
      'ReferralWithdrawn',
      'CaseClosed',
      'CaseReopened',
      'EntryMarkedInError',
      'PlacementRequested',
      'PlacementFailed',
      'PeopleMerged',
      'MergeReverted',
      ...deaths,
    ],
  };

  constructor(
    private readonly store: EventStore,
    private readonly cases: CaseCourses,
    private readonly requests: RequestStreams,
    private readonly people: PeopleDirectory,
    private readonly followed: Followed,
  ) {}

  async react(event: StoredEvent, context: PolicyContext): Promise<void> {
    for (const caseId of await this.casesTouched(event)) {
      await this.follow(caseId, event, context);
    }
  }

  private async casesTouched(event: StoredEvent): Promise<readonly string[]> {
    if (event.streamId.startsWith('case-')) {
      const caseId = event.streamId.slice('case-'.length);
      if (event.type === 'CaseReferred') await this.followed.rememberCase(caseId, event.personId ?? null);
      return [caseId];
    }
    if (event.streamId.startsWith('request-')) {
      const requestId = event.streamId.slice('request-'.length);
      const found = await this.requests.load(requestId);
      if (!found) return [];
      const { caseId } = stageOf(found.request);
      await this.followed.rememberRequest(requestId, caseId);
      return [caseId];
    }
    const personId = event.streamId.slice('person-'.length);
    return this.followed.casesOf(await this.people.family(personId));
  }

  private async follow(caseId: string, trigger: StoredEvent, context: PolicyContext): Promise<void> {
    const caseEvents = await this.cases.read(caseId);
    const personEvents = await this.personEventsOf(caseEvents);
    await this.followTo({ caseId, trigger, position: trigger.position, caseEvents, personEvents }, context);
    // A death is dealt with under the person and the case under its own subject, side by side: whichever comes second
    // looks at what came first.
    const later = personEvents.filter(
      (event) => deaths.includes(event.type) && comparePositions(event.position, trigger.position) > 0,
    );
    for (const death of later) {
      await this.followTo({ caseId, trigger: death, position: death.position, caseEvents, personEvents }, context);
    }
  }

  private async followTo(given: Moment, context: PolicyContext): Promise<void> {
    const moment = await this.notYetDone(given);
    if (!moment) return;
    const { caseId, position, caseEvents, personEvents } = moment;
    const died = isDead(asPersonEvents(upTo(personEvents, position)));
    const course = courseOf(factsOf(upTo(caseEvents, position)), died);
    if (!course) return;
    const { present, isAhead } = await this.requestsAt(moment);
    const steps = followCase(
      course,
      present.map(({ request }) => request),
    );
    for (const step of steps.filter(({ do: what }) => what !== 'open' || !isAhead)) {
      await this.take(step, moment, course.personId, context);
    }
    if (!isOfPerson(moment.trigger)) await this.followed.markDone(caseId, position);
  }

  /**
   * What was dealt with before is not judged again. But a request that became known only now has to catch up with what the
   * case went through meanwhile.
   */
  private async notYetDone(moment: Moment): Promise<Moment | null> {
    if (isOfPerson(moment.trigger)) return moment;
    const done = await this.followed.doneTo(moment.caseId);
    if (comparePositions(moment.position, done) > 0) return moment;
    return moment.trigger.type === 'PlacementRequested' ? { ...moment, position: done } : null;
  }

  /**
   * The requests there were at that moment, less those that a later event has already moved on: during a replay they are
   * ahead of us, and what the case asked for then was asked for then.
   */
  private async requestsAt({
    caseId,
    position: upToHere,
    caseEvents,
    personEvents,
  }: Moment): Promise<{ readonly present: readonly LoadedRequest[]; readonly isAhead: boolean }> {
    const loaded: LoadedRequest[] = [];
    for (const requestId of await this.followed.requestsOf(caseId)) {
      const found = await this.requests.load(requestId);
      if (found) loaded.push(found);
    }
    const known = new Map(
      [...caseEvents, ...personEvents, ...loaded.flatMap(({ events }) => events)].map((event) => [
        event.eventId,
        event.position,
      ]),
    );
    const causeOf = (event: StoredEvent): Position | undefined =>
      event.metadata.actor.id === `policy:${name}` ? known.get(event.metadata.causationId ?? '') : undefined;
    const isBefore = (position: Position): boolean => comparePositions(position, upToHere) <= 0;
    const opened = loaded.filter(({ events: [first] }) => first && isBefore(causeOf(first) ?? first.position));
    const present = opened.filter(({ events }) => events.every((event) => isBefore(causeOf(event) ?? '0')));
    return { present, isAhead: present.length < opened.length };
  }

  private async take(
    step: Step,
    { caseId, trigger }: Moment,
    personId: string | null,
    context: PolicyContext,
  ): Promise<void> {
    // A correction counts from when it was recorded, whatever time it speaks of (`architecture.md` §5).
    const occurredAt = trigger.type === 'EntryMarkedInError' ? trigger.recordedAt : trigger.occurredAt;
    const at = { metadata: context.metadata, occurredAt };
    if (step.do === 'open') {
      const requestId = deterministicId(name, 'request', caseId, step.answers.eventId, String(step.ordinal));
      await this.followed.rememberRequest(requestId, caseId);
      const details = { serviceType: step.serviceType };
      const command = { type: 'open', caseId, by: 'policy', details, answers: step.answers } as const;
      const eventId = deterministicId(name, 'open', requestId);
      this.report(
        await this.requests.run(requestId, { ...command, eventId }, at, personId === null ? {} : { personId }),
        context,
      );
      return;
    }
    const { requestId, wish } = step;
    const because = 'because' in wish ? wish.because : '';
    const eventId = deterministicId(name, wish.type, because, requestId, trigger.eventId);
    const command: PolicyCommand = { ...wish, eventId, occurredAt };
    this.report(await this.requests.run(requestId, command, at), context);
  }

  private report(executed: Awaited<ReturnType<RequestStreams['run']>>, context: PolicyContext): void {
    if (!executed.ok) throw new Error(`Refused: ${executed.code}`);
    if (executed.events.length > 0) context.wrote(executed.position);
  }

  private async personEventsOf(caseEvents: readonly StoredEvent[]): Promise<readonly StoredEvent[]> {
    const personId = caseEvents.find((event) => event.type === 'CaseReferred')?.personId;
    if (personId === undefined) return [];
    const streams = await Promise.all(
      (await this.people.family(personId)).map((id) => this.store.readStream(`person-${id}`)),
    );
    return streams.flat().sort((a, b) => comparePositions(a.position, b.position));
  }
}
