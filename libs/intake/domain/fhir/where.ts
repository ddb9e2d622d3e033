import type { FeedMapping } from '../feed-mapping.js';
import type { CodeableConcept, Reference } from './datatypes.js';
import { codeOf } from './datatypes.js';
import { hospitalName, odsCodeOf } from './organisations.js';
import type { Reading, Root } from './reading.js';
import type { Location } from './resources.js';
import type { Found, Surroundings } from './surroundings.js';
import { systems } from './urls.js';

/** What one Location says of a place: as far as it goes, and the hospital it is in. */
export interface Spot {
  readonly ward?: string;
  readonly room?: string;
  readonly bed?: string;
  readonly hospital?: string;
}

type Level = 'ward' | 'room' | 'bed' | 'around' | 'untold';

/** Location.physicalType: what is larger than a ward (site, building, wing, floor) lies around it and is no place of a person. */
const levelOf = (type: CodeableConcept | undefined): Level => {
  const code = codeOf(type, systems.physicalType);
  if (code === undefined) return 'untold';
  return code === 'wa' ? 'ward' : code === 'ro' ? 'room' : code === 'bd' ? 'bed' : 'around';
};

interface Link {
  readonly level: Level;
  readonly name: string | undefined;
  readonly hospital: string | undefined;
}

/** A bed in a room in a ward in a building in a site, and something to spare. */
const longestChain = 12;

export interface WhereQuestion {
  readonly reference: Reference;
  /** Encounter.location.physicalType, which says the same as that of the Location, for those who cannot look that up. */
  readonly physicalType: CodeableConcept | undefined;
  readonly root: Root;
  readonly element: string;
  readonly mapping: FeedMapping;
}

/** The place a Location stands for: itself and what it is part of (`partOf`), each by its `physicalType`; `undefined` when nothing names it. */
export const spotOf = (question: WhereQuestion, surroundings: Surroundings, reading: Reading): Spot | undefined => {
  const { reference, physicalType, root, element, mapping } = question;
  const links: Link[] = [];
  const saidBefore = reading.issues.length;
  const seen = new Set<Location>();
  let next: { reference: Reference; root: Root; element: string } | undefined = { reference, root, element };
  while (next !== undefined && links.length < longestChain) {
    const found = surroundings.location(next.reference, next.root, next.element);
    if (found && seen.has(found.resource)) break;
    if (found) seen.add(found.resource);
    const type = links.length === 0 && physicalType ? physicalType : found?.resource.physicalType;
    links.push(linkOf(found, next.reference, type, mapping, surroundings));
    const partOf: Reference | undefined = found?.resource.partOf;
    next = found && partOf ? { reference: partOf, root: found.root, element: 'partOf' } : undefined;
  }
  if (links[0]?.name === undefined && links[0]?.level !== 'around') {
    // One that came along and cannot be read has been named already.
    if (reading.issues.length === saidBefore)
      reading.fault(
        root,
        element,
        'not-found',
        'names a place that did not come along, and has no display to call it by',
      );
    return undefined;
  }
  const hospital = links.find((link) => link.hospital !== undefined)?.hospital;
  return { ...named(links), ...(hospital === undefined ? {} : { hospital }) };
};

const linkOf = (
  found: Found<Location> | undefined,
  reference: Reference,
  type: CodeableConcept | undefined,
  mapping: FeedMapping,
  surroundings: Surroundings,
): Link => {
  const identifiers = found?.resource.identifier ?? [];
  const site = identifiers.find(({ system }) => system === systems.odsSite)?.value;
  const local = identifiers.find(({ system }) => system !== systems.odsSite)?.value;
  const organisation =
    found && odsCodeOf(found.resource.managingOrganization, found.root, 'managingOrganization', surroundings);
  const hospital = site ?? organisation;
  return {
    level: levelOf(type),
    name: found?.resource.name ?? reference.display ?? local ?? reference.identifier?.value,
    hospital: hospital === undefined ? undefined : hospitalName(hospital, mapping),
  };
};

/**
 * The names by level, from the innermost Location out. Where a Location does not say what it is: the outermost is the ward, the innermost under it the
 * bed, one between them the room; a Location with the hospital's own code around others is the site.
 */
const named = (links: readonly Link[]): Spot => {
  const outwards = links.filter(
    ({ level, hospital }, at) => level !== 'around' && !(level === 'untold' && at > 0 && hospital !== undefined),
  );
  const told = (level: Level): string | undefined => outwards.find((link) => link.level === level)?.name;
  const untold = outwards.filter(({ level }) => level === 'untold');
  const ward = told('ward') ?? untold.pop()?.name;
  const bed = told('bed') ?? untold.shift()?.name;
  const room = told('room') ?? untold[0]?.name;
  return {
    ...(ward === undefined ? {} : { ward }),
    ...(room === undefined ? {} : { room }),
    ...(bed === undefined ? {} : { bed }),
  };
};
