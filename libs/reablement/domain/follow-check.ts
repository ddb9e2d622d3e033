import type { CheckEvent } from '#libs/contracts/reablement/reablement-events.js';
import type { Decision } from '#libs/event-store/decider.js';
import type { Answer, Check, CheckCommand, Day91Status, Happened, Known, Schedule } from './check-types.js';

type Follow = Extract<CheckCommand, { do: 'follow' }>;
type Readmission = Pick<Follow['readmissions'][number], 'until'>;

const atHome: readonly Day91Status[] = ['own-home', 'extra-care', 'shared-lives', 'care-home-respite'];

export const emptyKnown = (schedule: Schedule): Known => ({ schedule, attempts: 0, evidence: {}, answers: {} });

const sameSchedule = (a: Schedule, b: Schedule): boolean =>
  a.dischargedAt === b.dischargedAt && a.dueOn === b.dueOn && a.stayId === b.stayId && a.caseId === b.caseId;

/** In hospital over the end of the 91st day. */
const covers = ({ until }: Readmission, { dueOn }: Schedule): boolean => until === null || until > dueOn;

/** Readmissions that the evidence shows so far, by the id of the evidence. */
const shown = ({ evidence }: Pick<Known, 'evidence'>) =>
  Object.entries(evidence).filter(([, { stayId, withdrawn }]) => stayId !== null && !withdrawn);

/** Ids of evidence that the ward has taken back. */
const takenBack = (command: Follow, known: Known): readonly string[] => {
  const effective = new Set(command.readmissions.map(({ evidenceId }) => evidenceId));
  return shown(known).flatMap(([id]) => (effective.has(id) ? [] : [id]));
};

const followEvidence = (command: Follow, known: Known): Happened[] => {
  const { occurredAt, eventId } = command;
  const recorded = command.readmissions
    .filter(({ evidenceId, date, until }) => {
      const before = known.evidence[evidenceId];
      return before === undefined || before.withdrawn || before.date !== date || before.until !== until;
    })
    .map(({ evidenceId, stayId, date, until }): Happened => ({
      type: 'EvidenceRecorded',
      data: { evidenceId, kind: 'readmitted', source: 'ward-feed', date, until, stayId },
      occurredAt,
      eventId: eventId('evidence', evidenceId, date),
    }));
  const withdrawn = takenBack(command, known).map((evidenceId): Happened => ({
    type: 'EvidenceWithdrawn',
    data: { evidenceId },
    occurredAt,
    eventId: eventId('evidence-withdrawn', evidenceId),
  }));
  return [...recorded, ...withdrawn];
};

/** What the ward now says that the person who answered could not know; null when nothing speaks against the answer. */
const contradictionOf = (command: Follow, schedule: Schedule, answer: Answer, known: Known): string | null => {
  const covering = (of: Pick<Known, 'evidence'>) => new Map(shown(of).filter(([, one]) => covers(one, schedule)));
  const before = covering(known);
  // Of an answer that comes back with its discharge date: what was shown meanwhile is news to whoever gave it.
  const answered = covering({ evidence: answer.knowing });
  const now = command.readmissions.filter((one) => covers(one, schedule));
  const isNews = ({ evidenceId }: { evidenceId: string }): boolean =>
    !before.has(evidenceId) || !answered.has(evidenceId);
  if (atHome.includes(answer.status) && now.some(isNews))
    return 'The ward feed shows the person in hospital on day 91.';
  if (answer.status === 'hospital' && before.size > 0 && now.length === 0)
    return 'The ward feed no longer shows the person in hospital on day 91.';
  return takenBack(command, known).some((id) => answer.evidenceIds.includes(id))
    ? 'The ward took evidence back that the answer rested on.'
    : null;
};

/**
 * A death up to day 91 answers the check, whatever was answered before; taken back, the check is open again.
 * Late news that contradicts an answer by hand opens the check once, for a person to decide.
 */
const followAnswer = (command: Follow, schedule: Schedule, answer: Answer | null, known: Known): Happened[] => {
  const { occurredAt, eventId, diedOn } = command;
  const reopened = (reason: string): Happened => ({
    type: 'Day91CheckReopened',
    data: { reason, by: 'late-news' },
    occurredAt,
    eventId: eventId('reopened'),
  });
  if (diedOn !== null && diedOn <= schedule.dueOn) {
    if (answer?.by === 'death') return [];
    const completed: Happened = {
      type: 'Day91CheckCompleted',
      data: { status: 'died', decidedBy: 'ward feed', evidenceIds: [], by: 'death' },
      occurredAt,
      eventId: eventId('completed', diedOn),
    };
    return answer ? [reopened('The person died before day 91.'), completed] : [completed];
  }
  if (answer === null) return [];
  if (answer.by === 'death') return [reopened('The record of death was taken back.')];
  const contradiction = contradictionOf(command, schedule, answer, known);
  return contradiction === null ? [] : [reopened(contradiction)];
};

const cancel = ({ because, occurredAt, eventId }: Follow, check: Check): Decision<CheckEvent> => {
  if (check.status === 'none' || check.status === 'cancelled') return { ok: true, events: [] };
  const cancelled = {
    type: 'Day91CheckCancelled',
    data: { because },
    occurredAt,
    eventId: eventId('cancelled'),
  } as const;
  return { ok: true, events: [cancelled] };
};

/** The check is scheduled, stated anew after a correction, or given back; nothing where it stands as it should. */
const restate = (check: Check, schedule: Schedule, { occurredAt, eventId }: Follow): Happened[] => {
  const { dischargedAt, dischargedOn, dueOn, stayId } = schedule;
  if (check.status === 'cancelled')
    return [
      {
        type: 'Day91CheckReinstated',
        data: { dischargedAt, dischargedOn, dueOn, stayId },
        occurredAt,
        eventId: eventId('reinstated', dischargedAt),
      },
    ];
  if (check.status !== 'none' && sameSchedule(check.schedule, schedule)) return [];
  return [
    {
      type: 'Day91CheckScheduled',
      data: schedule,
      occurredAt,
      eventId: eventId('scheduled', dischargedAt, stayId ?? ''),
    },
  ];
};

/** Nothing new is scheduled for somebody whose age is not held any more. */
const isNew = (check: Check): boolean =>
  check.status === 'none' || (check.status === 'cancelled' && check.because === 'no-longer-qualifies');

/** Policies 3, 8 and 9 (architecture.md §6): the difference between what is true now and what the check shows. */
export const follow = (command: Follow, check: Check): Decision<CheckEvent> => {
  const { schedule } = command;
  if (schedule === null) return cancel(command, check);
  if (!command.ageHeld && isNew(check)) return { ok: true, events: [] };
  const known = check.status === 'none' ? emptyKnown(schedule) : check;
  const stands = known.answers[schedule.dischargedOn] ?? null;
  return {
    ok: true,
    events: [
      ...restate(check, schedule, command),
      ...followEvidence(command, known),
      ...followAnswer(command, schedule, stands, known),
    ],
  };
};
