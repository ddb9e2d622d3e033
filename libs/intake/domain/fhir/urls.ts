/** What is ours is named after this address; nothing is fetched from it. */
const ours = 'https://homeward.example/fhir/StructureDefinition';
const ukCore = 'https://fhir.hl7.org.uk/StructureDefinition';

/** The extensions that are read (domain.md §6.2, UK Core 2; Interweave: yorkshire-and-humber-care-record/fhir-ig-r4). */
export const extensions = {
  criteriaToReside: `${ours}/criteria-to-reside`,
  expectedDischargeDate: `${ours}/expected-discharge-date`,
  admissionMethod: `${ukCore}/Extension-UKCore-AdmissionMethod`,
  dischargeMethod: `${ukCore}/Extension-UKCore-DischargeMethod`,
  nhsNumberStatus: `${ukCore}/Extension-UKCore-NHSNumberVerificationStatus`,
  deathNotification: `${ukCore}/Extension-UKCore-DeathNotificationStatus`,
  medicallySafe:
    'https://fhir.interweavedigital.nhs.uk/R4/StructureDefinition/Extension-Interweave-MedicallySafeForDischarge',
} as const;

/** What became of a resource, in our answers. */
export const takenExtension = `${ours}/taken`;

export const systems = {
  nhsNumber: 'https://fhir.nhs.uk/Id/nhs-number',
  odsOrganisation: 'https://fhir.nhs.uk/Id/ods-organization-code',
  odsSite: 'https://fhir.nhs.uk/Id/ods-site-code',
  /** HL7 table 0203: what an identifier is (VN visit number, MR medical record number …). */
  identifierType: 'http://terminology.hl7.org/CodeSystem/v2-0203',
  actCode: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  actReason: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  physicalType: 'http://terminology.hl7.org/CodeSystem/location-physical-type',
  dischargeDestination: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-DischargeDestinationEngland',
  dischargeMethod: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-DischargeMethodEngland',
  admissionMethod: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-AdmissionMethodEngland',
  sourceOfAdmission: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-SourceOfAdmissionEngland',
  /** PV1-10. */
  treatmentFunction: 'https://fhir.nhs.uk/CodeSystem/NHSDataModelAndDictionary-treatment-function',
} as const;
