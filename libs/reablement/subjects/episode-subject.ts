import type { Sealed } from '#libs/contracts/event-contract.js';
import type { EpisodeEvent } from '#libs/contracts/reablement/reablement-events.js';
import type { Recorded } from '#libs/event-store/decider.js';

export interface GoalEntry {
  readonly goalId: string;
  readonly setAt: string;
  readonly goal: string | Sealed;
  readonly target: string | Sealed | null;
  readonly reviews: readonly {
    readonly at: string;
    readonly progress: string | Sealed;
    readonly met: boolean | null;
  }[];
}

/** A reablement episode as its page and its list show it; free text stays sealed. */
export interface EpisodeSubject {
  readonly kind: 'episode';
  readonly episodeId: string;
  readonly caseId: string;
  readonly personId: string;
  readonly providerId: string;
  readonly startedOn: string;
  readonly plannedWeeks: number;
  readonly hoursPerWeek: number;
  readonly assessorType: string;
  readonly inLongTermSupport: boolean | null;
  readonly goals: readonly GoalEntry[];
  readonly hours: readonly { readonly weekStarting: string; readonly hours: number }[];
  readonly reviews: readonly {
    readonly at: string;
    readonly note: string | Sealed | null;
    readonly hoursPerWeek: number | null;
  }[];
  readonly pausedBy: readonly string[];
  readonly endedOn: string | null;
  readonly outcome: string | null;
  readonly revision: number;
}

export const evolveEpisode = (before: EpisodeSubject | null, event: Recorded<EpisodeEvent>): EpisodeSubject | null => {
  const { revision, occurredAt } = event;
  if (event.type === 'ReablementStarted') {
    const episodeId = event.streamId.slice('reablement-'.length);
    const empty = { goals: [], hours: [], reviews: [], pausedBy: [], endedOn: null, outcome: null };
    return { kind: 'episode', episodeId, personId: event.personId ?? '', ...event.data, ...empty, revision };
  }
  if (before === null) return null;
  const subject = { ...before, revision };
  switch (event.type) {
    case 'GoalSet': {
      const { goalId, goal, target } = event.data;
      return { ...subject, goals: [...subject.goals, { goalId, setAt: occurredAt, goal, target, reviews: [] }] };
    }
    case 'GoalReviewed': {
      const { goalId, progress, met } = event.data;
      const reviewed = (entry: GoalEntry): GoalEntry =>
        entry.goalId === goalId ? { ...entry, reviews: [...entry.reviews, { at: occurredAt, progress, met }] } : entry;
      return { ...subject, goals: subject.goals.map(reviewed) };
    }
    case 'HoursRecorded': {
      const others = subject.hours.filter(({ weekStarting }) => weekStarting !== event.data.weekStarting);
      return { ...subject, hours: [...others, event.data].sort((a, b) => (a.weekStarting < b.weekStarting ? -1 : 1)) };
    }
    case 'ReablementReviewed': {
      const { note, hoursPerWeek } = event.data;
      return {
        ...subject,
        reviews: [...subject.reviews, { at: occurredAt, note, hoursPerWeek }],
        hoursPerWeek: hoursPerWeek ?? subject.hoursPerWeek,
      };
    }
    case 'ReablementPaused':
      return { ...subject, pausedBy: [...subject.pausedBy, event.data.stayId ?? ''] };
    case 'ReablementResumed':
      return { ...subject, pausedBy: subject.pausedBy.filter((stayId) => stayId !== (event.data.stayId ?? '')) };
    case 'ReablementEnded':
      return { ...subject, endedOn: event.data.endedOn, outcome: event.data.outcome };
    case 'ReablementEndReversed':
      return { ...subject, endedOn: null, outcome: null };
  }
};
