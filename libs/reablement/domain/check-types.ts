import type { CheckEvent, day91Statuses } from '#libs/contracts/reablement/reablement-events.js';
import type { HappenedOf } from '#libs/event-store/decider.js';
import type { EventIdOf } from './episode.js';

export type Day91Status = (typeof day91Statuses)[number];
export type Data<T extends CheckEvent['type']> = Extract<CheckEvent, { type: T }>['data'];
export type Happened = HappenedOf<CheckEvent>;

/** What the check is about: set anew when the discharge is corrected. */
export type Schedule = Data<'Day91CheckScheduled'>;
/** Evidence that the ward feed gives: a readmission. */
export interface WardEvidence {
  readonly evidenceId: string;
  readonly stayId: string;
  readonly date: string;
  /** The day the person left again; null while in hospital. */
  readonly until: string | null;
}

export interface KnownEvidence {
  readonly date: string;
  readonly until: string | null;
  readonly stayId: string | null;
  readonly withdrawn: boolean;
}
export interface Known {
  readonly schedule: Schedule;
  readonly attempts: number;
  readonly evidence: Readonly<Record<string, KnownEvidence>>;
  /** By the discharge date it was given for: corrected to another it does not count, and it stands again should that date come back. */
  readonly answers: Readonly<Record<string, Answer>>;
}
export interface Answer {
  readonly status: Day91Status;
  readonly by: 'hand' | 'death';
  readonly evidenceIds: readonly string[];
  /** What was known of where the person is when it was given. */
  readonly knowing: Readonly<Record<string, KnownEvidence>>;
}

export type Check =
  | { readonly status: 'none' }
  | ({ readonly status: 'open' } & Known)
  | ({ readonly status: 'done'; readonly answer: Answer } & Known)
  | ({ readonly status: 'cancelled'; readonly because: Data<'Day91CheckCancelled'>['because'] } & Known);

export type CheckCommand =
  /** From policies 3, 8 and 9: what is true now; `schedule` null when no check applies. */
  | {
      readonly do: 'follow';
      readonly occurredAt: string;
      readonly schedule: Schedule | null;
      readonly because: Data<'Day91CheckCancelled'>['because'];
      /** False: the age is not held any more, so nothing new is scheduled and what is there stands. */
      readonly ageHeld: boolean;
      readonly readmissions: readonly WardEvidence[];
      readonly diedOn: string | null;
      readonly eventId: EventIdOf;
    }
  | { readonly do: 'attempt'; readonly data: Data<'ContactAttempted'> }
  | { readonly do: 'evidence'; readonly data: Data<'EvidenceRecorded'> }
  | {
      readonly do: 'answer';
      readonly today: string;
      readonly status: Day91Status;
      readonly decidedBy: string;
      readonly evidenceIds: readonly string[];
    }
  | { readonly do: 'reopen'; readonly reason: string };
