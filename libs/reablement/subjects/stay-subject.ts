import type { StayEvent } from '#libs/contracts/intake/stay-events.js';
import type { PersonEvent } from '#libs/contracts/people/person-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { StayFacts } from '../domain/reconcile.js';

/** The latest effective block of a stay: the highest revision wins. */
export interface StaySubject extends StayFacts {
  readonly kind: 'stay';
  readonly personId: string;
  readonly diedAt: string | null;
  readonly revision: number;
}

export const evolveStay = (subject: StaySubject | null, event: Recorded<StayEvent>): StaySubject => {
  if (subject !== null && subject.revision >= event.revision) return subject;
  const { stayId, personId, status, admittedAt, dischargedAt, age, diedAt } = event.data.stay;
  return { kind: 'stay', stayId, personId, status, admittedAt, dischargedAt, age, diedAt, revision: event.revision };
};

/** Deaths recorded of a person, by source: withdrawn ones are gone. */
export interface PersonSubject {
  readonly kind: 'person';
  readonly personId: string;
  readonly deaths: Readonly<Record<string, string>>;
}

export const personTypes = ['DeathRecorded', 'DeathRecordWithdrawn'] as const;

export const evolvePerson = (subject: PersonSubject | null, event: Recorded<PersonEvent>): PersonSubject => {
  const before: PersonSubject = subject ?? {
    kind: 'person',
    personId: event.streamId.slice('person-'.length),
    deaths: {},
  };
  if (event.type === 'DeathRecorded') {
    return { ...before, deaths: { ...before.deaths, [event.data.source]: event.data.diedAt ?? event.occurredAt } };
  }
  if (event.type === 'DeathRecordWithdrawn') {
    return {
      ...before,
      deaths: Object.fromEntries(Object.entries(before.deaths).filter(([source]) => source !== event.data.source)),
    };
  }
  return before;
};
