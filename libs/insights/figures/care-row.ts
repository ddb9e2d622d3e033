import type { CivilDate, Instant } from '#libs/nhs/index.js';
import type { CareFactOf, CareKind } from '../domain/care-fact.js';
import type { CaseFact } from '../domain/case-fact.js';

export interface WhichFacts<K extends CareKind = CareKind> {
  readonly kind: K;
  readonly knownAt: Instant | null;
  /** Those that count on a day from this one on, and before that one. */
  readonly from?: CivilDate;
  readonly to?: CivilDate;
  /** What started and ended before this day may be left out. */
  readonly since?: CivilDate;
  /** Those of these cases. */
  readonly caseIds?: readonly string[];
  /** Without their cases. */
  readonly alone?: true;
  /** What is read of the case, beside whom and which stay it is of. */
  readonly reads?: ReadonlySet<string>;
}

/** A thing of care to count, with the case it hangs on. */
export type CareRow<K extends CareKind> = CareFactOf<K> & { readonly ofCase: CaseFact | null };
