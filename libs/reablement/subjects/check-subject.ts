import type { Sealed } from '#libs/contracts/event-contract.js';
import type { CheckEvent } from '#libs/contracts/reablement/reablement-events.js';
import type { Recorded } from '#libs/event-store/decider.js';

export interface EvidenceEntry {
  readonly evidenceId: string;
  readonly kind: string;
  readonly source: string;
  readonly date: string;
  /** Of a readmission: when the person left again; null while in hospital, and for other evidence. */
  readonly until: string | null;
  readonly recordedAt: string;
  readonly withdrawn: boolean;
}

/** A day-91 check as the worklist shows it. */
export interface CheckSubject {
  readonly kind: 'check';
  readonly checkId: string;
  readonly caseId: string;
  readonly personId: string;
  readonly stayId: string | null;
  readonly dischargedAt: string;
  readonly dischargedOn: string;
  readonly dueOn: string;
  readonly because: string;
  readonly attempts: readonly {
    readonly at: string;
    readonly channel: string;
    readonly result: string;
    readonly by: string;
  }[];
  readonly evidence: readonly EvidenceEntry[];
  readonly answer: {
    readonly status: string;
    readonly decidedBy: string | Sealed;
    readonly evidenceIds: readonly string[];
    readonly by: string;
    readonly at: string;
  } | null;
  readonly cancelled: boolean;
  readonly reopened: number;
  readonly revision: number;
}

export const evolveCheck = (before: CheckSubject | null, event: Recorded<CheckEvent>): CheckSubject | null => {
  const { revision, occurredAt, recordedAt, metadata } = event;
  if (event.type === 'Day91CheckScheduled') {
    const { caseId, stayId, dischargedAt, dischargedOn, dueOn, because } = event.data;
    const schedule = { caseId, stayId, dischargedAt, dischargedOn, dueOn, because };
    if (before === null) {
      const checkId = event.streamId.slice('check-'.length);
      const empty = { attempts: [], evidence: [], answer: null, cancelled: false, reopened: 0 };
      return { kind: 'check', checkId, personId: event.personId ?? '', ...schedule, ...empty, revision };
    }
    const answer = before.dischargedOn === dischargedOn ? before.answer : null;
    return { ...before, ...schedule, answer, cancelled: false, revision };
  }
  if (before === null) return null;
  const subject = { ...before, revision };
  switch (event.type) {
    case 'ContactAttempted':
      return { ...subject, attempts: [...subject.attempts, { ...event.data, by: metadata.actor.id }] };
    case 'EvidenceRecorded': {
      const { evidenceId, kind, source, date, until = null } = event.data;
      const others = subject.evidence.filter((entry) => entry.evidenceId !== evidenceId);
      return {
        ...subject,
        evidence: [...others, { evidenceId, kind, source, date, until, recordedAt, withdrawn: false }],
      };
    }
    case 'EvidenceWithdrawn': {
      const withdrawn = (entry: EvidenceEntry): EvidenceEntry =>
        entry.evidenceId === event.data.evidenceId ? { ...entry, withdrawn: true } : entry;
      return { ...subject, evidence: subject.evidence.map(withdrawn) };
    }
    case 'Day91CheckCompleted':
      return { ...subject, answer: { ...event.data, at: occurredAt } };
    case 'Day91CheckReopened':
      return { ...subject, answer: null, reopened: subject.reopened + 1 };
    case 'Day91CheckCancelled':
      return { ...subject, cancelled: true };
    case 'Day91CheckReinstated': {
      const { dischargedAt, dischargedOn, dueOn, stayId } = event.data;
      const answer = before.dischargedOn === dischargedOn ? before.answer : null;
      return { ...subject, dischargedAt, dischargedOn, dueOn, stayId, answer, cancelled: false };
    }
  }
};
