import { Type } from 'typebox';
import { CivilDate, eventsOf, Instant, Nullable, Personal, StringEnum, type EventOf } from '../event-contract.js';

export const assessorTypes = ['joint', 'social-care', 'nhs'] as const;
export const reablementOutcomes = [
  'independent',
  'advice',
  'equipment-only',
  'ongoing-home-care',
  'care-home-residential',
  'care-home-nursing',
  'admitted-to-hospital',
  'died',
  'declined',
  'self-funded',
  'nhs-funded',
  'moved-away',
  'other',
] as const;
export const day91Statuses = [
  'own-home',
  'extra-care',
  'shared-lives',
  'care-home-respite',
  'care-home-long-term',
  'hospital',
  'died',
  'not-contactable',
  'moved-away',
] as const;
export const attemptChannels = ['phone', 'visit', 'letter', 'email', 'text'] as const;
export const attemptResults = [
  'spoke-to-person',
  'spoke-to-carer',
  'message-left',
  'no-answer',
  'wrong-number',
  'sent',
] as const;
export const evidenceKinds = [
  'readmitted',
  'died',
  'care-home',
  'long-term-support',
  'provider-visit',
  'seen-at-home',
  'spoke-to',
  'other',
] as const;
export const evidenceSources = ['ward-feed', 'provider', 'council-record', 'person', 'carer', 'other'] as const;

const Text = Personal(Type.String());

export const episodeContracts = eventsOf('reablement', 'reablement-', {
  ReablementStarted: [
    'Reablement began.',
    Type.Object({
      caseId: Type.String(),
      providerId: Type.String(),
      startedOn: CivilDate,
      plannedWeeks: Type.Integer({ minimum: 1, maximum: 6 }),
      hoursPerWeek: Type.Number(),
      assessorType: StringEnum(assessorTypes),
      inLongTermSupport: Nullable(Type.Boolean()),
    }),
  ],
  GoalSet: [
    'A goal, in the words of the person.',
    Type.Object({
      goalId: Type.String(),
      goal: Text,
      measure: Nullable(Text),
      baseline: Nullable(Text),
      target: Nullable(Text),
    }),
  ],
  GoalReviewed: [
    'How the goal stands.',
    Type.Object({ goalId: Type.String(), progress: Text, met: Nullable(Type.Boolean()) }),
  ],
  HoursRecorded: ['Hours given in a week.', Type.Object({ weekStarting: CivilDate, hours: Type.Number() })],
  ReablementReviewed: [
    'The episode was reviewed.',
    Type.Object({ note: Nullable(Text), hoursPerWeek: Nullable(Type.Number()) }),
  ],
  ReablementPaused: [
    'The episode is paused.',
    Type.Object({ because: StringEnum(['readmitted', 'hand'] as const), stayId: Nullable(Type.String()) }),
  ],
  ReablementResumed: ['The pause is over.', Type.Object({ stayId: Nullable(Type.String()) })],
  ReablementEnded: [
    'Reablement ended with a coded outcome.',
    Type.Object({
      endedOn: CivilDate,
      outcome: StringEnum(reablementOutcomes),
      by: StringEnum(['hand', 'death'] as const),
    }),
  ],
  ReablementEndReversed: [
    'What ended the episode was taken back (death withdrawn, discharge cancelled).',
    Type.Object({}),
  ],
});
export type EpisodeEvent = EventOf<typeof episodeContracts>;

export const checkContracts = eventsOf('reablement', 'check-', {
  Day91CheckScheduled: [
    'A check is due on the 91st day after discharge.',
    Type.Object({
      caseId: Type.String(),
      stayId: Nullable(Type.String()),
      dischargedAt: Instant,
      dischargedOn: CivilDate,
      dueOn: CivilDate,
      because: StringEnum(['award', 'episode'] as const),
      requestId: Nullable(Type.String()),
      episodeId: Nullable(Type.String()),
    }),
  ],
  ContactAttempted: [
    'Somebody tried to reach the person.',
    Type.Object({ at: Instant, channel: StringEnum(attemptChannels), result: StringEnum(attemptResults) }),
  ],
  EvidenceRecorded: [
    'Evidence of where the person is.',
    Type.Object({
      evidenceId: Type.String(),
      kind: StringEnum(evidenceKinds),
      source: StringEnum(evidenceSources),
      date: CivilDate,
      /** Of a readmission: the day the person left hospital again; null while in hospital. */
      until: Type.Optional(Nullable(CivilDate)),
      stayId: Nullable(Type.String()),
    }),
  ],
  EvidenceWithdrawn: ['Evidence from the ward was taken back.', Type.Object({ evidenceId: Type.String() })],
  Day91CheckCompleted: [
    'The answer of day 91.',
    Type.Object({
      status: StringEnum(day91Statuses),
      decidedBy: Text,
      evidenceIds: Type.Array(Type.String()),
      by: StringEnum(['hand', 'death'] as const),
    }),
  ],
  Day91CheckReopened: [
    'The answer was taken back.',
    Type.Object({ reason: Text, by: StringEnum(['hand', 'late-news'] as const) }),
  ],
  Day91CheckCancelled: [
    'The check no longer applies (the discharge was cancelled, or it no longer qualifies).',
    Type.Object({ because: StringEnum(['discharge-cancelled', 'no-longer-qualifies'] as const) }),
  ],
  Day91CheckReinstated: [
    'The check applies again.',
    Type.Object({ dischargedAt: Instant, dischargedOn: CivilDate, dueOn: CivilDate, stayId: Nullable(Type.String()) }),
  ],
});
export type CheckEvent = EventOf<typeof checkContracts>;
