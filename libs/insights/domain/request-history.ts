import { epochOf, type Instant } from '#libs/nhs/index.js';
import { byTime, type Entry } from './entries.js';

export type RequestEntry =
  | Entry<'PlacementRequested', { caseId: string; serviceType: string; funding: string | null; interim: boolean }>
  | Entry<'RequestDetails', { serviceType: string; funding: string | null; interim: boolean | null }>
  | Entry<'RequestApproved'>
  | Entry<'RequestPaused', { because: string }>
  | Entry<'RequestResumed', { because: string }>
  | Entry<'PlacementAwarded', { providerId: string; serviceType: string; funding: string | null }>
  | Entry<'PlacementStarted', { providerId: string; startedOn: string }>
  | Entry<'PlacementFailed'>
  | Entry<'ProviderDeclined', { providerId: string; reason: string | null }>;

export interface Award {
  readonly at: Instant;
  readonly eventId: string;
  readonly providerId: string;
  readonly serviceType: string;
  readonly funding: string | null;
  /** From approval, or from the failure before it, less the time paused; null when it was never approved. */
  readonly hours: number | null;
  /** False once it failed. */
  readonly stands: boolean;
}

export interface RequestAsKnown {
  readonly requestId: string;
  readonly caseId: string | null;
  readonly personId: string | null;
  readonly serviceType: string | null;
  readonly interim: boolean;
  readonly awards: readonly Award[];
  readonly starts: readonly { readonly startedOn: string; readonly serviceType: string; readonly eventId: string }[];
  readonly declines: readonly {
    readonly at: Instant;
    readonly eventId: string;
    readonly providerId: string;
    readonly reason: string | null;
  }[];
}

/** Milliseconds between two instants in which at least one reason kept the request paused. */
const pausedBetween = (entries: readonly RequestEntry[], from: Instant, to: Instant): number => {
  const reasons = new Set<string>();
  let since: Instant | null = null;
  let paused = 0;
  if (to <= from) return 0;
  for (const entry of entries) {
    if (entry.type !== 'RequestPaused' && entry.type !== 'RequestResumed') continue;
    if (entry.at >= to) break;
    const was = reasons.size > 0;
    if (entry.type === 'RequestPaused') reasons.add(entry.data.because);
    else reasons.delete(entry.data.because);
    const at = entry.at < from ? from : entry.at;
    if (!was && reasons.size > 0) since = at;
    if (was && reasons.size === 0 && since !== null) {
      paused += epochOf(at) - epochOf(since);
      since = null;
    }
  }
  return since === null ? paused : paused + epochOf(to) - epochOf(since);
};

/**
 * Works a request out from its entries in log order (cut at "known at" by the caller). The log says what follows what: which award a start or a failure is
 * of, and from when the clock of an award runs, whatever times they were entered for.
 */
export const requestAsKnown = (requestId: string, log: readonly RequestEntry[]): RequestAsKnown => {
  const inTime = byTime(log);
  let caseId: string | null = null;
  let serviceType: string | null = null;
  let funding: string | null = null;
  let interim = false;
  let clock: Instant | null = null;
  const awards: { -readonly [K in keyof Award]: Award[K] }[] = [];
  const starts: RequestAsKnown['starts'][number][] = [];
  const declines: RequestAsKnown['declines'][number][] = [];
  for (const entry of log)
    switch (entry.type) {
      case 'PlacementRequested':
        ({ caseId, serviceType, funding, interim } = entry.data);
        break;
      case 'RequestDetails':
        serviceType = entry.data.serviceType;
        funding = entry.data.funding ?? funding;
        interim = entry.data.interim ?? interim;
        break;
      case 'RequestApproved':
        clock = entry.at;
        break;
      case 'PlacementFailed': {
        clock = entry.at;
        const failed = awards.at(-1);
        if (failed) failed.stands = false;
        break;
      }
      case 'PlacementAwarded': {
        const hours =
          clock === null
            ? null
            : (epochOf(entry.at) - epochOf(clock) - pausedBetween(inTime, clock, entry.at)) / 3_600_000;
        awards.push({
          at: entry.at,
          eventId: entry.eventId,
          providerId: entry.data.providerId,
          serviceType: entry.data.serviceType,
          funding: entry.data.funding ?? funding,
          hours,
          stands: true,
        });
        break;
      }
      case 'PlacementStarted':
        starts.push({
          startedOn: entry.data.startedOn,
          serviceType: awards.at(-1)?.serviceType ?? serviceType ?? 'unknown',
          eventId: entry.eventId,
        });
        break;
      case 'ProviderDeclined':
        declines.push({ at: entry.at, eventId: entry.eventId, ...entry.data });
        break;
      default:
        break;
    }
  return { requestId, caseId, personId: log[0]?.personId ?? null, serviceType, interim, awards, starts, declines };
};
