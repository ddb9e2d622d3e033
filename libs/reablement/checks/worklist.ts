import { addDays, daysBetween } from '#libs/nhs/civil-date.js';
import { answerFromDay, checkStateOf, closesOnDay, type CheckState } from '#libs/nhs/day-91.js';
import type { CheckSubject } from '../subjects/check-subject.js';
import type { EpisodeSubject } from '../subjects/episode-subject.js';
import type { RequestSubject } from '../subjects/request-subject.js';

/** The two readings of the classic measure that the check counts in (metrics.md §2, `reablement.91-day-at-home`). */
export const cohorts = ['2b-classic', '2b-with-nhs'] as const;
export type Cohort = (typeof cohorts)[number];

/** A row of the day-91 worklist, without the person's details. */
export interface WorklistRow {
  readonly checkId: string;
  readonly caseId: string;
  readonly personId: string;
  readonly stayId: string | null;
  readonly state: CheckState;
  readonly dischargedOn: string;
  readonly day: number;
  readonly dueOn: string;
  readonly window: { readonly from: string; readonly to: string };
  readonly cohorts: readonly Cohort[];
  /** Why it is in its cohorts, or in none. */
  readonly cohortReason: string;
  readonly reablement: {
    readonly episodeId: string;
    readonly startedOn: string;
    readonly endedOn: string | null;
    readonly outcome: string | null;
  } | null;
  readonly attempts: CheckSubject['attempts'];
  readonly evidence: CheckSubject['evidence'];
  readonly outcome: CheckSubject['answer'];
  readonly reopened: number;
  /** A death is known: nobody is called. */
  readonly died: boolean;
  readonly revision: number;
}

/** Assessor type of the first episode of the case; funding of the request behind it; unknown counts as joint and as supported. */
const cohortsOf = (
  episode: EpisodeSubject | undefined,
  request: RequestSubject | undefined,
): { in: readonly Cohort[]; why: string } => {
  if (request?.funding === 'self-funded') return { in: [], why: 'Self-funded: in no cohort.' };
  if (episode?.assessorType === 'nhs')
    return { in: ['2b-with-nhs'], why: 'Assessed by the NHS alone: only in the cohort with NHS.' };
  return {
    in: cohorts,
    why: `Assessor: ${episode?.assessorType ?? 'not known, counts as joint'}; funding: ${request?.funding ?? 'not known, counts as supported'}.`,
  };
};

export const worklistRow = (
  check: CheckSubject,
  episodes: readonly EpisodeSubject[],
  requests: readonly RequestSubject[],
  died: boolean,
  today: string,
): WorklistRow => {
  const episode = [...episodes].sort((a, b) => (a.startedOn < b.startedOn ? -1 : 1))[0];
  const request = requests.find(
    ({ awarded, serviceType }) => awarded && ['reablement', 'rehab-bed'].includes(serviceType),
  );
  const evidence = check.evidence
    .filter(({ withdrawn }) => !withdrawn)
    .sort((a, b) => (a.date === b.date ? (a.evidenceId < b.evidenceId ? -1 : 1) : a.date < b.date ? -1 : 1));
  const { dischargedOn, attempts } = check;
  const state = checkStateOf({ dischargedOn, answered: check.answer !== null, evidence, attempts }, today);
  const cohort = cohortsOf(episode, request);
  return {
    checkId: check.checkId,
    caseId: check.caseId,
    personId: check.personId,
    stayId: check.stayId,
    state,
    dischargedOn: check.dischargedOn,
    day: daysBetween(check.dischargedOn, today),
    dueOn: check.dueOn,
    window: { from: addDays(check.dischargedOn, answerFromDay), to: addDays(check.dischargedOn, closesOnDay) },
    cohorts: cohort.in,
    cohortReason: cohort.why,
    reablement: episode
      ? {
          episodeId: episode.episodeId,
          startedOn: episode.startedOn,
          endedOn: episode.endedOn,
          outcome: episode.outcome,
        }
      : null,
    attempts: check.attempts,
    evidence,
    outcome: check.answer,
    reopened: check.reopened,
    died,
    revision: check.revision,
  };
};
