import { londonDate } from '#libs/nhs/civil-date.js';
import type { Snapshot } from '../snapshots/snapshot.js';
import type { Identity, StayNews, Visit } from '../understood.js';
import { readCodes } from './codes.js';
import { readLeaves } from './leave.js';
import { readPerson, type Person } from './person.js';
import type { ToldPlaces } from './places.js';
import { readReadiness } from './readiness.js';
import type { Scene } from './scene.js';
import type { StatusMeaning } from './state.js';
import { sourceOf } from './statement.js';
import type { StayTimes } from './times.js';

export interface Read {
  readonly meaning: Extract<StatusMeaning, { readonly state: unknown }>;
  readonly recorded: string;
  readonly visit: Visit;
  readonly times: StayTimes;
  readonly places: ToldPlaces;
}

/** What an Encounter says of its stay, as one fact that holds the whole snapshot. */
export const newsOfEncounter = (
  { encounter, root, reading, provider, context }: Scene,
  { meaning: { state, action }, recorded, visit, times, places }: Read,
): Omit<StayNews, 'controlId'> => {
  // By account and meta.source, and not by the feed: one system may send messages, which name their sender, and single Encounters, which do not.
  const series = context.nameOf('series', context.sender, sourceOf(encounter), visit.authority, visit.number);
  const common = {
    action,
    recorded,
    sender: provider ?? '',
    ...(places.hospital === undefined ? {} : { hospital: places.hospital }),
  };
  if (state === 'void') return { ...common, eventTime: recorded, snapshot: { series, state } };
  const leaves = readLeaves(encounter, state, root, reading);
  const snapshot: Snapshot = {
    series,
    state,
    ...times,
    ...(places.places.length > 0 ? { places: places.places } : {}),
    ...(leaves === undefined ? {} : { leaves }),
    ...readReadiness(encounter, root, reading),
  };
  const since = state === 'on-leave' ? leaves?.at(-1)?.from : times.dischargedAt;
  const codes = readCodes(encounter, state === 'left', root, reading);
  return { ...common, eventTime: since ?? recorded, ...codes, snapshot };
};

const nobody: Person = { says: {}, details: {} };

/** What the Patient says of the person, the age as on the day of the admission. */
export const personOfEncounter = (
  { patient, reading, context }: Scene,
  identity: Identity,
  { admittedAt }: StayTimes,
  recorded: string | undefined,
): Person => {
  const at = admittedAt ?? recorded;
  if (patient === undefined || at === undefined) return nobody;
  return readPerson(patient, { identity, on: londonDate(at), table: context.outwardTable }, reading);
};
