import { addDays, daysBetween, londonDate } from '#libs/nhs/civil-date.js';
import type { CaseFacts, EpisodeFacts, RequestFacts } from '../domain/reconcile.js';

/** Policy 7 (architecture.md §6): discharge home on pathway 1 → reablement is expected within two days (NICE NG74). */
export const startWithinDays = 2;
const home = ['19', '29'];

export interface ExpectedStart {
  readonly caseId: string;
  readonly dischargedOn: string;
  readonly expectedBy: string;
  readonly overdueDays: number;
}

/** Null when none is expected, or the start is recorded: as an episode by the team, or on the request as told by the provider. */
export const expectedStartOf = (
  facts: CaseFacts,
  episodes: readonly EpisodeFacts[],
  requests: readonly RequestFacts[],
  today: string,
): ExpectedStart | null => {
  const { discharge, pathway, caseId } = facts;
  if (discharge === null || pathway !== 1 || !home.includes(discharge.destinationCode ?? '')) return null;
  const dischargedOn = londonDate(discharge.at);
  const started = episodes.some(
    (episode) => episode.caseId === caseId && daysBetween(dischargedOn, episode.startedOn) >= -3,
  );
  if (
    started ||
    requests.some((request) => request.caseId === caseId && request.serviceType === 'reablement' && request.started)
  )
    return null;
  const expectedBy = addDays(dischargedOn, startWithinDays);
  return { caseId, dischargedOn, expectedBy, overdueDays: Math.max(0, daysBetween(expectedBy, today)) };
};
