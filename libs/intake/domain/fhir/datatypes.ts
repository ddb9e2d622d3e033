import { Type, type Static, type TSchema } from 'typebox';

/** Data types of FHIR R4, as far as they are read here. What is not named is dropped (`prune.ts`) before anything is checked, hashed or kept. */
export const Text = Type.String({ minLength: 1, maxLength: 200 });
export const Uri = Type.String({ minLength: 1, maxLength: 500 });
export const Id = Type.String({ pattern: '^[A-Za-z0-9\\-.]{1,64}$' });
export const Maybe = <T extends TSchema>(schema: T) => Type.Optional(schema);
/** More of anything than a hospital has of one stay; a flood of entries must not cost time. */
export const Some = <T extends TSchema>(schema: T, most = 50) => Type.Optional(Type.Array(schema, { maxItems: most }));

export const Coding = Type.Object({ system: Maybe(Uri), code: Maybe(Text) });
export const CodeableConcept = Type.Object({ coding: Some(Coding, 20) });
export const Period = Type.Object({ start: Maybe(Text), end: Maybe(Text) });

const values = {
  valueBoolean: Maybe(Type.Boolean()),
  valueCode: Maybe(Text),
  valueString: Maybe(Text),
  valueDate: Maybe(Text),
  valueDateTime: Maybe(Text),
  valueInstant: Maybe(Text),
  valueCoding: Maybe(Coding),
  valueCodeableConcept: Maybe(CodeableConcept),
};
const PartOfExtension = Type.Object({ url: Uri, ...values });
export type PartOfExtension = Static<typeof PartOfExtension>;
/** One that is known (`urls.ts`); of any other only the place is kept, so that the rest keep their number. */
export const Extension = Type.Object({ url: Uri, ...values, extension: Some(PartOfExtension, 100) });
export type Extension = Static<typeof Extension>;
export const extensionsMost = 500;
export const Extensions = Some(Extension, extensionsMost);

export const Meta = Type.Object({
  versionId: Maybe(Text),
  lastUpdated: Maybe(Text),
  source: Maybe(Uri),
  tag: Some(Coding),
});

const LogicalIdentifier = Type.Object({ type: Maybe(CodeableConcept), system: Maybe(Uri), value: Maybe(Text) });
export const Reference = Type.Object({
  reference: Maybe(Uri),
  identifier: Maybe(LogicalIdentifier),
  display: Maybe(Text),
});
export type Reference = Static<typeof Reference>;

export const Identifier = Type.Object({
  extension: Extensions,
  use: Maybe(Text),
  type: Maybe(CodeableConcept),
  system: Maybe(Uri),
  value: Maybe(Text),
  assigner: Maybe(Reference),
});
export type Identifier = Static<typeof Identifier>;
export type CodeableConcept = Static<typeof CodeableConcept>;

/** The codes of a concept, those of the system named first. */
export const codesOf = (concept: CodeableConcept | undefined, system: string): string[] =>
  (concept?.coding ?? [])
    .toSorted((a, b) => Number(b.system === system) - Number(a.system === system))
    .flatMap(({ code }) => code ?? []);

/** The code of this system, else one that names no system. */
export const codeOf = (concept: CodeableConcept | undefined, system: string): string | undefined => {
  const codings = concept?.coding ?? [];
  const found = codings.find((one) => one.system === system) ?? codings.find((one) => one.system === undefined);
  return found?.code;
};
