import { Type, type Static } from 'typebox';
import {
  CodeableConcept,
  Coding,
  Extensions,
  Id,
  Identifier,
  Maybe,
  Meta,
  Period,
  Reference,
  Some,
  Text,
  Uri,
} from './datatypes.js';

/** The resources that are read, in UK Core's shape (domain.md §6.2): all that is read of each, and nothing more. */
export const Encounter = Type.Object({
  resourceType: Type.Literal('Encounter'),
  id: Maybe(Id),
  meta: Maybe(Meta),
  extension: Extensions,
  identifier: Some(Identifier),
  status: Text,
  statusHistory: Some(Type.Object({ status: Text, period: Period }), 200),
  class: Maybe(Coding),
  serviceType: Maybe(CodeableConcept),
  subject: Maybe(Reference),
  period: Maybe(Period),
  hospitalization: Maybe(
    Type.Object({
      extension: Extensions,
      admitSource: Maybe(CodeableConcept),
      dischargeDisposition: Maybe(CodeableConcept),
    }),
  ),
  location: Some(
    Type.Object({
      location: Reference,
      status: Maybe(Text),
      physicalType: Maybe(CodeableConcept),
      period: Maybe(Period),
    }),
    500,
  ),
  serviceProvider: Maybe(Reference),
});
export type Encounter = Static<typeof Encounter>;

export const Patient = Type.Object({
  resourceType: Type.Literal('Patient'),
  id: Maybe(Id),
  meta: Maybe(Meta),
  extension: Extensions,
  identifier: Some(Identifier),
  name: Some(Type.Object({ use: Maybe(Text), family: Maybe(Text), given: Some(Text) })),
  gender: Maybe(Text),
  birthDate: Maybe(Text),
  deceasedBoolean: Maybe(Type.Boolean()),
  deceasedDateTime: Maybe(Text),
  address: Some(Type.Object({ use: Maybe(Text), postalCode: Maybe(Text) })),
  communication: Some(Type.Object({ language: CodeableConcept, preferred: Maybe(Type.Boolean()) })),
  managingOrganization: Maybe(Reference),
});
export type Patient = Static<typeof Patient>;

export const Location = Type.Object({
  resourceType: Type.Literal('Location'),
  id: Maybe(Id),
  identifier: Some(Identifier),
  name: Maybe(Text),
  physicalType: Maybe(CodeableConcept),
  managingOrganization: Maybe(Reference),
  partOf: Maybe(Reference),
});
export type Location = Static<typeof Location>;

export const Organization = Type.Object({
  resourceType: Type.Literal('Organization'),
  id: Maybe(Id),
  identifier: Some(Identifier),
});
export type Organization = Static<typeof Organization>;

export const MessageHeader = Type.Object({
  resourceType: Type.Literal('MessageHeader'),
  id: Maybe(Id),
  eventCoding: Maybe(Coding),
  eventUri: Maybe(Uri),
  source: Type.Object({ name: Maybe(Text), endpoint: Maybe(Uri) }),
});
export type MessageHeader = Static<typeof MessageHeader>;

/** More entries than the inpatients of a large hospital with their patients and beds. */
export const entriesMost = 5000;

/** A bundle without what is in its entries. */
export const Bundle = Type.Object({
  resourceType: Type.Literal('Bundle'),
  id: Maybe(Id),
  identifier: Maybe(Type.Object({ system: Maybe(Uri), value: Maybe(Text) })),
  type: Text,
  timestamp: Maybe(Text),
  entry: Some(
    Type.Object({
      fullUrl: Maybe(Uri),
      request: Maybe(Type.Object({ method: Text, url: Type.String({ maxLength: 500 }) })),
      resource: Maybe(Type.Unknown()),
    }),
    entriesMost,
  ),
});
export type Bundle = Static<typeof Bundle>;
