import type { OutwardTable } from '#libs/nhs/postcode.js';
import type { PartialFeedMapping } from '../feed-mapping.js';
import type { Envelope, Fault, Understood } from '../understood.js';

/** What reading a message depends on beside the message: nothing of what was said before, so that no order can reach it. */
export interface ReadingContext {
  readonly production: boolean;
  readonly mappings: ReadonlyMap<string, PartialFeedMapping>;
  readonly outwardTable: OutwardTable;
}

/** Nothing says whose patient it is. */
export const noHospital: Fault = {
  code: 'hospital-missing',
  field: 'MSH-4',
  reason: 'Neither PV1-3 nor MSH-4 names the hospital.',
};

/** Only inpatients have a stay here (domain.md §6.1, PV1-2). A class is a letter or two; what else stands there is content, and content is not said back. */
export const noInpatient = (envelope: Envelope, patientClass: string): Understood => ({
  kind: 'ignored',
  envelope,
  reason: `Patient class ${/^[A-Z]{1,2}$/.test(patientClass) ? patientClass : 'of another kind'}: not an inpatient.`,
});
