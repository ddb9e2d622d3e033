import type { AckCode } from '../domain/hl7/asked-for.js';
import type { Hl7Header } from '../domain/hl7/header.js';
import type { SignedIn } from '#libs/access/signed-in.js';

export type Outcome = 'accepted' | 'duplicate' | 'ignored' | 'quarantined' | 'rejected';

/** What became of one message. `AA` only once it is stored, recognised, or not for us. */
export interface Taken {
  readonly outcome: Outcome;
  readonly ack: AckCode;
  readonly controlId: string | null;
  readonly header?: Hl7Header | undefined;
  readonly stayId?: string;
  /** Why it was not taken, or what is odd about it; never anything of its content. */
  readonly reason?: string;
  /** The field at fault, e.g. `PV1-44`; `message` or absent when it is none. */
  readonly field?: string;
  readonly flags?: readonly string[];
  /** How far the log has to be read to see it. */
  readonly position?: string;
}

/** Which form the bytes of a message have; a quarantined one is read again in the same way. */
export type MessageForm = 'hl7v2' | 'cloudevent' | 'fhir';

/** The message in quarantine that another stands for: it keeps its sender and, where it has one of its own, its control id. */
export interface Corrects {
  readonly id: string;
  readonly feed: string;
  readonly controlId: string;
  /** The user who corrected it, and when: who only tries a corrected message again is not it. */
  readonly by: string;
  readonly at: string;
}

/** How a message came. */
export interface Arrival {
  readonly source: 'mllp' | 'api' | 'kafka' | 'import' | 'quarantine';
  readonly correlationId: string;
  /** Who sent it over HTTP: a ward user may speak for the own hospital only. */
  readonly sender?: SignedIn;
  /** Whether the line may speak for who the header names (MSH-3, MSH-4); absent when any may be named. */
  readonly speaksFor?: (header: Pick<Hl7Header, 'application' | 'facility'>) => boolean;
  /** A person corrected a message that waits in quarantine: this one counts in its place. */
  readonly corrects?: Corrects;
}
