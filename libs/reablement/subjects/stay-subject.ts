import type { StayEvent } from '#libs/contracts/intake/stay-events.js';
import type { PersonEvent } from '#libs/contracts/people/person-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { StayFacts } from '../domain/reconcile.js';

/** The latest effective block of a stay: the highest revision wins, also when an earlier event was parked and is let through after it. */
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

/** Deaths recorded of a person, by source: withdrawn ones are gone, and with the last of them the row. */
export interface PersonSubject {
  readonly kind: 'person';
  readonly personId: string;
  readonly deaths: Readonly<Record<string, string>>;
}

export const personTypes = ['DeathRecorded', 'DeathRecordWithdrawn'] as const;

export const evolvePerson = (subject: PersonSubject | null, event: Recorded<PersonEvent>): PersonSubject | null => {
  if (event.type !== 'DeathRecorded' && event.type !== 'DeathRecordWithdrawn') return subject;
  const others = Object.entries(subject?.deaths ?? {}).filter(([source]) => source !== event.data.source);
  const own =
    event.type === 'DeathRecorded' ? [[event.data.source, event.data.diedAt ?? event.occurredAt] as const] : [];
  const deaths = Object.fromEntries([...others, ...own]);
  if (Object.keys(deaths).length === 0) return null;
  return { kind: 'person', personId: event.streamId.slice('person-'.length), deaths };
};
