import type { ReadingContext } from '../hl7/understand.js';
import { sorted } from '../sorted.js';
import type { Understood } from '../understood.js';
import type { Issue } from './issue.js';
import type { Reading, Root } from './reading.js';
import type { Kept, LookUp, Surroundings } from './surroundings.js';

/** What reading a resource depends on beside what came: nothing of what was said before, so that no order can reach it. */
export interface FhirContext extends ReadingContext {
  /** Whose word it is where nothing in what came names a source: the account it came by. */
  readonly sender: string;
  /** A keyed name for what a hospital names otherwise. */
  readonly nameOf: (...parts: readonly string[]) => string;
}

/** What is true of everything that came in one bundle. */
export interface Delivery {
  /** Bundle.timestamp. */
  readonly timestamp?: string;
  /** Of a message: its id, and who sent it. */
  readonly message?: { readonly id: string; readonly source: string };
}

/** One resource that says something by itself (an Encounter, or a Patient of no Encounter), with what came along. */
export interface Statement extends Root {
  readonly value: unknown;
  /** The how-manyeth of its bundle that says something, from 0. */
  readonly nth: number;
  readonly lookUp: LookUp;
  readonly delivery: Delivery;
}

/** What was made of a statement. */
export interface Heard {
  readonly understood: Understood;
  /** All there is to say of it; without errors if it can be taken. */
  readonly issues: readonly Issue[];
  /** The resource as far as it is read, and those it rests on: what a quarantine keeps. */
  readonly kept: { readonly resource: unknown; readonly others: readonly Kept[] };
}

export interface Sourced {
  readonly meta?: { readonly source?: string; readonly lastUpdated?: string };
}

/** Meta.source without the request, which HAPI puts in its fragment; empty where there is none. */
export const sourceOf = ({ meta }: Sourced): string => meta?.source?.replace(/#.*$/, '') ?? '';

/** The feed: MessageHeader.source, else Meta.source, else the account. */
export const feedOf = (resource: Sourced, { message }: Delivery, { sender }: FhirContext): string =>
  (message?.source ?? (sourceOf(resource) || sender)).slice(0, 200);

/** When it was recorded: Meta.lastUpdated, else Bundle.timestamp. When it came must not count: then the order of arrival would. */
export const recordedOf = (
  { meta }: Sourced,
  { timestamp }: Delivery,
  root: Root,
  reading: Reading,
): string | undefined => {
  if (meta?.lastUpdated !== undefined) return reading.recorded(root, 'meta.lastUpdated', meta.lastUpdated);
  if (timestamp !== undefined) return reading.recorded({ path: 'Bundle' }, 'timestamp', timestamp);
  reading.fault(
    root,
    'meta.lastUpdated',
    'required',
    'is missing, and so is Bundle.timestamp: nothing says when this was recorded, and the order of arrival must not decide',
  );
  return undefined;
};

/** What makes two of them the same: all that is read of the resource and of those it rests on, and when it was recorded. */
export const contentOf = (resource: unknown, recorded: string | undefined, surroundings: Surroundings): string => {
  const others = [...surroundings.used.values()].map((kept) => JSON.stringify(sorted(kept.resource))).toSorted();
  return JSON.stringify([recorded ?? null, sorted(resource), others]);
};

/** What is no resource of its type is not kept: nothing says reliably whose it is. */
export const unreadable = (
  { entry }: Root,
  { issue, kept }: { readonly issue: Issue; readonly kept: unknown },
): Heard => ({
  understood: { kind: 'rejected', reason: issue.text },
  issues: [{ ...issue, ...(entry === undefined ? {} : { entry }) }],
  kept: { resource: kept, others: [] },
});

/** Of several statements of one message each has a name of its own. */
export const nameInMessage = (id: string, nth: number): string => (nth === 0 ? id : `${id}.${String(nth + 1)}`);
