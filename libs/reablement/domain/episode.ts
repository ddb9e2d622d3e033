import type { EpisodeEvent, reablementOutcomes } from '#libs/contracts/reablement/reablement-events.js';
import type { Decider, Decision, Recorded, Refusal } from '#libs/event-store/decider.js';
import { formatDate } from '#libs/nhs/date-words.js';

export type ReablementOutcome = (typeof reablementOutcomes)[number];
type Data<T extends EpisodeEvent['type']> = Extract<EpisodeEvent, { type: T }>['data'];

interface Running {
  readonly caseId: string;
  readonly startedOn: string;
  readonly goals: readonly string[];
  /** Stays that pause the episode (readmissions), each until it ends or never was. */
  readonly pausedBy: readonly string[];
}

export type Episode =
  | { readonly status: 'none' }
  | ({ readonly status: 'running' } & Running)
  | ({
      readonly status: 'ended';
      readonly endedOn: string;
      readonly outcome: ReablementOutcome;
      readonly by: 'hand' | 'death';
    } & Running);

export type EpisodeCommand =
  | { readonly do: 'start'; readonly today: string; readonly data: Data<'ReablementStarted'> }
  | { readonly do: 'set-goal'; readonly data: Data<'GoalSet'> }
  | { readonly do: 'review-goal'; readonly data: Data<'GoalReviewed'> }
  | { readonly do: 'record-hours'; readonly data: Data<'HoursRecorded'> }
  | { readonly do: 'review'; readonly data: Data<'ReablementReviewed'> }
  | { readonly do: 'end'; readonly today: string; readonly endedOn: string; readonly outcome: ReablementOutcome }
  /** From the policies: the readmissions that hold the episode now, and the date of death, if any. */
  | {
      readonly do: 'follow';
      readonly occurredAt: string;
      readonly inHospital: readonly string[];
      readonly diedOn: string | null;
      readonly eventId: EventIdOf;
    };

/** Ids made from business keys and the event that caused them, so that a replay appends nothing twice. */
export type EventIdOf = (kind: string, ...key: readonly string[]) => string;

const refuse = (code: string, message: string, kind: NonNullable<Refusal['kind']> = 'conflict'): Refusal => ({
  ok: false,
  code,
  message,
  kind,
});
const invalid = (code: string, field: string, message: string): Refusal => ({
  ok: false,
  code,
  message: `${field} ${message}.`,
  kind: 'invalid',
  details: { errors: [{ field, message }] },
});
const notFound = refuse('episode.not-found', 'There is no reablement episode with this id.', 'not-found');
const ended = refuse('episode.ended', 'The reablement episode has ended; nothing more can be recorded on it.');
const happened = (event: Extract<Decision<EpisodeEvent>, { ok: true }>['events'][number]): Decision<EpisodeEvent> => ({
  ok: true,
  events: [event],
});

const start = (command: Extract<EpisodeCommand, { do: 'start' }>, episode: Episode): Decision<EpisodeEvent> => {
  if (episode.status !== 'none') return refuse('episode.exists', 'This reablement episode has already started.');
  if (command.data.startedOn > command.today)
    return invalid('episode.start-in-future', 'startedOn', 'must not be later than today');
  return happened({ type: 'ReablementStarted', data: command.data });
};

const end = (command: Extract<EpisodeCommand, { do: 'end' }>, episode: Running): Decision<EpisodeEvent> => {
  if (command.endedOn < episode.startedOn) {
    return refuse(
      'episode.end-before-start',
      `The end must not be before the start on ${formatDate(episode.startedOn)}.`,
    );
  }
  if (command.endedOn > command.today)
    return invalid('episode.end-in-future', 'endedOn', 'must not be later than today');
  return happened({
    type: 'ReablementEnded',
    data: { endedOn: command.endedOn, outcome: command.outcome, by: 'hand' },
  });
};

type Follow = Extract<EpisodeCommand, { do: 'follow' }>;

const followPauses = ({ inHospital, occurredAt, eventId }: Follow, { pausedBy }: Running) => [
  ...inHospital
    .filter((stayId) => !pausedBy.includes(stayId))
    .map((stayId) => ({
      type: 'ReablementPaused' as const,
      data: { because: 'readmitted' as const, stayId },
      occurredAt,
      eventId: eventId('paused', stayId),
    })),
  ...pausedBy
    .filter((stayId) => !inHospital.includes(stayId))
    .map((stayId) => ({
      type: 'ReablementResumed' as const,
      data: { stayId },
      occurredAt,
      eventId: eventId('resumed', stayId),
    })),
];

/**
 * Policies 3 and 9 (architecture §6): the difference between what the ward says and what the episode shows. An episode recorded as
 * begun after the death it had not heard of yet ends on the day it began.
 */
const follow = (command: Follow, episode: Exclude<Episode, { status: 'none' }>): Decision<EpisodeEvent> => {
  const { occurredAt, eventId, diedOn } = command;
  const endedByDeath = episode.status === 'ended' && episode.by === 'death';
  if (diedOn !== null) {
    const endedOn = diedOn < episode.startedOn ? episode.startedOn : diedOn;
    if (episode.status === 'ended' && (!endedByDeath || episode.endedOn === endedOn)) return { ok: true, events: [] };
    const data = { endedOn, outcome: 'died', by: 'death' } as const;
    return happened({ type: 'ReablementEnded', data, occurredAt, eventId: eventId('ended', endedOn) });
  }
  if (episode.status === 'ended' && !endedByDeath) return { ok: true, events: [] };
  const reversed = endedByDeath
    ? [{ type: 'ReablementEndReversed' as const, data: {}, occurredAt, eventId: eventId('end-reversed') }]
    : [];
  return { ok: true, events: [...reversed, ...followPauses(command, episode)] };
};

const decide = (command: EpisodeCommand, episode: Episode): Decision<EpisodeEvent> => {
  if (command.do === 'start') return start(command, episode);
  if (episode.status === 'none') return notFound;
  if (command.do === 'follow') return follow(command, episode);
  if (episode.status === 'ended') return ended;
  switch (command.do) {
    case 'set-goal':
      return happened({ type: 'GoalSet', data: command.data });
    case 'review-goal':
      return episode.goals.includes(command.data.goalId)
        ? happened({ type: 'GoalReviewed', data: command.data })
        : refuse('goal.not-found', 'The episode has no goal with this id.', 'not-found');
    case 'record-hours':
      return happened({ type: 'HoursRecorded', data: command.data });
    case 'review':
      return happened({ type: 'ReablementReviewed', data: command.data });
    case 'end':
      return end(command, episode);
  }
};

const evolve = (episode: Episode, event: Recorded<EpisodeEvent>): Episode => {
  if (event.type === 'ReablementStarted') {
    return { status: 'running', caseId: event.data.caseId, startedOn: event.data.startedOn, goals: [], pausedBy: [] };
  }
  if (episode.status === 'none') return episode;
  const { caseId, startedOn, goals, pausedBy } = episode;
  const running = { status: 'running', caseId, startedOn, goals, pausedBy } as const;
  switch (event.type) {
    case 'GoalSet':
      return { ...episode, goals: [...goals, event.data.goalId] };
    case 'ReablementPaused':
      return { ...episode, pausedBy: [...pausedBy, event.data.stayId ?? ''] };
    case 'ReablementResumed':
      return { ...episode, pausedBy: pausedBy.filter((stayId) => stayId !== (event.data.stayId ?? '')) };
    case 'ReablementEnded':
      return {
        ...running,
        status: 'ended',
        endedOn: event.data.endedOn,
        outcome: event.data.outcome,
        by: event.data.by,
      };
    case 'ReablementEndReversed':
      return running;
    case 'GoalReviewed':
    case 'HoursRecorded':
    case 'ReablementReviewed':
      return episode;
  }
};

/** One reablement episode: from its start to a coded outcome (domain.md §8). */
export const episodeDecider: Decider<Episode, EpisodeCommand, EpisodeEvent> = {
  initialState: { status: 'none' },
  decide,
  evolve,
};
