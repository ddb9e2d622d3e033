import { Injectable } from '@nestjs/common';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import { EventFeed, type Policy, type PolicyContext } from '#libs/event-feed/port.js';
import { isOf } from '#libs/event-store/contracted.js';
import { execute, type CommandContext } from '#libs/event-store/decider.js';
import { EventStore, StoreUnavailable, type StoredEvent } from '#libs/event-store/port.js';
import { deterministicId } from '#libs/platform/ids.js';
import { checkDecider } from '../domain/check.js';
import { episodeDecider, type EventIdOf } from '../domain/episode.js';
import { wantedOf, type CheckWanted, type EpisodeWanted } from '../domain/reconcile.js';
import { caseTypes } from '../subjects/case-subject.js';
import { personTypes } from '../subjects/stay-subject.js';
import { requestTypes } from '../subjects/request-subject.js';
import { SubjectsReader } from '../subjects/subjects.reader.js';
import { subjects } from '../subjects/subjects.projection.js';
import type { Subject } from '../subjects/subjects.projection.js';

/** One check a case: the discharge it follows may be corrected, taken back and given again. */
export const checkIdOf = (caseId: string): string => deterministicId('day-91-check', caseId);
const evidenceIdOf = (checkId: string, stayId: string): string => deterministicId('readmission', checkId, stayId);

/** What takes something back counts from when it was recorded, whatever time the sender put on it. */
const corrections = [
  'AdmissionCancelled',
  'DischargeCancelled',
  'DeathRecordWithdrawn',
  'DischargeReversed',
  'EntryMarkedInError',
  'MergeReverted',
];

/** What of the other streams can change an answer. Every stay event carries the whole stay, so each of them can. */
const wanted = [
  ...Object.keys(stayContracts),
  ...caseTypes,
  ...requestTypes,
  ...personTypes,
  'PersonalDetailsRecorded',
  'PeopleMerged',
  'MergeReverted',
  'ReablementStarted',
];

/** Everything an answer rests on, as far as the event: who the person is, their birth date, and our own tables. */
const restsOn = [subjects.name, 'people.identities', 'people.details'];

const isStayNews = isOf(stayContracts);

/** More would mean that the news never ends; each of them is dealt with on its own. */
const looks = 10;

/**
 * Both ids of a merge: after a merge they are one person, after a revert two, and each has to be looked at. Of a stay also those its messages
 * came under before: it may have been theirs.
 */
const peopleOf = (event: StoredEvent): readonly string[] => {
  const { personId, streamId, data } = event;
  return [
    personId ?? (streamId.startsWith('person-') ? streamId.slice('person-'.length) : null),
    data['survivor'],
    data['loser'],
    ...(isStayNews(event) ? (event.data.stay.otherPersonIds ?? []) : []),
  ].filter((id): id is string => typeof id === 'string');
};

/**
 * Policies 3, 8 and 9 of architecture.md §6 for reablement: compares what is true of a person with what checks and episodes
 * show, and issues the difference. Driven by everything that can change the answer, in whatever order it comes.
 */
@Injectable()
export class FollowPolicy implements Policy {
  readonly name = 'reablement.follow';
  readonly version = 1;
  readonly wants = { streamPrefixes: ['case-', 'request-', 'stay-', 'person-', 'reablement-'], types: wanted };

  constructor(
    private readonly store: EventStore,
    private readonly feed: EventFeed,
    private readonly reader: SubjectsReader,
  ) {}

  async react(event: StoredEvent, context: PolicyContext): Promise<void> {
    if (!(await this.feed.settled(event.position, { consumers: restsOn, timeoutMs: 30_000 })))
      throw new StoreUnavailable('The tables that reablement rests on are behind the log.');
    const command: CommandContext = {
      metadata: context.metadata,
      occurredAt: corrections.includes(event.type) ? event.recordedAt : event.occurredAt,
    };
    for (const personId of new Set(peopleOf(event)))
      // News of one case under two ids of the person is dealt with side by side: whoever wrote looks again, so that the last look is at the newest.
      for (let wrote = true, look = 0; wrote && look < looks; look += 1)
        wrote = await this.follow(personId, command, { event, look }, context);
  }

  /** Answers whether there was a difference. */
  private async follow(
    personId: string,
    command: CommandContext,
    cause: Cause,
    context: PolicyContext,
  ): Promise<boolean> {
    // Most ward messages are of people nobody referred: they cost the one question whether there is a case.
    const known = await this.reader.worldOf(personId);
    if (known === null) return false;
    const { checks, episodes } = wantedOf(known.world);
    let wrote = false;
    for (const check of checks)
      wrote = (await this.followCheck(check, known.subjects, command, cause, context)) || wrote;
    for (const episode of episodes)
      wrote = (await this.followEpisode(episode, known.subjects, command, cause, context)) || wrote;
    return wrote;
  }

  private async followCheck(
    wanted: CheckWanted,
    known: readonly Subject[],
    command: CommandContext,
    cause: Cause,
    context: PolicyContext,
  ): Promise<boolean> {
    const checkId = checkIdOf(wanted.caseId);
    const streamId = `check-${checkId}`;
    const done = await execute({
      store: this.store,
      decider: checkDecider,
      streamId,
      id: checkId,
      ...personOf(known, wanted.caseId),
      command: {
        do: 'follow',
        occurredAt: command.occurredAt,
        schedule: wanted.schedule,
        because: wanted.because,
        ageHeld: wanted.ageHeld,
        readmissions: wanted.readmissions.map((one) => ({ ...one, evidenceId: evidenceIdOf(checkId, one.stayId) })),
        diedOn: wanted.diedOn,
        eventId: eventIds(streamId, cause),
      },
      context: command,
    });
    if (done.ok && done.events.length > 0) context.wrote(done.position);
    // Overtaken again and again: looked at anew, since nothing else will.
    if (!done.ok) throw new StoreUnavailable(`The check of case ${wanted.caseId} could not follow: ${done.code}`);
    return done.events.length > 0;
  }

  private async followEpisode(
    wanted: EpisodeWanted,
    known: readonly Subject[],
    command: CommandContext,
    cause: Cause,
    context: PolicyContext,
  ): Promise<boolean> {
    const streamId = `reablement-${wanted.episodeId}`;
    const caseId = known.flatMap((one) =>
      one.kind === 'episode' && one.episodeId === wanted.episodeId ? [one.caseId] : [],
    )[0];
    const { inHospital, diedOn } = wanted;
    const done = await execute({
      store: this.store,
      decider: episodeDecider,
      streamId,
      id: wanted.episodeId,
      ...personOf(known, caseId),
      command: { do: 'follow', occurredAt: command.occurredAt, inHospital, diedOn, eventId: eventIds(streamId, cause) },
      context: command,
    });
    if (done.ok && done.events.length > 0) context.wrote(done.position);
    if (!done.ok) throw new StoreUnavailable(`Episode ${wanted.episodeId} could not follow: ${done.code}`);
    return done.events.length > 0;
  }
}

const personOf = (known: readonly Subject[], caseId: string | undefined): { personId?: string } => {
  const own = known.find((one) => one.kind === 'case' && one.caseId === caseId);
  return own ? { personId: own.personId } : {};
};

/** The event that makes the policy look, and how often it looked because of it before. */
interface Cause {
  readonly event: StoredEvent;
  readonly look: number;
}

const eventIds =
  (streamId: string, { event, look }: Cause): EventIdOf =>
  (kind, ...key) =>
    deterministicId('reablement.follow', streamId, kind, ...key, event.eventId, ...(look === 0 ? [] : [String(look)]));
