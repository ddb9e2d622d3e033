import type { FeedMapping } from '../feed-mapping.js';
import type { Visit } from '../understood.js';
import { hospitalName, identifiersOf, odsCodeOf } from './organisations.js';
import type { Reference } from './datatypes.js';
import type { Reading, Root } from './reading.js';
import type { Encounter } from './resources.js';
import type { Surroundings } from './surroundings.js';

/** The hospital whose stay it is, by Encounter.serviceProvider: what MSH-4 says in HL7. */
export const providerOf = (
  serviceProvider: Reference | undefined,
  root: Root,
  mapping: FeedMapping,
  surroundings: Surroundings,
): string | undefined => {
  const code = odsCodeOf(serviceProvider, root, 'serviceProvider', surroundings);
  return code === undefined ? undefined : hospitalName(code, mapping);
};

/**
 * The visit number and whose it is, as PV1-19 says them: the identifier of type VN; its authority by the feed's mapping of its system, else its assigner,
 * else the hospital. So a stay told of by HL7 and by FHIR is one stay.
 */
export const visitOf = (
  encounter: Encounter,
  { root, mapping, provider }: { root: Root; mapping: FeedMapping; provider: string | undefined },
  surroundings: Surroundings,
  reading: Reading,
): Visit | undefined => {
  const numbers = identifiersOf(encounter.identifier, root, mapping, surroundings).filter(({ type }) => type === 'VN');
  const visits = new Map(
    numbers.map(({ value, authority }) => {
      const visit = { authority: authority ?? provider ?? '', number: value };
      return [JSON.stringify([visit.authority, visit.number]), visit];
    }),
  );
  const [visit] = visits.values();
  if (visit === undefined)
    reading.fault(
      root,
      'identifier',
      'required',
      'has no visit number: an identifier whose type has the code VN (v2-0203)',
    );
  else if (visits.size > 1) reading.fault(root, 'identifier', 'conflict', 'has two visit numbers (type VN)');
  else if (visit.authority === '')
    reading.fault(
      root,
      'identifier',
      'required',
      'has a visit number of nobody: neither its assigner nor Encounter.serviceProvider has an ODS code, and its system is not in the mapping of this feed',
    );
  else return visit;
  return undefined;
};
