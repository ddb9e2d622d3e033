import { mappingOf, type FeedMapping } from '../feed-mapping.js';
import type { Reading } from './reading.js';
import type { Encounter, Patient } from './resources.js';
import { feedOf, type FhirContext, type Statement } from './statement.js';
import type { Found, Surroundings } from './surroundings.js';
import { providerOf } from './visit.js';

/** An Encounter, what came along, and what has been found in it so far. */
export interface Scene {
  readonly encounter: Encounter;
  /** Where it stands: names what is said of it. */
  readonly root: Statement;
  readonly context: FhirContext;
  readonly surroundings: Surroundings;
  readonly reading: Reading;
  readonly feed: string;
  readonly mapping: FeedMapping;
  /** The hospital, by Encounter.serviceProvider. */
  readonly provider: string | undefined;
  readonly patient: Found<Patient> | undefined;
}

export const sceneOf = (
  encounter: Encounter,
  root: Statement,
  context: FhirContext,
  surroundings: Surroundings,
  reading: Reading,
): Scene => {
  const feed = feedOf(encounter, root.delivery, context);
  const mapping = mappingOf(feed, context.mappings);
  const { subject, serviceProvider } = encounter;
  const patient = surroundings.patient(subject, root, 'subject');
  if (subject?.reference !== undefined && !patient && !subject.identifier && reading.issues.length === 0)
    reading.warn(root, 'subject', 'names a Patient that did not come along: the person is known by the visit alone');
  const provider = providerOf(serviceProvider, root, mapping, surroundings);
  return { encounter, root, context, surroundings, reading, feed, mapping, provider, patient };
};
