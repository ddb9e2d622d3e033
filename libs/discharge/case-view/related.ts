import type { CheckEvent, EpisodeEvent } from '#libs/contracts/reablement/reablement-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import { checkStateOf, londonDate, type CheckState, type EvidenceOfPlace } from '#libs/nhs/index.js';
import { isKnown, type Clocks } from '../board/domain/history.js';

export interface EpisodeAt {
  readonly episodeId: string;
  readonly state: 'open' | 'paused' | 'ended';
  readonly providerId: string;
  readonly startedOn: string;
  readonly plannedWeeks: number;
  readonly hoursPerWeek: number;
  readonly endedOn: string | null;
  readonly outcome: string | null;
}

const counts = (clocks: Clocks) => (event: { occurredAt: string; recordedAt: string; position: string }) =>
  isKnown(event, clocks) && event.occurredAt <= clocks.asOf;

/** What the shown state of an episode follows from: readmissions pause it, each until it ends or never was. */
type Episode = Omit<EpisodeAt, 'state'> & { readonly pausedBy: readonly string[] };

/** Reablement of a case as it stood: only what a case shows of it. */
export const episodeAt = (
  episodeId: string,
  events: readonly Recorded<EpisodeEvent>[],
  clocks: Clocks,
): EpisodeAt | null => {
  let episode: Episode | null = null;
  for (const event of events.filter(counts(clocks))) {
    if (event.type === 'ReablementStarted') {
      const { providerId, startedOn, plannedWeeks, hoursPerWeek } = event.data;
      const begun = { episodeId, providerId, startedOn, plannedWeeks, hoursPerWeek };
      episode = { ...begun, endedOn: null, outcome: null, pausedBy: [] };
    } else if (episode) episode = after(episode, event);
  }
  if (!episode) return null;
  const { pausedBy, ...shown } = episode;
  return { ...shown, state: shown.endedOn !== null ? 'ended' : pausedBy.length > 0 ? 'paused' : 'open' };
};

const after = (episode: Episode, event: Recorded<EpisodeEvent>): Episode => {
  switch (event.type) {
    case 'ReablementReviewed':
      return { ...episode, hoursPerWeek: event.data.hoursPerWeek ?? episode.hoursPerWeek };
    case 'ReablementPaused':
      return { ...episode, pausedBy: [...episode.pausedBy, event.data.stayId ?? ''] };
    case 'ReablementResumed':
      return { ...episode, pausedBy: episode.pausedBy.filter((stayId) => stayId !== (event.data.stayId ?? '')) };
    case 'ReablementEnded':
      return { ...episode, endedOn: event.data.endedOn, outcome: event.data.outcome };
    case 'ReablementEndReversed':
      return { ...episode, endedOn: null, outcome: null };
    default:
      return episode;
  }
};

export interface CheckAt {
  readonly checkId: string;
  readonly state: CheckState | 'cancelled';
  readonly dischargedOn: string;
  readonly dueOn: string;
  readonly status: string | null;
  readonly attempts: number;
  readonly evidence: number;
}

/** What the shown state of a check follows from. */
interface Check {
  readonly dischargedOn: string;
  readonly dueOn: string;
  /** The answers, by the discharge day each was given for. */
  readonly statuses: ReadonlyMap<string, string>;
  readonly cancelled: boolean;
  readonly attempts: readonly { readonly result: string }[];
  readonly evidence: ReadonlyMap<string, EvidenceOfPlace>;
}

/** The day-91 check of a discharge, as it stood: by the same rule as the worklist of day 91, on the day of `asOf`. */
export const checkAt = (checkId: string, events: readonly Recorded<CheckEvent>[], clocks: Clocks): CheckAt | null => {
  const check = events.filter(counts(clocks)).reduce(checked, null);
  if (!check) return null;
  const { dischargedOn, dueOn, statuses, cancelled, attempts } = check;
  const status = statuses.get(dischargedOn) ?? null;
  const evidence = [...check.evidence.values()];
  const state = checkStateOf({ dischargedOn, answered: status !== null, evidence, attempts }, londonDate(clocks.asOf));
  return {
    checkId,
    state: cancelled ? 'cancelled' : state,
    dischargedOn,
    dueOn,
    status,
    attempts: attempts.length,
    evidence: evidence.length,
  };
};

const nothingYet = {
  statuses: new Map<string, string>(),
  cancelled: false,
  attempts: [],
  evidence: new Map<string, EvidenceOfPlace>(),
};

const checked = (check: Check | null, event: Recorded<CheckEvent>): Check | null => {
  if (event.type === 'Day91CheckScheduled') {
    const { dischargedOn, dueOn } = event.data;
    return restated(check ?? { ...nothingYet, dischargedOn, dueOn }, { dischargedOn, dueOn });
  }
  if (!check) return null;
  switch (event.type) {
    case 'ContactAttempted':
      return { ...check, attempts: [...check.attempts, event.data] };
    case 'EvidenceRecorded': {
      const { evidenceId, kind, source, date, until = null } = event.data;
      return { ...check, evidence: new Map(check.evidence).set(evidenceId, { kind, source, date, until }) };
    }
    case 'EvidenceWithdrawn': {
      const { evidenceId } = event.data;
      return { ...check, evidence: new Map([...check.evidence].filter(([id]) => id !== evidenceId)) };
    }
    case 'Day91CheckCompleted':
      return { ...check, statuses: new Map(check.statuses).set(check.dischargedOn, event.data.status) };
    case 'Day91CheckReopened':
      return { ...check, statuses: new Map([...check.statuses].filter(([on]) => on !== check.dischargedOn)) };
    case 'Day91CheckCancelled':
      return { ...check, cancelled: true };
    case 'Day91CheckReinstated':
      return restated(check, event.data);
  }
};

/** Of another discharge day an answer says nothing; of its own it stands. */
const restated = (check: Check, { dischargedOn, dueOn }: Pick<Check, 'dischargedOn' | 'dueOn'>): Check => ({
  ...check,
  dischargedOn,
  dueOn,
  cancelled: false,
});
