export interface Code {
  readonly code: string;
  readonly meaning: string;
}

export type DestinationGroup =
  'HOME' | 'TEMP' | 'CARE_HOME' | 'HOSPITAL' | 'HOSPICE' | 'JUSTICE' | 'DEAD' | 'OTHER' | 'UNKNOWN';

export interface DischargeDestination extends Code {
  readonly group: DestinationGroup;
  /** The national list it stands in: both are in use at once, so the union is taken (domain.md §7.4). */
  readonly list: 'both' | 'old' | 'new';
}

const destination = (
  code: string,
  meaning: string,
  list: DischargeDestination['list'],
  group: DestinationGroup,
): DischargeDestination => ({ code, meaning, list, group });

/** Union of UKCore-DischargeDestinationEngland 1.0.1 ("old") and the NHS Data Dictionary's Destination of Discharge ("new"), domain.md §7.4. */
export const dischargeDestinations: readonly DischargeDestination[] = [
  destination('19', 'Usual place of residence', 'both', 'HOME'),
  destination('29', 'Temporary place of residence', 'both', 'TEMP'),
  destination('30', 'Repatriation from high-security psychiatric accommodation', 'both', 'OTHER'),
  destination('37', 'Court', 'both', 'JUSTICE'),
  destination('38', 'Penal establishment or police station', 'old', 'JUSTICE'),
  destination('40', 'Penal establishment', 'new', 'JUSTICE'),
  destination('42', 'Police station or custody suite', 'new', 'JUSTICE'),
  destination('48', 'High-security psychiatric hospital, Scotland', 'both', 'HOSPITAL'),
  destination('49', 'NHS provider: high-security psychiatric accommodation', 'both', 'HOSPITAL'),
  destination('50', 'NHS provider: medium-secure unit', 'both', 'HOSPITAL'),
  destination('51', 'Other NHS provider: general ward', 'both', 'HOSPITAL'),
  destination('52', 'Other NHS provider: maternity or neonatal ward', 'both', 'HOSPITAL'),
  destination('53', 'Other NHS provider: mental health or learning disability ward', 'both', 'HOSPITAL'),
  destination('54', 'NHS care home', 'old', 'CARE_HOME'),
  destination('55', 'Care home with nursing', 'new', 'CARE_HOME'),
  destination('56', 'Care home without nursing', 'new', 'CARE_HOME'),
  destination('65', 'Local authority residential accommodation with care', 'old', 'CARE_HOME'),
  destination('66', 'Local authority foster care', 'both', 'OTHER'),
  destination('79', 'Died or stillbirth', 'both', 'DEAD'),
  destination('84', 'Independent hospital: medium-secure unit', 'both', 'HOSPITAL'),
  destination('85', 'Care home of neither the NHS nor a local authority', 'old', 'CARE_HOME'),
  destination('87', 'Independent hospital', 'both', 'HOSPITAL'),
  destination('88', 'Hospice', 'both', 'HOSPICE'),
  destination('89', 'Organisation for forced repatriation', 'new', 'OTHER'),
  destination('98', 'Not applicable', 'both', 'UNKNOWN'),
  destination('99', 'Not known', 'both', 'UNKNOWN'),
];

/** No 2 in the national list (domain.md §7.3). */
export const dischargeMethods: readonly Code[] = [
  { code: '1', meaning: 'On clinical advice or with clinical consent' },
  { code: '3', meaning: 'By a tribunal, the Home Secretary or a court' },
  { code: '4', meaning: 'Died' },
  { code: '5', meaning: 'Stillbirth' },
  { code: '6', meaning: 'Discharged themselves' },
  { code: '7', meaning: 'Discharged by a relative or advocate' },
  { code: '8', meaning: 'Not applicable: still in hospital' },
  { code: '9', meaning: 'Not known' },
];

export interface AdmissionMethod extends Code {
  readonly kind: 'elective' | 'emergency' | 'maternity' | 'transfer' | 'birth' | 'unknown';
}
const method = (code: string, meaning: string, kind: AdmissionMethod['kind']): AdmissionMethod => ({
  code,
  meaning,
  kind,
});

export const admissionMethods: readonly AdmissionMethod[] = [
  method('11', 'Elective: waiting list', 'elective'),
  method('12', 'Elective: booked', 'elective'),
  method('13', 'Elective: planned', 'elective'),
  method('21', 'Emergency department', 'emergency'),
  method('22', 'General practitioner', 'emergency'),
  method('23', 'Bed bureau', 'emergency'),
  method('24', 'Consultant clinic', 'emergency'),
  method('25', 'Mental health crisis resolution team', 'emergency'),
  method('28', 'Other emergency (old code)', 'emergency'),
  method('2A', 'Emergency department of another provider', 'emergency'),
  method('2B', 'Emergency transfer from another hospital', 'emergency'),
  method('2C', 'Baby born at home as intended', 'emergency'),
  method('2D', 'Other emergency', 'emergency'),
  method('31', 'Maternity: before delivery', 'maternity'),
  method('32', 'Maternity: after delivery', 'maternity'),
  method('81', 'Transfer from another hospital, not an emergency', 'transfer'),
  method('82', 'Birth in this provider', 'birth'),
  method('83', 'Birth outside this provider', 'birth'),
  method('98', 'Not applicable', 'unknown'),
  method('99', 'Not known', 'unknown'),
];

/**
 * Configuration: the split into old and new codes is confirmed (domain.md §7.4: old 39 → 37, 40, 42; old 54, 65, 85 → 55, 56), the list as a whole is not,
 * so a source of admission is stored as sent and never refused for not standing here.
 */
export const sourcesOfAdmission: readonly Code[] = [
  { code: '19', meaning: 'Usual place of residence' },
  { code: '29', meaning: 'Temporary place of residence' },
  { code: '37', meaning: 'Court' },
  { code: '39', meaning: 'Penal establishment, court or police station (old code)' },
  { code: '40', meaning: 'Penal establishment' },
  { code: '42', meaning: 'Police station or custody suite' },
  { code: '49', meaning: 'NHS provider: high-security psychiatric accommodation' },
  { code: '50', meaning: 'NHS provider: medium-secure unit' },
  { code: '51', meaning: 'Other NHS provider: general ward or emergency department' },
  { code: '52', meaning: 'Other NHS provider: maternity or neonatal ward' },
  { code: '53', meaning: 'Other NHS provider: mental health or learning disability ward' },
  { code: '54', meaning: 'NHS care home (old code)' },
  { code: '55', meaning: 'Care home with nursing' },
  { code: '56', meaning: 'Care home without nursing' },
  { code: '65', meaning: 'Local authority residential accommodation with care (old code)' },
  { code: '66', meaning: 'Local authority foster care' },
  { code: '79', meaning: 'Born in this provider, or on the way to it' },
  { code: '85', meaning: 'Care home of neither the NHS nor a local authority (old code)' },
  { code: '87', meaning: 'Independent hospital' },
  { code: '88', meaning: 'Hospice' },
  { code: '98', meaning: 'Not applicable' },
  { code: '99', meaning: 'Not known' },
];

export const nhsNumberStatuses: readonly Code[] = [
  { code: '01', meaning: 'Present and verified' },
  { code: '02', meaning: 'Present but not traced' },
  { code: '03', meaning: 'Trace required' },
  { code: '04', meaning: 'Trace attempted: no match or several' },
  { code: '05', meaning: 'Trace needs to be resolved' },
  { code: '06', meaning: 'Trace in progress' },
  { code: '07', meaning: 'Not present, trace not required' },
  { code: '08', meaning: 'Trace postponed: baby under six weeks' },
];

/**
 * Criteria to reside (Hospital discharge guidance, Annex D; NHS Data Dictionary, July 2024). Configuration, not law: the order of 06 to 11
 * is inferred and could not be confirmed (domain.md §1.3), so codes are stored as sent and never refused for not standing here.
 */
export const criteriaToResideCodes: readonly (Code & { readonly confirmed: boolean })[] = [
  { code: '01', meaning: 'Needs intensive or high-dependency care', confirmed: true },
  { code: '02', meaning: 'Needs oxygen therapy or non-invasive ventilation', confirmed: true },
  { code: '03', meaning: 'Needs intravenous fluids', confirmed: true },
  { code: '04', meaning: 'NEWS2 above 3', confirmed: true },
  { code: '05', meaning: 'Diminished consciousness where recovery is realistic', confirmed: true },
  {
    code: '06',
    meaning: 'Acute functional impairment beyond what home or community care can provide',
    confirmed: false,
  },
  { code: '07', meaning: 'Last hours of life', confirmed: false },
  { code: '08', meaning: 'Intravenous medication more than twice a day', confirmed: false },
  { code: '09', meaning: 'Lower-limb surgery within 48 hours', confirmed: false },
  { code: '10', meaning: 'Thoracic, abdominal or pelvic surgery within 72 hours', confirmed: false },
  { code: '11', meaning: 'Invasive procedure within 24 hours, with a risk of acute deterioration', confirmed: false },
];

const transfers = new Set(['49', '50', '51', '52', '53', '84', '87']);
const emergencies = new Set(admissionMethods.filter(({ kind }) => kind === 'emergency').map(({ code }) => code));
const destinations: ReadonlyMap<string, DischargeDestination> = new Map(dischargeDestinations.map((d) => [d.code, d]));

export const destinationOf = (code: string | null | undefined): DischargeDestination | undefined =>
  code ? destinations.get(code) : undefined;

/** Discharged to another hospital: 49–53, 84, 87 (architecture.md §6 policy 8; metrics.md §2). */
export const isTransfer = (destinationCode: string | null | undefined): boolean =>
  destinationCode ? transfers.has(destinationCode) : false;

/** The destination says died (79). */
export const isDeadDestination = (destinationCode: string | null | undefined): boolean => destinationCode === '79';

/** The discharge was by death: method 4 or 5, or destination 79. */
export const isDead = (methodCode: string | null | undefined, destinationCode: string | null | undefined): boolean =>
  methodCode === '4' || methodCode === '5' || isDeadDestination(destinationCode);

/** 21–25, 28, 2A–2D (domain.md §7.3). */
export const isEmergency = (admissionMethodCode: string | null | undefined): boolean =>
  admissionMethodCode ? emergencies.has(admissionMethodCode.toUpperCase()) : false;

export const isMaternityOrBirth = (admissionMethodCode: string | null | undefined): boolean =>
  admissionMethodCode ? ['31', '32', '82', '83'].includes(admissionMethodCode) : false;

export const isDischargeMethod = (code: string): boolean => dischargeMethods.some((entry) => entry.code === code);
export const isDischargeDestination = (code: string): boolean => destinations.has(code);
