import type { SignedIn } from './signed-in.js';

/** One view of people's records: one entry, however many it showed. */
export interface RecordsRead {
  readonly user: SignedIn;
  /** What was shown: `board`, `case`, `timeline`, `request`, … */
  readonly what: string;
  readonly caseIds?: readonly string[];
  readonly personIds?: readonly string[];
  /** The reason given, where one is asked for (break-glass). */
  readonly why?: string;
}

export interface AuditEntry {
  readonly entryId: string;
  readonly at: string;
  readonly userId: string;
  readonly username: string;
  readonly role: string;
  readonly organisation: string;
  readonly what: string;
  readonly caseIds: readonly string[];
  readonly personIds: readonly string[];
  readonly why: string | null;
}

/** The audit of reads: who, role, organisation, whom, why, when. It stands outside the log (`architecture.md` §1, §7). */
export abstract class Audit {
  /** Must have been kept before the record is shown: await it. */
  abstract read(entry: RecordsRead): Promise<void>;
}
