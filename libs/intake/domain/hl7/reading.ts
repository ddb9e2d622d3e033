import type { OutwardTable } from '#libs/nhs/postcode.js';
import type { PartialFeedMapping } from '../feed-mapping.js';
import type { Envelope, Understood } from '../understood.js';

/** What reading a message depends on beside the message: nothing of what was said before, so that no order can reach it. */
export interface ReadingContext {
  readonly production: boolean;
  readonly mappings: ReadonlyMap<string, PartialFeedMapping>;
  readonly outwardTable: OutwardTable;
}

/** Only inpatients have a stay here (domain.md §6.1, PV1-2). */
export const noInpatient = (envelope: Envelope, patientClass: string): Understood => ({
  kind: 'ignored',
  envelope,
  reason: `Patient class ${patientClass.slice(0, 20)}: not an inpatient.`,
});
