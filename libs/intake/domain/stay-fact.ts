import type { Place } from '#libs/contracts/intake/stay-events.js';
import type { Snapshot } from './snapshots/snapshot.js';

export const stayActions = [
  'admit',
  'move',
  'discharge',
  'details',
  'expect',
  'cancel-expected',
  'leave',
  'return',
  'cancel-admission',
  'cancel-move',
  'cancel-discharge',
  'cancel-leave',
  'cancel-return',
  /** A05: a planned stay; nobody is in a bed yet. */
  'plan',
  'cancel-plan',
  /** A07: an inpatient no longer. */
  'become-outpatient',
  /** A42: one visit is given up for another. */
  'merge',
  /** No message of the stay: what was said elsewhere of the death of the person whose stay it is. */
  'hear-of-death',
] as const;
export type StayAction = (typeof stayActions)[number];

/** What facts are ordered by. */
export interface FactTimes {
  /** When it was true. */
  readonly eventTime: string;
  /** The sender's recorded time (EVN-2, else MSH-7). */
  readonly recorded: string;
  readonly controlId: string;
  readonly eventId: string;
  /** The event that the same message led to when it was heard first: this copy of it was sent before that one. */
  readonly copyOf?: string;
}

/** What one message says of a death. */
export interface SaysOfDeath extends FactTimes {
  /** PID-30. */
  readonly dead?: boolean;
  /** PID-29. */
  readonly deathAt?: string | null;
  /** When the person left by death, where a discharge that stands says so (method 4 or 5, destination 79). */
  readonly leftAt?: string;
}

/** Who the message was about: never an identifier, only what was made of it. */
export interface FactPerson {
  /** The id these identifiers have of themselves, whatever else was seen of the person; resolved when reading. */
  readonly id: string;
  /** What the id was found by: the surest wins over a whole stay. */
  readonly by: 'nhs-number' | 'local' | 'visit';
  /** The message gave an NHS number: `verified` joins, `unverified` joins nobody (domain.md §7.2). */
  readonly number: 'verified' | 'unverified' | 'none';
  /** Keyed hash of the identifiers as they were sent. */
  readonly identifiers: string;
}

/**
 * What one message said about a stay. Kept for good in its event, so that the stay is a function of the set of facts.
 * A field that is absent said nothing; `null` deletes; a value sets (api.md, "Empty changes nothing, `""` clears").
 * Nothing personal stands here: age with its date, sex and borough only (architecture.md §7).
 */
export interface StayFact extends FactTimes {
  readonly action: StayAction;
  /** The event of this stay that first said it, where another one stands for it: for all that say the same, or for what was said of a visit merged into the stay. */
  readonly firstSaidBy?: string;
  /** The visit it was said of, when that is not the stay's own; of a merge the visit that is given up. */
  readonly visit?: string;
  /** Of a merge: the visit that stays. What a merge says beside that, it says of this one. */
  readonly into?: string;
  readonly person: FactPerson;
  /** MSH-4: the hospital where the location names none; empty when the message has no such thing. */
  readonly sender: string;
  /** PV1-3.4. */
  readonly hospital?: string;
  readonly place?: Place;
  readonly admittedAt?: string | null;
  readonly dischargedAt?: string | null;
  readonly admissionMethodCode?: string | null;
  readonly sourceCode?: string | null;
  readonly specialty?: string | null;
  readonly destinationCode?: string | null;
  readonly dischargeMethodCode?: string | null;
  readonly expectedDate?: string | null;
  /** ZU1-22 turned round: `Y` (medically fit) is "does not meet". */
  readonly meets?: boolean | null;
  readonly criteriaCodes?: readonly string[];
  /** ZU1-24. */
  readonly readyDate?: string | null;
  readonly age?: { readonly years: number; readonly on: string } | null;
  readonly sex?: string | null;
  readonly homeAuthority?: string | null;
  /** PID-30. */
  readonly dead?: boolean;
  /** PID-29. */
  readonly deathAt?: string | null;
  /** What other stays of the person, and messages of no stay, say of the death that this one tells of. What was heard last is all of it. */
  readonly elsewhere?: readonly SaysOfDeath[];
  /** PID-31: the hospital does not know who this is. */
  readonly identityUnknown?: boolean;
  /** What was odd but taken, e.g. `time-in-missing-hour`. */
  readonly flags?: readonly string[];
  /** The fact is a whole stay as one system saw it; `action` then only names its event. */
  readonly snapshot?: Snapshot;
}

/** A visit is given up for another. */
export type MergeFact = StayFact & { readonly action: 'merge'; readonly visit: string; readonly into: string };

export const isMerge = (fact: StayFact): fact is MergeFact =>
  fact.action === 'merge' && fact.visit !== undefined && fact.into !== undefined;

/** What was said elsewhere of the person's death. */
export const isHeardElsewhere = ({ action }: StayFact): boolean => action === 'hear-of-death';

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Locations and criteria: by event time, source recorded time, control id (api.md). The event id only settles what is left. */
export const byEventTime = (a: FactTimes, b: FactTimes): number =>
  compare(a.eventTime, b.eventTime) ||
  compare(a.recorded, b.recorded) ||
  compare(a.controlId, b.controlId) ||
  compare(a.eventId, b.eventId);

/** All other fields: by source recorded time, event time, control id (api.md). */
export const byRecordedTime = (a: FactTimes, b: FactTimes): number =>
  compare(a.recorded, b.recorded) ||
  compare(a.eventTime, b.eventTime) ||
  compare(a.controlId, b.controlId) ||
  compare(a.eventId, b.eventId);

/** When the earliest copy heard of a message was recorded; undefined when none was. */
export const heardRecorded = (facts: readonly FactTimes[], eventId: string): string | undefined =>
  facts.reduce<string | undefined>((first, fact) => {
    if ((fact.copyOf ?? fact.eventId) !== eventId) return first;
    return first === undefined || fact.recorded < first ? fact.recorded : first;
  }, undefined);

/** Of copies of one message only the one that was sent first, under the name of the one heard first. */
export const sentFirst = <F extends FactTimes & { readonly firstSaidBy?: string }>(
  facts: readonly F[],
): readonly F[] => {
  if (facts.every(({ copyOf }) => copyOf === undefined)) return facts;
  const kept = new Map<string, F>();
  for (const { copyOf, ...fact } of facts as readonly (F & FactTimes)[]) {
    const eventId = copyOf ?? fact.eventId;
    const known = kept.get(eventId);
    if (known && known.recorded <= fact.recorded) continue;
    const { firstSaidBy: _, ...said } = fact;
    const name = known ? known.firstSaidBy : fact.firstSaidBy;
    kept.set(eventId, { ...said, eventId, ...(name === undefined ? {} : { firstSaidBy: name }) } as F);
  }
  return [...kept.values()];
};

const contents = new WeakMap<StayFact, string>();

/** Everything the fact says, as text; under which id it was sent is left out. Facts never change, so it is worked out once. */
const contentOf = (fact: StayFact): string => {
  const known = contents.get(fact);
  if (known !== undefined) return known;
  const said = Object.entries({ ...fact, controlId: '', eventId: '', firstSaidBy: '' }).toSorted(([a], [b]) =>
    compare(a, b),
  );
  const content = JSON.stringify(said);
  contents.set(fact, content);
  return content;
};

/**
 * "The same content under another control id changes nothing that can be seen": of equal facts the one with the smallest control id stands for all.
 * Its name stays that of the fact heard first, by which people have marked it in error since.
 */
export const distinctFacts = (facts: readonly StayFact[]): readonly StayFact[] => {
  const kept = new Map<string, StayFact>();
  for (const fact of facts) {
    const content = contentOf(fact);
    const known = kept.get(content);
    if (!known) kept.set(content, fact);
    else if (byRecordedTime(fact, known) < 0)
      kept.set(content, { ...fact, firstSaidBy: known.firstSaidBy ?? known.eventId });
  }
  return [...kept.values()];
};

/** The last thing said of a field, in the order given; `null` when it was deleted or never said. */
export const lastSaid = <K extends keyof StayFact>(
  ordered: readonly StayFact[],
  field: K,
): NonNullable<StayFact[K]> | null => {
  const said = ordered.findLast((fact) => fact[field] !== undefined);
  return said?.[field] ?? null;
};
