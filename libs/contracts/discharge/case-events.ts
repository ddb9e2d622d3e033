import { Type } from 'typebox';
import { CivilDate, eventsOf, Instant, Nullable, Personal, StringEnum, type EventOf } from '../event-contract.js';

export const delayOwners = ['acute-trust', 'hub', 'council', 'nhs', 'housing', 'joint'] as const;
export const caseFlags = [
  'safeguarding',
  'mental-capacity',
  'continuing-healthcare',
  'homeless',
  'no-recourse',
  'end-of-life',
  'infection',
  'dementia',
  'learning-disability',
  'carer',
  'self-funder',
  'restricted',
] as const;

const Text = Personal(Type.String());
const Owner = Type.Object({ organisation: Type.String(), person: Type.Optional(Nullable(Text)) });

/** What a referral says; the reservation of a referral holds the same, so that it can be completed after a crash. */
const referral = {
  hospital: Type.String(),
  ward: Nullable(Type.String()),
  homeAuthority: Type.String(),
  expectedDischargeDate: Nullable(CivilDate),
  needs: Personal(Type.Unsafe<Record<string, unknown>>({ type: 'object' })),
  flags: Type.Array(StringEnum(caseFlags)),
  involvement: Personal(Type.Unsafe<Record<string, unknown>>({ type: 'object' })),
  referredBy: Text,
  previousCaseId: Nullable(Type.String()),
};

/** One stream per person and hospital: its revision is what makes one open case per stay hold under races. */
export const referralContracts = eventsOf('discharge', 'referral-', {
  ReferralReserved: [
    'A referral was taken and its case id given; the case itself is the next thing written.',
    Type.Object({ caseId: Type.String(), ...referral }),
  ],
});
export type ReferralEvent = EventOf<typeof referralContracts>;

export const caseContracts = eventsOf('discharge', 'case-', {
  CaseReferred: ['A person was referred to the integrated discharge team.', Type.Object(referral)],
  CaseLinkedToStay: [
    'The stay that the case belongs to was worked out anew; null when none is known.',
    Type.Object({ stayId: Nullable(Type.String()), admittedAt: Nullable(Instant) }),
  ],
  CriteriaToResideRecorded: [
    'The team recorded whether the person meets the criteria to reside: a clinical fact, never computed.',
    Type.Object({
      meets: Type.Boolean(),
      codes: Type.Array(Type.String()),
      reason: Nullable(Text),
      assessor: Text,
    }),
  ],
  CaseAccepted: ['The team accepted the referral.', Type.Object({})],
  CaseWorkerAssigned: ['A worker owns the case.', Type.Object({ worker: Type.String(), organisation: Type.String() })],
  PathwayAssigned: [
    'A discharge-to-assess pathway was agreed.',
    Type.Object({
      pathway: Type.Integer({ minimum: 0, maximum: 3 }),
      reason: Text,
      whyNotHome: Nullable(Text),
      returningCareHomeResident: Type.Boolean(),
      decidedBy: Text,
      guidanceVersion: Type.String(),
    }),
  ],
  ExpectedDischargeDateChanged: [
    'The team set the expected discharge date.',
    Type.Object({ date: Nullable(CivilDate), reason: Nullable(Text) }),
  ],
  DelayStarted: [
    'The person waits for this reason.',
    Type.Object({
      delayId: Type.String(),
      reason: Type.String(),
      owner: Nullable(StringEnum(delayOwners)),
      anticipated: Type.Boolean(),
      note: Nullable(Text),
      /** `award` when policy 5 set it. */
      setBy: StringEnum(['hand', 'policy'] as const),
      /** The request whose award or failure set it, for policy 5. */
      requestId: Nullable(Type.String()),
    }),
  ],
  DelayEnded: [
    'The wait for this reason is over.',
    Type.Object({
      delayId: Type.String(),
      setBy: StringEnum(['hand', 'policy'] as const),
      requestId: Nullable(Type.String()),
    }),
  ],
  ActionRaised: [
    'Somebody has something to do.',
    Type.Object({ actionId: Type.String(), what: Text, owner: Owner, due: Type.String() }),
  ],
  ActionCompleted: ['The action is done.', Type.Object({ actionId: Type.String() })],
  CaseEscalated: [
    'The case was escalated.',
    Type.Object({ escalationId: Type.String(), level: Type.Integer({ minimum: 1, maximum: 5 }), to: Text, why: Text }),
  ],
  EscalationResolved: ['The escalation is settled.', Type.Object({ escalationId: Type.String() })],
  InvolvementRecorded: [
    'How the person and their carer were involved (NHS Act 2006 s.74 as inserted 2022).',
    Type.Object({ involvement: Personal(Type.Unsafe<Record<string, unknown>>({ type: 'object' })) }),
  ],
  CarersAssessmentOffered: [
    'A carer was offered an assessment.',
    Type.Object({ accepted: Nullable(Type.Boolean()), note: Nullable(Text) }),
  ],
  ChoiceDiscussed: [
    'Choice of care was discussed with the person or family.',
    Type.Object({ outcome: Nullable(Text), note: Nullable(Text) }),
  ],
  CasePaused: [
    'The case is paused: by hand, or because criteria to reside are met again.',
    Type.Object({ by: StringEnum(['hand', 'criteria'] as const), reason: Nullable(Text) }),
  ],
  CaseResumed: ['The pause is over.', Type.Object({ by: StringEnum(['hand', 'criteria'] as const) })],
  CaseDischarged: [
    'The person left hospital alive.',
    Type.Object({
      by: StringEnum(['ward', 'hand'] as const),
      stayId: Nullable(Type.String()),
      dischargedAt: Instant,
      destinationCode: Nullable(Type.String()),
      methodCode: Nullable(Type.String()),
    }),
  ],
  DischargeReversed: ['The discharge never happened.', Type.Object({ stayId: Nullable(Type.String()) })],
  ReferralWithdrawn: [
    'The referral was withdrawn.',
    Type.Object({ by: StringEnum(['hand', 'admission-cancelled'] as const), reason: Nullable(Text) }),
  ],
  CaseClosed: [
    'The case is closed.',
    Type.Object({
      by: StringEnum(['hand', 'death', 'merged'] as const),
      reason: Nullable(Text),
      diedAt: Nullable(Instant),
      /** The case that stays, when two are on one stay. */
      keptCaseId: Type.Optional(Type.String()),
    }),
  ],
  CaseReopened: [
    'What closed or withdrew the case was taken back by the ward (admission reinstated, death withdrawn).',
    Type.Object({ undoes: StringEnum(['admission-cancelled', 'death', 'merged'] as const) }),
  ],
  ReadmissionNoted: [
    'The person was admitted again before day 91; the case stays as it is, and knows of the new stay (policy 9).',
    Type.Object({ stayId: Type.String(), admittedAt: Instant }),
  ],
  ReadmissionTakenBack: [
    'The readmission never happened, or was not one of this case.',
    Type.Object({ stayId: Type.String() }),
  ],
  EntryMarkedInError: [
    'An entry was a mistake and stops counting; the fact stays in the log.',
    Type.Object({ eventId: Type.String(), entryType: Type.String(), reason: Text }),
  ],
});
export type CaseEvent = EventOf<typeof caseContracts>;

export const huddleContracts = eventsOf('discharge', 'huddle-', {
  HuddleStarted: ['A huddle began.', Type.Object({ hospital: Nullable(Type.String()) })],
  CaseReviewed: [
    'A case was reviewed in the huddle.',
    Type.Object({ caseId: Type.String(), casePersonId: Type.String(), decision: Text, note: Nullable(Text) }),
  ],
  HuddleFinished: ['The huddle is over.', Type.Object({})],
});
export type HuddleEvent = EventOf<typeof huddleContracts>;
