import type { ToldCriteria } from '../snapshots/snapshot.js';
import { codesOf, type Extension, type PartOfExtension } from './datatypes.js';
import type { Reading, Root } from './reading.js';
import type { Encounter } from './resources.js';
import { extensions } from './urls.js';

/** An extension of an Encounter, and where it stands. */
interface Placed {
  readonly extension: Extension;
  readonly element: string;
}

/** Extensions are read from the Encounter and from its hospitalization: profiles have moved them from one to the other. */
export const extensionsOf = ({ extension = [], hospitalization }: Encounter): readonly Placed[] => [
  ...(hospitalization?.extension ?? []).map((one, at) => ({
    extension: one,
    element: `hospitalization.extension[${String(at)}]`,
  })),
  ...extension.map((one, at) => ({ extension: one, element: `extension[${String(at)}]` })),
];

const find = (encounter: Encounter, url: string): Placed | undefined =>
  extensionsOf(encounter).find(({ extension }) => extension.url === url);

export interface Readiness {
  readonly criteria?: ToldCriteria;
  readonly expectedDate?: string;
}

/** What an Encounter says of criteria to reside and of the expected date: in our own extensions, else in Interweave's (domain.md §6.2). */
export const readReadiness = (encounter: Encounter, root: Root, reading: Reading): Readiness => {
  const own = find(encounter, extensions.criteriaToReside);
  const theirs = find(encounter, extensions.medicallySafe);
  const date = find(encounter, extensions.expectedDischargeDate);
  const safe = theirs ? ofInterweave(theirs, root, reading) : {};
  const criteria = own ? ofOurs(own, root, reading) : safe.criteria;
  const expectedDate = date ? expectedIn(date, root, reading) : safe.expectedDate;
  return {
    ...(criteria === undefined ? {} : { criteria }),
    ...(expectedDate === undefined ? {} : { expectedDate }),
  };
};

type Part = PartOfExtension & { readonly element: string };

const partsOf = ({ extension, element }: Placed, url: string): readonly Part[] =>
  (extension.extension ?? []).flatMap((part, at) =>
    part.url === url ? [{ ...part, element: `${element}.extension[${String(at)}]` }] : [],
  );

const expectedIn = ({ extension, element }: Placed, root: Root, reading: Reading): string | undefined => {
  const text = extension.valueDate ?? extension.valueDateTime;
  if (text === undefined) reading.fault(root, element, 'required', 'has no valueDate');
  return reading.day(root, `${element}.value`, text);
};

const longestCode = 10;

const ofOurs = (placed: Placed, root: Root, reading: Reading): ToldCriteria | undefined => {
  const { element } = placed;
  const [meets] = partsOf(placed, 'meets');
  const [ready] = partsOf(placed, 'dischargeReadyDate');
  const [assessed] = partsOf(placed, 'assessedAt');
  const codes = partsOf(placed, 'codes').flatMap((part) => {
    const code =
      part.valueCode ?? part.valueString ?? part.valueCoding?.code ?? codesOf(part.valueCodeableConcept, '')[0];
    if (code !== undefined && code.length <= longestCode) return [code];
    reading.fault(root, part.element, 'value', `must have a code of at most ${String(longestCode)} characters`);
    return [];
  });
  if (codes.length > 20) reading.fault(root, element, 'too-costly', 'has more than 20 codes');
  if (meets?.valueBoolean === undefined)
    reading.fault(
      root,
      meets?.element ?? element,
      'required',
      'must say whether the criteria are met: meets, valueBoolean',
    );
  if (assessed?.valueDateTime === undefined && assessed?.valueInstant === undefined)
    reading.fault(
      root,
      assessed?.element ?? element,
      'required',
      'must say when it was assessed: assessedAt, valueDateTime',
    );
  const assessedAt = reading.instant(
    root,
    `${assessed?.element ?? element}.value`,
    assessed?.valueDateTime ?? assessed?.valueInstant,
  );
  const readyDate = reading.day(root, `${ready?.element ?? element}.value`, ready?.valueDate ?? ready?.valueDateTime);
  if (meets?.valueBoolean === undefined || assessedAt === undefined) return undefined;
  return { meets: meets.valueBoolean, codes, assessedAt, ...(readyDate === undefined ? {} : { readyDate }) };
};

/** Safe for discharge is not meeting the criteria to reside (metrics.md §1); Interweave does not say when it was assessed. */
const ofInterweave = (placed: Placed, root: Root, reading: Reading): Readiness => {
  const [status] = partsOf(placed, 'status');
  const [predicted] = partsOf(placed, 'predictedDate');
  const [actual] = partsOf(placed, 'actualDate');
  const expectedDate = predicted && reading.day(root, `${predicted.element}.value`, predicted.valueDateTime);
  const readyDate = actual && reading.day(root, `${actual.element}.value`, actual.valueDateTime);
  const code = status?.valueCode;
  if (code !== 'ready' && code !== 'notready' && code !== 'unknown')
    reading.fault(
      root,
      status?.element ?? placed.element,
      'code-invalid',
      'must have the status ready, notready or unknown',
    );
  const meets = code === 'notready' ? true : code === 'ready' ? false : undefined;
  return {
    ...(expectedDate === undefined ? {} : { expectedDate }),
    ...(meets === undefined ? {} : { criteria: { meets, ...(meets || readyDate === undefined ? {} : { readyDate }) } }),
  };
};
