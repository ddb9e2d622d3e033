import { Type } from 'typebox';
import { CivilDate, eventsOf, Instant, Nullable, Personal, StringEnum, type EventOf } from '../event-contract.js';

/** Personal details are one sealed object: a later event replaces the fields it names. */
export const PersonalDetails = Type.Object({
  nhsNumber: Type.Optional(Nullable(Type.String())),
  familyName: Type.Optional(Nullable(Type.String())),
  givenNames: Type.Optional(Nullable(Type.String())),
  birthDate: Type.Optional(Nullable(CivilDate)),
  sex: Type.Optional(Nullable(Type.String())),
  postcode: Type.Optional(Nullable(Type.String())),
  language: Type.Optional(Nullable(Type.String())),
  interpreter: Type.Optional(Nullable(Type.Boolean())),
});

export const personContracts = eventsOf('people', 'person-', {
  PersonIdentified: [
    'Identifiers, each as a keyed hash, are known to be this person.',
    Type.Object({
      identifiers: Type.Array(
        Type.Object({
          hash: Type.String(),
          kind: StringEnum(['nhs-number', 'local'] as const),
          verified: Type.Boolean(),
        }),
      ),
    }),
  ],
  PersonalDetailsRecorded: [
    'Personal details of a referred person, sealed under their own key.',
    Type.Object({
      details: Personal(PersonalDetails),
      /** Which of them are named, so that read models can let go of what was said anew without opening it. */
      fields: Type.Optional(Type.Array(Type.String())),
      source: StringEnum(['referral', 'ward-feed', 'correction'] as const),
    }),
  ],
  DeathRecorded: ['The person died.', Type.Object({ diedAt: Nullable(Instant), source: Type.String() })],
  DeathRecordWithdrawn: ['A record of death was taken back.', Type.Object({ source: Type.String() })],
  PeopleMerged: [
    'Two person ids are one person: `loser` resolves to `survivor` from now on.',
    Type.Object({
      mergeId: Type.String(),
      survivor: Type.String(),
      loser: Type.String(),
      because: StringEnum(['seen-together', 'merge-message', 'by-hand'] as const),
    }),
  ],
  MergeReverted: [
    'A merge was taken back.',
    Type.Object({ mergeId: Type.String(), survivor: Type.String(), loser: Type.String() }),
  ],
  PersonErased: [
    'The key of the person was destroyed; nothing personal can be read any more.',
    Type.Object({ reason: Type.String(), authority: Type.String(), keyFingerprint: Type.String() }),
  ],
});
export type PersonEvent = EventOf<typeof personContracts>;
