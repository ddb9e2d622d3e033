import { isDeepStrictEqual } from 'node:util';
import type { StayEvent } from '#libs/contracts/intake/stay-events.js';
import type { PersonEvent } from '#libs/contracts/people/person-events.js';
import type { Recorded } from '#libs/event-store/decider.js';
import type { StayFacts } from '../domain/reconcile.js';

/** What the latest block of a stay says. */
export interface StaySubject extends StayFacts {
  readonly kind: 'stay';
  readonly personId: string;
  readonly diedAt: string | null;
}

/** Most of what a ward says of a stay (where the person lies, whether they are ready) says nothing new here. */
export const evolveStay = (subject: StaySubject | null, event: Recorded<StayEvent>): StaySubject => {
  const { stayId, personId, status, admittedAt, dischargedAt, age, diedAt } = event.data.stay;
  const said: StaySubject = { kind: 'stay', stayId, personId, status, admittedAt, dischargedAt, age, diedAt };
  return subject !== null && isDeepStrictEqual(subject, said) ? subject : said;
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
