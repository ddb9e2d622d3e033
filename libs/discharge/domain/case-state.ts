import type { CaseEvent } from '#libs/contracts/discharge/case-events.js';
import type { Recorded } from '#libs/event-store/decider.js';

export type CaseEntry = Recorded<CaseEvent>;
export type EntryOf<T extends CaseEvent['type']> = Extract<CaseEntry, { readonly type: T }>;

/** A delay as it was entered; whether it lasts is worked out with the criteria history (metrics.md §3). */
export interface CaseDelay {
  readonly delayId: string;
  readonly reason: string;
  readonly anticipated: boolean;
  /** When the wait began. */
  readonly startedAt: string;
  /** Where its start stands in the log. */
  readonly position: string;
  readonly ended: { readonly at: string; readonly position: string } | null;
}

/** What the team itself recorded of criteria to reside. */
export interface TeamCriteria {
  readonly eventId: string;
  readonly meets: boolean;
  readonly at: string;
  readonly recordedAt: string;
}

export interface Discharge {
  readonly by: 'ward' | 'hand';
  readonly stayId: string | null;
  readonly dischargedAt: string;
  readonly destinationCode: string | null;
  readonly methodCode: string | null;
}

/** A pause of one kind: whether it holds, and when it last began or ended. */
export interface Pause {
  readonly holds: boolean;
  readonly changedAt: string | null;
}

/**
 * What is known of a case whatever its status. Each ending has a place of its own, so that taking one back gives back
 * what was before it: a death withdrawn leaves the discharge that came first.
 */
export interface CaseBody {
  readonly caseId: string;
  /** The person id of the day of the referral; resolve it before comparing people. */
  readonly personId: string;
  readonly hospital: string;
  readonly referredAt: string;
  readonly referralPosition: string;
  readonly link: { readonly stayId: string; readonly admittedAt: string | null } | null;
  readonly accepted: boolean;
  /** A pathway, a delay or an action stands (api.md, "A case and its stay"). */
  readonly worked: boolean;
  readonly worker: string | null;
  readonly pathway: number | null;
  readonly delays: ReadonlyMap<string, CaseDelay>;
  readonly actions: ReadonlyMap<string, 'open' | 'done'>;
  readonly escalations: ReadonlyMap<string, 'open' | 'resolved'>;
  readonly criteria: readonly TeamCriteria[];
  readonly handPause: Pause;
  readonly criteriaPause: Pause;
  readonly discharge: Discharge | null;
  /** What the team said, also while the ward's word stands over it. */
  readonly dischargedByHand: Discharge | null;
  readonly withdrawnByHand: string | null;
  readonly admissionCancelled: boolean;
  readonly closedByHand: string | null;
  readonly death: { readonly diedAt: string | null } | null;
  readonly mergedInto: { readonly caseId: string | null } | null;
  readonly readmissions: ReadonlyMap<string, string>;
  /** The ward's criteria entries that the team marked in error. */
  readonly disregarded: ReadonlySet<string>;
}

export const openStatuses = ['referred', 'accepted', 'active', 'paused'] as const;

/** The case as its status makes it. Open = referred, accepted, active, paused. */
export type CaseState =
  | { readonly status: 'none' }
  | { readonly status: 'referred' | 'accepted' | 'active'; readonly body: CaseBody }
  | { readonly status: 'paused'; readonly by: readonly ('hand' | 'criteria')[]; readonly body: CaseBody }
  | { readonly status: 'discharged'; readonly discharge: Discharge; readonly body: CaseBody }
  | { readonly status: 'withdrawn'; readonly by: 'hand' | 'admission-cancelled'; readonly body: CaseBody }
  | { readonly status: 'closed'; readonly by: 'hand' | 'death' | 'merged'; readonly body: CaseBody };
export type ExistingCase = Exclude<CaseState, { status: 'none' }>;
export type OpenCase = Extract<CaseState, { status: (typeof openStatuses)[number] }>;

export const isOpen = (state: CaseState): state is OpenCase => openStatuses.some((open) => open === state.status);

/** The status that a body amounts to: closed before withdrawn before discharged before paused. */
export const statusOf = (body: CaseBody): ExistingCase => {
  if (body.closedByHand !== null) return { status: 'closed', by: 'hand', body };
  if (body.death) return { status: 'closed', by: 'death', body };
  if (body.mergedInto) return { status: 'closed', by: 'merged', body };
  if (body.withdrawnByHand !== null) return { status: 'withdrawn', by: 'hand', body };
  if (body.admissionCancelled) return { status: 'withdrawn', by: 'admission-cancelled', body };
  if (body.discharge) return { status: 'discharged', discharge: body.discharge, body };
  const by = [
    ...(body.handPause.holds ? (['hand'] as const) : []),
    ...(body.criteriaPause.holds ? (['criteria'] as const) : []),
  ];
  if (by.length > 0) return { status: 'paused', by, body };
  return { status: body.worked ? 'active' : body.accepted ? 'accepted' : 'referred', body };
};

/** When the team itself ended the case by closing or withdrawing it; the earlier of the two. */
export const endedByHandAt = ({ closedByHand, withdrawnByHand }: CaseBody): string | null =>
  closedByHand !== null && withdrawnByHand !== null && withdrawnByHand < closedByHand
    ? withdrawnByHand
    : (closedByHand ?? withdrawnByHand);

/**
 * A case with the history it was folded from: an entry marked in error stops counting, so that the case is folded anew
 * without it.
 */
export interface CaseRecord {
  readonly history: readonly CaseEntry[];
  readonly state: CaseState;
}

export const noCase: CaseRecord = { history: [], state: { status: 'none' } };
