import type { Details, Identifier } from '#libs/people/port.js';
import type { FaultCode } from './fault-words.js';
import type { Hl7Header } from './hl7/header.js';
import type { FactPerson, StayFact } from './stay-fact.js';

/** A fault of content: which reason of `faultWords` it comes under, which field, and a sentence for whoever sends it. Never the value. */
export interface Fault {
  readonly code: FaultCode;
  readonly field: string;
  readonly reason: string;
}

/** The identifiers of one message, and how sure they are. */
export interface Identity {
  readonly identifiers: readonly Identifier[];
  readonly number: FactPerson['number'];
  /** PID-31: the hospital does not know who this is. What else it says of the person is a guess. */
  readonly unknown?: true;
}

/** What is true of every message that names itself. */
export interface Envelope {
  /** The sender: `MSH-3/MSH-4`, or the `source` of a CloudEvent. */
  readonly feed: string;
  readonly controlId: string;
  /** `ADT^A01`, or the type of a CloudEvent. */
  readonly kind: string;
  /** What makes two messages the same: everything but when they were sent. Hashed, never kept. */
  readonly content: string;
  /** Whose patient it is about, as far as the message says; scopes quarantine to a trust. */
  readonly hospital: string | null;
  /** The visit it names, and when the sender recorded it, as far as it says: what waits in quarantine is kept together and in order by these. */
  readonly visit?: Visit | undefined;
  readonly recordedAt?: string | undefined;
  readonly header?: Hl7Header;
}

/** What the message says of a stay; `person` and `eventId` are added when it is taken. */
export type StayNews = Omit<StayFact, 'person' | 'eventId'>;

export interface Visit {
  readonly authority: string;
  readonly number: string;
}

export interface VisitMerge {
  readonly survivor: Visit;
  readonly loser: Visit;
  /** Of the visit that stays. */
  readonly identity: Identity;
  readonly news: StayNews;
}

export interface Correction {
  readonly right: Identifier;
  readonly wrong: Identifier;
}

/** What can be made of one message, by looking at nothing but the message, the feed's mapping and the mode of the service. */
export type Understood =
  /** Cannot be read, or must not be sent here at all: `AR`. */
  | {
      readonly kind: 'rejected';
      readonly reason: string;
      readonly field?: string;
      readonly header?: Hl7Header;
      readonly feed?: string;
      readonly controlId?: string;
    }
  /** Read, but its content cannot be taken: quarantined, `AE`. */
  | { readonly kind: 'refused'; readonly envelope: Envelope; readonly fault: Fault }
  /** Not for us: `AA`, counted. */
  | { readonly kind: 'ignored'; readonly envelope: Envelope; readonly reason: string }
  | {
      readonly kind: 'stay';
      readonly envelope: Envelope;
      readonly visit: Visit;
      readonly identity: Identity;
      readonly news: StayNews;
      /** Dropped unless the person was referred. */
      readonly details: Details;
    }
  /** Visits that are given up for others. */
  | { readonly kind: 'visits'; readonly envelope: Envelope; readonly merges: readonly VisitMerge[] }
  | {
      readonly kind: 'person';
      readonly envelope: Envelope;
      /** Each entry is one person. */
      readonly people: readonly Identity[];
      /** Who is one person because a merge says so. */
      readonly merges: readonly { readonly survivor: Identity; readonly loser: Identity }[];
      /** Identifiers that were wrong, and what they should have been. */
      readonly corrections: readonly Correction[];
      readonly recorded: string;
      readonly details: Details;
      /** What it says of a death; null when nothing. */
      readonly death: Pick<StayFact, 'dead' | 'deathAt'> | null;
    };
