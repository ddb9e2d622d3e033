import type { FeedMapping } from '../feed-mapping.js';
import { systems } from './urls.js';
import type { Identifier, Reference } from './datatypes.js';
import type { Root } from './reading.js';
import type { Surroundings } from './surroundings.js';

/** An ODS code as the hospital's HL7 feed names it. */
export const hospitalName = (code: string, { fhir: { sites } }: FeedMapping): string =>
  sites.find(({ site }) => site === code)?.hospital ?? code;

const odsCodeIn = (identifiers: readonly { system?: string; value?: string }[] | undefined): string | undefined =>
  identifiers?.find(({ system, value }) => system === systems.odsOrganisation && value !== undefined)?.value ??
  identifiers?.find(({ system, value }) => system === systems.odsSite && value !== undefined)?.value;

/** The national directory has organisations under their ODS codes (`…/Organization/RAL`): of a trust three characters, of a site five. */
const odsCodeAsId = (reference: string | undefined): string | undefined =>
  /(?:^|\/)Organization\/([A-Z][A-Z0-9]{2}(?:[A-Z0-9]{2})?)$/.exec(reference ?? '')?.[1];

/** The ODS code of an organisation: by the reference itself, by the Organization it names, or, of one that did not come along, by its id. */
export const odsCodeOf = (
  reference: Reference | undefined,
  root: Root,
  element: string,
  surroundings: Surroundings,
): string | undefined => {
  const own = reference?.identifier ? odsCodeIn([reference.identifier]) : undefined;
  if (own !== undefined) return own;
  const found = surroundings.organization(reference, root, element);
  return found ? odsCodeIn(found.resource.identifier) : odsCodeAsId(reference?.reference);
};

/** What an identifier is (table 0203) and whose: `system` by the feed's mapping, else the assigner. HL7 says the same in components 4 and 5 of a CX. */
export interface KnownIdentifier {
  readonly value: string;
  readonly type: string;
  readonly authority: string | undefined;
  readonly system: string | undefined;
}

/** The identifiers that say something; those no longer in use say nothing of now. */
export const identifiersOf = (
  identifiers: readonly Identifier[] | undefined,
  root: Root,
  mapping: FeedMapping,
  surroundings: Surroundings,
): readonly KnownIdentifier[] =>
  (identifiers ?? []).flatMap((identifier, at) => {
    const value = identifier.value?.trim() ?? '';
    if (value === '' || identifier.use === 'old') return [];
    const mapped = mapping.fhir.systems.find(({ system }) => system === identifier.system);
    const coding = identifier.type?.coding?.find(
      ({ system }) => system === systems.identifierType || system === undefined,
    );
    const assigner = odsCodeOf(identifier.assigner, root, `identifier[${String(at)}].assigner`, surroundings);
    return [
      {
        value,
        type: mapped?.type ?? coding?.code ?? '',
        authority: mapped?.authority ?? (assigner === undefined ? undefined : hospitalName(assigner, mapping)),
        system: identifier.system,
      },
    ];
  });
