import type { Envelope, Identity, Understood } from '../understood.js';
import { readEncounter } from './check.js';
import { faultOf, isError } from './issue.js';
import { newsOfEncounter, personOfEncounter } from './news-of-encounter.js';
import { readPlaces } from './places.js';
import { Reading } from './reading.js';
import { sceneOf, type Scene } from './scene.js';
import { meaningOf, statuses, type StatusMeaning } from './state.js';
import {
  contentOf,
  nameInMessage,
  recordedOf,
  unreadable,
  type FhirContext,
  type Heard,
  type Statement,
} from './statement.js';
import { Surroundings, withContained } from './surroundings.js';
import { readTimes } from './times.js';
import { systems } from './urls.js';
import { visitOf } from './visit.js';
import { whoIs } from './who.js';

/** One UK Core Encounter, with what came along, to what it means here (domain.md §6.2, ADR 0016). */
export const understandEncounter = (statement: Statement, context: FhirContext): Heard => {
  const checked = readEncounter(statement.value);
  if (!checked.ok) return unreadable(statement, checked);
  const reading = new Reading();
  const surroundings = new Surroundings(withContained(statement.value, statement, statement.lookUp), reading);
  const understood = understand(sceneOf(checked.resource, statement, context, surroundings, reading));
  return {
    understood,
    // What is not for us is not held to what we ask of a stay.
    issues: understood.kind === 'ignored' ? [] : reading.issues,
    kept: { resource: checked.resource, others: [...surroundings.used.values()] },
  };
};

/** Reads on after a fault, so that the sender hears of all of them at once. */
const understand = (scene: Scene): Understood => {
  const { encounter, root, surroundings, reading, mapping, provider } = scene;
  const testData = testDataOf(scene);
  if (testData !== undefined) return { kind: 'rejected', reason: testData, feed: scene.feed };
  const meaning = meaningOf(encounter.status);
  if (meaning === undefined)
    reading.fault(root, 'status', 'code-invalid', `is not a status of an Encounter (${statuses.join(', ')})`);
  const notOurs = reasonNotOurs(scene, meaning);
  const told = meaning && 'state' in meaning && notOurs === undefined ? meaning : undefined;
  const recorded = recordedOf(encounter, root.delivery, root, reading);
  const visit = visitOf(encounter, { root, mapping, provider }, surroundings, reading);
  const times = readTimes(encounter, told?.state, root, reading);
  // A stay that never was can be taken back without its places.
  const places =
    told?.state === 'void' && provider !== undefined
      ? noPlaces
      : readPlaces(encounter, { root, mapping, dischargedAt: times.dischargedAt }, surroundings, reading);
  const hospital = places.hospital ?? provider ?? null;
  if (hospital === null)
    reading.fault(root, 'serviceProvider', 'required', 'does not say, by an ODS code, which hospital this is');
  const identity = identityOf(scene, hospital);
  const person = personOfEncounter(scene, identity, times, recorded);
  const news =
    told &&
    recorded !== undefined &&
    visit &&
    newsOfEncounter(scene, { meaning: told, recorded, visit, times, places });
  const envelope = { ...envelopeOf(scene, recorded, hospital), visit, recordedAt: recorded };
  if (notOurs !== undefined) return { kind: 'ignored', envelope, reason: notOurs };
  const fault = reading.issues.find(isError);
  if (fault || !news || !visit) {
    return { kind: 'refused', envelope, fault: faultOf(fault, root.path, 'The Encounter cannot be taken.') };
  }
  const flags = reading.flags.size > 0 ? { flags: [...reading.flags] } : {};
  return {
    kind: 'stay',
    envelope,
    visit,
    identity,
    news: { ...news, ...person.says, controlId: envelope.controlId, ...flags },
    details: person.details,
  };
};

const noPlaces = { places: [], hospital: undefined };

/** HL7's processing id T: the live service takes no test data. */
const testDataOf = ({ encounter: { meta }, root, context, reading }: Scene): string | undefined => {
  const isTest = meta?.tag?.some(({ system, code }) => system === systems.actReason && code === 'HTEST') ?? false;
  if (!isTest || !context.production) return undefined;
  reading.fault(
    root,
    'meta.tag',
    'business-rule',
    'marks it as test data (HTEST), which the live service does not take',
  );
  return reading.issues.at(-1)?.text;
};

/** HL7 v3 ActEncounterCode. What else stands in a class is content, and content is not said back. */
const classes = ['AMB', 'EMER', 'FLD', 'HH', 'ACUTE', 'NONAC', 'OBSENC', 'PRENC', 'SS', 'VR'];

/** Only an inpatient encounter opens a stay. */
const reasonNotOurs = ({ encounter, root, reading }: Scene, meaning: StatusMeaning | undefined): string | undefined => {
  const code = encounter.class?.code;
  if (code === undefined) {
    reading.fault(root, 'class', 'required', 'is missing: nothing says whether this is an inpatient (IMP)');
    return undefined;
  }
  if (code !== 'IMP') return `Class ${classes.includes(code) ? code : 'of another kind'}: not an inpatient (IMP).`;
  return meaning && 'ignored' in meaning ? meaning.ignored : undefined;
};

/** The Patient's identifiers; without a Patient the one identifier by which Encounter.subject may name the person. */
const identityOf = (
  { encounter, root, patient, mapping, context, surroundings, reading }: Scene,
  hospital: string | null,
): Identity => {
  const logical = encounter.subject?.identifier;
  const asked = patient
    ? { identifiers: patient.resource.identifier, root: patient.root }
    : { identifiers: logical ? [logical] : [], root };
  return whoIs({ ...asked, mapping, hospital, production: context.production }, surroundings, reading);
};

const envelopeOf = (
  { encounter, root, context, surroundings, feed, patient }: Scene,
  recorded: string | undefined,
  hospital: string | null,
): Envelope => {
  const content = contentOf(encounter, recorded, surroundings);
  const { message } = root.delivery;
  // An Encounter's id may be the visit number: a version is named by a keyed hash of all that makes it one, which no mapping changes.
  const { id, meta } = encounter;
  const person = patient?.resource.meta;
  const version =
    id === undefined
      ? [content]
      : [id, meta?.versionId ?? '', recorded ?? '', person?.versionId ?? person?.lastUpdated ?? ''];
  const isKnownStatus = meaningOf(encounter.status) !== undefined;
  return {
    feed,
    controlId: message ? nameInMessage(message.id, root.nth) : `fhir-${context.nameOf('version', feed, ...version)}`,
    kind: isKnownStatus ? `Encounter/${encounter.status}` : 'Encounter',
    content,
    hospital: hospital?.slice(0, 200) ?? null,
  };
};
