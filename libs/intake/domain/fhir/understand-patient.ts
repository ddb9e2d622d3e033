import { londonDate } from '#libs/nhs/civil-date.js';
import { mappingOf } from '../feed-mapping.js';
import type { Understood } from '../understood.js';
import { readPatient } from './check.js';
import { faultOf, isError } from './issue.js';
import { hospitalName, odsCodeOf } from './organisations.js';
import { readPerson } from './person.js';
import { Reading } from './reading.js';
import type { Patient } from './resources.js';
import {
  contentOf,
  feedOf,
  nameInMessage,
  recordedOf,
  unreadable,
  type FhirContext,
  type Heard,
  type Statement,
} from './statement.js';
import { Surroundings, withContained } from './surroundings.js';
import { whoIs } from './who.js';

/** A Patient of no Encounter: details of a person, and a death, as an A31 says them. */
export const understandPatient = (statement: Statement, context: FhirContext): Heard => {
  const checked = readPatient(statement.value);
  if (!checked.ok) return unreadable(statement, checked);
  const reading = new Reading();
  const surroundings = new Surroundings(withContained(statement.value, statement, statement.lookUp), reading);
  const understood = understand(checked.resource, statement, context, surroundings, reading);
  return {
    understood,
    issues: reading.issues,
    kept: { resource: checked.resource, others: [...surroundings.used.values()] },
  };
};

const understand = (
  patient: Patient,
  root: Statement,
  context: FhirContext,
  surroundings: Surroundings,
  reading: Reading,
): Understood => {
  const feed = feedOf(patient, root.delivery, context);
  const mapping = mappingOf(feed, context.mappings);
  const recorded = recordedOf(patient, root.delivery, root, reading);
  const code = odsCodeOf(patient.managingOrganization, root, 'managingOrganization', surroundings);
  const hospital = code === undefined ? null : hospitalName(code, mapping);
  const asked = { identifiers: patient.identifier, root, mapping, hospital, production: context.production };
  const identity = whoIs(asked, surroundings, reading);
  if (identity.identifiers.length === 0)
    reading.fault(root, 'identifier', 'required', 'holds no identifier that can be used');
  const content = contentOf(patient, recorded, surroundings);
  const { message } = root.delivery;
  const envelope = {
    feed,
    controlId: message ? nameInMessage(message.id, root.nth) : `fhir-${context.nameOf('patient', feed, content)}`,
    kind: 'Patient',
    content,
    hospital: hospital?.slice(0, 200) ?? null,
    recordedAt: recorded,
  };
  // The age is not kept here, so any day after the birth will do.
  const on = londonDate(recorded ?? '2200-01-01T00:00:00.000Z');
  const person = readPerson({ resource: patient, root }, { identity, on, table: context.outwardTable }, reading);
  const fault = reading.issues.find(isError);
  if (fault || recorded === undefined) {
    return { kind: 'refused', envelope, fault: faultOf(fault, root.path, 'The Patient cannot be taken.') };
  }
  const { dead, deathAt } = person.says;
  const death = dead === undefined ? null : { dead, ...(deathAt === undefined ? {} : { deathAt }) };
  return {
    kind: 'person',
    envelope,
    people: [identity],
    merges: [],
    corrections: [],
    recorded,
    details: person.details,
    death,
  };
};
