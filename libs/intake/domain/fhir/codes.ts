import { isDischargeDestination, isDischargeMethod } from '#libs/nhs/codes.js';
import type { StayFact } from '../stay-fact.js';
import { codeOf, codesOf, type CodeableConcept } from './datatypes.js';
import { extensionsOf } from './readiness.js';
import type { Reading, Root } from './reading.js';
import type { Encounter } from './resources.js';
import { extensions, systems } from './urls.js';

export type StayCodes = Pick<
  StayFact,
  'admissionMethodCode' | 'sourceCode' | 'specialty' | 'destinationCode' | 'dischargeMethodCode'
>;

const longest = 10;

/** The codes of the admission and, of somebody who left, of the discharge (domain.md §§7.3, 7.4). */
export const readCodes = (encounter: Encounter, hasLeft: boolean, root: Root, reading: Reading): StayCodes => {
  const { hospitalization, serviceType } = encounter;
  const method = extensionsOf(encounter).find(({ extension }) => extension.url === extensions.admissionMethod);
  const out = extensionsOf(encounter).find(({ extension }) => extension.url === extensions.dischargeMethod);
  const admissionMethodCode = short(codeOf(method?.extension.valueCodeableConcept, systems.admissionMethod));
  const sourceCode = short(codeOf(hospitalization?.admitSource, systems.sourceOfAdmission));
  const specialty = serviceType?.coding?.find(({ system }) => system === systems.treatmentFunction)?.code;
  const destinationCode = !hasLeft
    ? undefined
    : listed(
        hospitalization?.dischargeDisposition,
        { system: systems.dischargeDestination, isListed: isDischargeDestination, what: 'discharge destinations' },
        { root, element: 'hospitalization.dischargeDisposition', reading },
      );
  const dischargeMethodCode = !hasLeft
    ? undefined
    : listed(
        out?.extension.valueCodeableConcept,
        { system: systems.dischargeMethod, isListed: isDischargeMethod, what: 'discharge methods' },
        { root, element: `${out?.element ?? 'extension'}.value`, reading },
      );
  return {
    ...(admissionMethodCode === undefined ? {} : { admissionMethodCode }),
    ...(sourceCode === undefined ? {} : { sourceCode }),
    ...(specialty === undefined ? {} : { specialty }),
    ...(destinationCode === undefined ? {} : { destinationCode }),
    ...(dischargeMethodCode === undefined ? {} : { dischargeMethodCode }),
  };
};

/** Kept as sent: the lists of how and whence people are admitted are not certain (codes.ts). */
const short = (code: string | undefined): string | undefined =>
  code !== undefined && code.length <= longest ? code : undefined;

/**
 * A code of a national list. Interweave and others bind lists of their own with the same codes, so any system may name it; a code of UK Core's own system
 * that is not in the list is a fault, one of a list that is none of ours (HL7's `home`, SNOMED) says nothing.
 */
const listed = (
  concept: CodeableConcept | undefined,
  { system, isListed, what }: { system: string; isListed: (code: string) => boolean; what: string },
  { root, element, reading }: { root: Root; element: string; reading: Reading },
): string | undefined => {
  const code = codesOf(concept, system).find(isListed);
  if (code !== undefined || codeOf(concept, system) === undefined) return code;
  reading.fault(root, element, 'code-invalid', `is not a code of the national list of ${what}`);
  return undefined;
};
