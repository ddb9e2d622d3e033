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

export interface CheckAnswer {
  readonly status: string;
  readonly decidedBy: string | Sealed;
  readonly evidenceIds: readonly string[];
  readonly by: string;
  readonly at: string;
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
  /** Of the discharge date that the check has now. */
  readonly answer: CheckAnswer | null;
  /** By the discharge date each was given for (absent in rows of the version before). */
  readonly answers?: Readonly<Record<string, CheckAnswer>>;
  readonly cancelled: boolean;
  readonly reopened: number;
  readonly revision: number;
}

const answersOf = ({ answers, answer, dischargedOn }: CheckSubject): Readonly<Record<string, CheckAnswer>> =>
  answers ?? (answer ? { [dischargedOn]: answer } : {});

/** The check with its schedule stated anew: an answer counts for the discharge date it was given for. */
const restated = (
  before: CheckSubject,
  schedule: Partial<CheckSubject> & Pick<CheckSubject, 'dischargedOn'>,
): CheckSubject => {
  const answers = answersOf(before);
  return { ...before, ...schedule, answers, answer: answers[schedule.dischargedOn] ?? null, cancelled: false };
};

export const evolveCheck = (before: CheckSubject | null, event: Recorded<CheckEvent>): CheckSubject | null => {
  const { revision, occurredAt, recordedAt, metadata } = event;
  if (event.type === 'Day91CheckScheduled') {
    const { caseId, stayId, dischargedAt, dischargedOn, dueOn, because } = event.data;
    const schedule = { caseId, stayId, dischargedAt, dischargedOn, dueOn, because };
    if (before === null) {
      const checkId = event.streamId.slice('check-'.length);
      const empty = { attempts: [], evidence: [], answer: null, answers: {}, cancelled: false, reopened: 0 };
      return { kind: 'check', checkId, personId: event.personId ?? '', ...schedule, ...empty, revision };
    }
    return { ...restated(before, schedule), revision };
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
    case 'Day91CheckCompleted': {
      const answer = { ...event.data, at: occurredAt };
      return { ...subject, answer, answers: { ...answersOf(subject), [subject.dischargedOn]: answer } };
    }
    case 'Day91CheckReopened': {
      const others = Object.entries(answersOf(subject)).filter(([on]) => on !== subject.dischargedOn);
      return { ...subject, answer: null, answers: Object.fromEntries(others), reopened: subject.reopened + 1 };
    }
    case 'Day91CheckCancelled':
      return { ...subject, cancelled: true };
    case 'Day91CheckReinstated': {
      const { dischargedAt, dischargedOn, dueOn, stayId } = event.data;
      return restated(subject, { dischargedAt, dischargedOn, dueOn, stayId });
    }
  }
};
