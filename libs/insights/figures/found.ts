import type { CivilDate } from '#libs/nhs/index.js';
import type { Unit } from '../domain/counting.js';

/** A unit with whom it is about: ids are null where alike stays were counted together. */
export type Found<U extends Unit> = U & {
  readonly personId: string | null;
  readonly stayId: string | null;
  readonly caseId: string | null;
  /** The day of a person-day; the first of the bed days of a stay. */
  readonly day: CivilDate | null;
  /** Other streams whose events stand behind it (requests, episodes, checks). */
  readonly streams: readonly string[];
};
