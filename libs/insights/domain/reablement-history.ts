import type { CivilDate } from '#libs/nhs/index.js';
import type { Entry } from './entries.js';

export type EpisodeEntry =
  | Entry<
      'ReablementStarted',
      {
        caseId: string;
        providerId: string;
        startedOn: CivilDate;
        assessorType: string | null;
        inLongTermSupport: boolean | null;
      }
    >
  | Entry<'ReablementEnded', { endedOn: CivilDate; outcome: string }>
  | Entry<'ReablementEndReversed'>;

export interface EpisodeAsKnown {
  readonly episodeId: string;
  readonly caseId: string;
  readonly personId: string | null;
  readonly providerId: string;
  readonly startedOn: CivilDate;
  readonly assessorType: string | null;
  readonly inLongTermSupport: boolean;
  readonly endedOn: CivilDate | null;
  readonly outcome: string | null;
  readonly eventIds: readonly string[];
}

/** Works an episode out from its entries in log order; null before it is known to have started. */
export const episodeAsKnown = (episodeId: string, log: readonly EpisodeEntry[]): EpisodeAsKnown | null => {
  const started = log.find((entry) => entry.type === 'ReablementStarted');
  if (!started) return null;
  let end: { readonly endedOn: CivilDate; readonly outcome: string } | null = null;
  for (const entry of log) {
    if (entry.type === 'ReablementEnded') end = entry.data;
    if (entry.type === 'ReablementEndReversed') end = null;
  }
  return {
    episodeId,
    caseId: started.data.caseId,
    personId: started.personId,
    providerId: started.data.providerId,
    startedOn: started.data.startedOn,
    assessorType: started.data.assessorType,
    inLongTermSupport: started.data.inLongTermSupport === true,
    endedOn: end?.endedOn ?? null,
    outcome: end?.outcome ?? null,
    eventIds: log.map((entry) => entry.eventId),
  };
};

export type CheckEntry =
  | Entry<
      'Day91CheckScheduled',
      { caseId: string; stayId: string | null; dischargedOn: CivilDate; requestId: string | null }
    >
  | Entry<'Day91CheckReinstated', { stayId: string | null; dischargedOn: CivilDate }>
  | Entry<'Day91CheckCancelled'>
  | Entry<'Day91CheckCompleted', { status: string }>
  | Entry<'Day91CheckReopened'>;

export interface CheckAsKnown {
  readonly checkId: string;
  readonly caseId: string;
  readonly personId: string | null;
  readonly stayId: string | null;
  readonly dischargedOn: CivilDate;
  readonly cancelled: boolean;
  readonly status: string | null;
  readonly eventIds: readonly string[];
}

/** Works a day-91 check out from its entries in log order; null before it was scheduled. An answer counts for the discharge date it was given for, and for no other. */
export const checkAsKnown = (checkId: string, log: readonly CheckEntry[]): CheckAsKnown | null => {
  const scheduled = log.find((entry) => entry.type === 'Day91CheckScheduled');
  if (!scheduled) return null;
  let { stayId, dischargedOn } = scheduled.data;
  let cancelled = false;
  const answers = new Map<CivilDate, string>();
  for (const entry of log)
    switch (entry.type) {
      case 'Day91CheckScheduled':
      case 'Day91CheckReinstated':
        cancelled = false;
        ({ stayId, dischargedOn } = entry.data);
        break;
      case 'Day91CheckCancelled':
        cancelled = true;
        break;
      case 'Day91CheckCompleted':
        answers.set(dischargedOn, entry.data.status);
        break;
      case 'Day91CheckReopened':
        answers.delete(dischargedOn);
        break;
    }
  return {
    checkId,
    caseId: scheduled.data.caseId,
    personId: scheduled.personId,
    stayId,
    dischargedOn,
    cancelled,
    status: answers.get(dischargedOn) ?? null,
    eventIds: log.map((entry) => entry.eventId),
  };
};
